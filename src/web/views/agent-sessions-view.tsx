/** The agent's own past sessions by folder, title and time, asked for when somebody wants to see them. */
import { useEffect, useState } from 'preact/hooks';
import { visible } from '../../base/unseen.ts';
import { allows } from '../../protocol/methods.ts';
import { byFolder, type AgentSessionRow } from '../client/agent-sessions.ts';
import type { HostClient } from '../client/host-client.ts';
import { strings } from '../strings.ts';
import { ErrorNote } from './error-note.tsx';
import { Icon } from './icon.tsx';
import { when } from './words.ts';

export interface AgentSessionsViewProps {
  host: HostClient;
  /** Shows the session of Offdesk in which one goes on. */
  onOpen: (id: string) => void;
}

export function AgentSessionsView({ host, onOpen }: AgentSessionsViewProps) {
  const { agentSessions: past } = host;
  const [open, setOpen] = useState(false);
  const ready = host.phase.value.kind === 'ready';
  const state = past.state.value;
  const error = past.error.value;
  const agent = past.agent.value;
  const mayOpen = allows(host.state.value?.you.scope ?? 'view', 'control');
  useEffect(() => {
    if (open && ready) void past.load();
  }, [open, ready]);
  const words = strings.agentSessions;
  const title = agent === '' ? words.titleAny : words.title(agent);
  return (
    <section class="agent-sessions" aria-label={title}>
      <button type="button" class="more" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? 'chevronDown' : 'chevronRight'} />
        {title}
      </button>
      {open && (
        <>
          {!mayOpen && <p class="note none">{words.locked}</p>}
          {byFolder(past.rows.value).map(({ cwd, rows }) => (
            <section key={cwd} aria-label={visible(cwd)}>
              <h3 class="agent-folder">
                <Icon name="folder" /> {visible(cwd)}
                {rows.every(({ here }) => !here) && ` · ${words.elsewhere}`}
              </h3>
              <ul>
                {rows.map((row) => (
                  <Row
                    key={row.id}
                    row={row}
                    opening={past.opening.value === row.id}
                    disabled={!mayOpen || !ready || past.opening.value !== null}
                    onContinue={async () => {
                      const id = row.open ?? (await past.continue(row.id));
                      if (id !== undefined) onOpen(id);
                    }}
                  />
                ))}
              </ul>
            </section>
          ))}
          {state === 'none' && <p class="note none">{words.notOffered(agent)}</p>}
          {state === 'all' && past.rows.value.length === 0 && <p class="note none">{words.none(agent)}</p>}
          {error && error.code !== 'closed' && <ErrorNote error={error} />}
          {state === 'loading' && (
            <p class="note none" role="status">
              {strings.pastLoading}
            </p>
          )}
          {state === 'more' && (
            <button type="button" class="b quiet" onClick={() => void past.more()}>
              {strings.pastMore}
            </button>
          )}
        </>
      )}
    </section>
  );
}

interface RowProps {
  row: AgentSessionRow;
  opening: boolean;
  disabled: boolean;
  onContinue(): void;
}

function Row({ row, opening, disabled, onContinue }: RowProps) {
  const words = strings.agentSessions;
  const title = row.title === '' ? words.untitled : visible(row.title);
  const act = opening ? words.opening : row.open === null ? words.go : words.open;
  return (
    <li class="agent-session">
      <span class="col">
        <span class="title">{title}</span>
        <span class="where">{row.updatedAt === null ? words.time : when(row.updatedAt)}</span>
      </span>
      {(row.here || row.open !== null) && (
        <button
          type="button"
          class="b small"
          aria-label={words.named(act, title)}
          disabled={disabled && row.open === null}
          onClick={onContinue}
        >
          {act}
        </button>
      )}
    </li>
  );
}
