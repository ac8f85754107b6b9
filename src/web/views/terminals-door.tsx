/** The way to the terminals: a button, and their views, which load when they are first shown. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { visible } from '../../base/unseen.ts';
import type { ToolItem } from '../../transcript/items.ts';
import type { HostClient } from '../client/host-client.ts';
import { strings } from '../strings.ts';
import { IconButton } from './icon-button.tsx';
import { Icon } from './icon.tsx';
import { late } from './late.tsx';
import { folderName } from './words.ts';

const TerminalPage = late(async () => (await import('../terminal/view.ts')).TerminalPage);
const LiveTerminal = late(async () => (await import('../terminal/view.ts')).LiveTerminal);

/** Whose tool calls are shown. */
export const SessionContext = createContext<{ host: HostClient; session: string } | undefined>(undefined);

/** For a header. `session`: in whose folder a new one opens. */
export function TerminalsButton({ host, session }: { host: HostClient; session: string | null }) {
  const open = host.terminals.value !== null;
  return (
    <IconButton
      class="icon find"
      icon="terminal"
      name={strings.terminals}
      aria-expanded={open}
      onClick={() => (host.terminals.value = open ? null : { session, id: null })}
    />
  );
}

/** In place of what else the page shows, as long as `host.terminals` says so. */
export function TerminalsView({ host }: { host: HostClient }) {
  return (
    <div class="session">
      <TerminalPage host={host} />
    </div>
  );
}

/** In a list of sessions: those that are of none of them stand beside them. */
export function TerminalRows({ host }: { host: HostClient }) {
  const rows = (host.state.value?.terminals ?? []).filter(({ agent }) => !agent);
  if (rows.length === 0) return null;
  return (
    <section aria-label={strings.terminals}>
      <h2 class="sec">{strings.terminals}</h2>
      {rows.map(({ id, name, cwd, running, session = null }) => (
        <button
          key={id}
          type="button"
          class="session-row"
          onClick={() => (host.terminals.value = { session, id })}
        >
          <span class="col">
            <span class="name">
              <Icon name="terminal" />
              <span class="title">{visible(name)}</span>
            </span>
            <span class="where">{folderName(cwd)}</span>
          </span>
          {!running && <span class="where">{strings.activity.ended}</span>}
        </button>
      ))}
    </section>
  );
}

/** Terminals of a tool call that are here now: what was kept of the others is its output. */
export function useLiveTerminals({ content, output }: ToolItem): string[] {
  const here = useContext(SessionContext)?.host.state.value?.terminals ?? [];
  return content.flatMap((part) => {
    const row = part.type === 'terminal' && here.find(({ id }) => id === part.terminalId);
    return row && (row.running || output === '') ? [row.id] : [];
  });
}

export function ToolTerminal({ id }: { id: string }) {
  const shown = useContext(SessionContext);
  if (!shown) return null;
  const { host, session } = shown;
  return (
    <LiveTerminal key={id} host={host} id={id} onOpen={() => (host.terminals.value = { session, id })} />
  );
}
