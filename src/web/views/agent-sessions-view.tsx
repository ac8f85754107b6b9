/** The agent's own past sessions by folder, title and time, asked for when somebody wants to see them. */
import { useRef } from 'preact/hooks';
import { visible } from '../../base/unseen.ts';
import { allows } from '../../protocol/methods.ts';
import { byFolder, type AgentSessionRow, type AgentSessions } from '../client/agent-sessions.ts';
import type { HostClient } from '../client/host-client.ts';
import { strings } from '../strings.ts';
import { Icon } from './icon.tsx';
import { late } from './late.tsx';
import { PagedSection } from './paged-section.tsx';
import { useFocusBack } from './use-focus-back.ts';
import { useStillHere } from './use-still-here.ts';
import { when } from './words.ts';

const LiveChoice = late(async () => (await import('./live-choice.tsx')).LiveChoice);

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
  const opened = useStillHere(onOpen);
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
                    past={past}
                    disabled={!mayOpen || !ready || past.opening.value !== null}
                    onGo={(going) => void going.then(opened)}
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
  past: AgentSessions;
  disabled: boolean;
  onGo(going: Promise<string | undefined>): void;
}

function Row({ row, past, disabled, onGo }: RowProps) {
  const words = strings.agentSessions;
  const title = row.title === '' ? words.untitled : visible(row.title);
  const opening = past.opening.value === row.id;
  const act = opening ? words.opening : row.open === null ? words.go : words.open;
  const live = past.live.asked.value;
  const asked = live?.id === row.id ? live : undefined;
  const button = useRef<HTMLButtonElement>(null);
  useFocusBack(button, asked !== undefined);
  return (
    <li>
      <div class="agent-session">
        <span class="col">
          <span class="title">{title}</span>
          <span class="where">
            {row.updatedAt === null ? words.time : when(row.updatedAt)}
            {row.live && <span class="in warn">{words.live}</span>}
          </span>
        </span>
        {(row.here || row.open !== null) && (
          <button
            ref={button}
            type="button"
            class="b small"
            aria-label={words.named(act, title)}
            disabled={disabled && row.open === null}
            onClick={() => onGo(row.open === null ? past.continue(row.id) : Promise.resolve(row.open))}
          >
            {act}
          </button>
        )}
      </div>
      {asked && (
        <LiveChoice
          live={past.live}
          asked={asked}
          forks={past.forks.value}
          disabled={disabled}
          onGo={(choice) => onGo(past.continue(row.id, choice))}
          onWait={() => onGo(past.live.wait())}
        />
      )}
    </li>
  );
}
