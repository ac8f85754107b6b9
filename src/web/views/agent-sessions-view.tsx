/** The agent's own past sessions by folder, title and time, asked for when somebody wants to see them. */
import { visible } from '../../base/unseen.ts';
import { allows } from '../../protocol/methods.ts';
import { byFolder, type AgentSessionRow } from '../client/agent-sessions.ts';
import type { HostClient } from '../client/host-client.ts';
import { strings } from '../strings.ts';
import { Icon } from './icon.tsx';
import { PagedSection } from './paged-section.tsx';
import { when } from './words.ts';

export interface AgentSessionsViewProps {
  host: HostClient;
  /** Shows the session of Offdesk in which one goes on. */
  onOpen: (id: string) => void;
}

export function AgentSessionsView({ host, onOpen }: AgentSessionsViewProps) {
  const { agentSessions: past } = host;
  const ready = host.phase.value.kind === 'ready';
  const agent = past.agent.value;
  const rows = past.rows.value;
  const mayOpen = allows(host.state.value?.you.scope ?? 'view', 'control');
  const words = strings.agentSessions;
  const title = agent === '' ? words.titleAny : words.title(agent);
  const none = past.offered.value ? words.none(agent) : words.notOffered(agent);
  return (
    <PagedSection
      class="agent-sessions"
      title={title}
      list={past}
      ready={ready}
      none={rows.length === 0 ? none : undefined}
    >
      {() => (
        <>
          {!mayOpen && <p class="note none">{words.locked}</p>}
          {byFolder(rows).map((folder) => (
            <section key={folder.cwd} aria-label={visible(folder.cwd)}>
              <h3 class="agent-folder">
                <Icon name="folder" /> {visible(folder.cwd)}
                {folder.rows.every(({ here }) => !here) && ` · ${words.elsewhere}`}
              </h3>
              <ul>
                {folder.rows.map((row) => (
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
        </>
      )}
    </PagedSection>
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
