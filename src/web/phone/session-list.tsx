/** The sessions of a computer, sorted by need: waiting for you, working, idle. */
import type { SessionState } from '../../protocol/methods.ts';
import type { HostClient } from '../client/host-client.ts';
import { strings } from '../strings.ts';
import { AgentSessionsView } from '../views/agent-sessions-view.tsx';
import { Activity, DemoBadge } from '../views/marks.tsx';
import { PagedSection } from '../views/paged-section.tsx';
import type { SessionFacts } from '../views/session-view.tsx';
import { StrandedView, Warnings } from '../views/stranded-view.tsx';
import { folderName, when } from '../views/words.ts';

const sections: { title: 'sectionWaiting' | 'sectionWorking' | 'sectionIdle'; states: SessionState[] }[] = [
  { title: 'sectionWaiting', states: ['waiting'] },
  { title: 'sectionWorking', states: ['working', 'starting'] },
  { title: 'sectionIdle', states: ['idle', 'ended'] },
];

export interface SessionListProps {
  host: HostClient;
  onOpen: (id: string) => void;
}

export function SessionList({ host, onOpen }: SessionListProps) {
  const state = host.state.value;
  if (!state) return <main class="list" aria-busy="true" />;
  const { sessions } = state;
  return (
    <main class="list">
      <Warnings host={host} />
      {sessions.length === 0 && (
        <div class="none">
          <h1>{strings.noSession}</h1>
          <p class="note">{strings.noSessionNext}</p>
        </div>
      )}
      <div class="stray">
        <StrandedView host={host} here={undefined} mayPrompt={false} />
      </div>
      {sections.map(({ title, states }) => {
        const rows = sessions
          .filter((session) => states.includes(session.state))
          .sort((a, b) => b.updatedAt - a.updatedAt);
        if (rows.length === 0) return null;
        return (
          <section key={title} aria-label={strings[title]}>
            <h2 class="sec">{strings[title]}</h2>
            {rows.map((session) => (
              <SessionRow key={session.id} session={session} onOpen={() => onOpen(session.id)} />
            ))}
          </section>
        );
      })}
      <Past host={host} onOpen={onOpen} />
      <AgentSessionsView host={host} onOpen={onOpen} />
    </main>
  );
}

/** Those that are over. */
function Past({ host, onOpen }: SessionListProps) {
  const { past } = host;
  const known = new Set(host.state.value?.sessions.map(({ id }) => id));
  const rows = past.rows.value.filter(({ id }) => !known.has(id));
  return (
    <PagedSection
      title={strings.past}
      list={past}
      ready={host.phase.value.kind === 'ready'}
      none={rows.length === 0 ? strings.pastNone : undefined}
    >
      {() =>
        rows.map((session) => (
          <SessionRow key={session.id} session={session} onOpen={() => onOpen(session.id)} />
        ))
      }
    </PagedSection>
  );
}

function SessionRow({ session, onOpen }: { session: SessionFacts; onOpen: () => void }) {
  return (
    <button type="button" class="session-row" onClick={onOpen}>
      <span class="col">
        <span class="name">
          <span class="title">{session.title}</span>
          {session.agent.demo && <DemoBadge />}
        </span>
        <span class="where">{`${folderName(session.cwd)} · ${session.agent.name}`}</span>
      </span>
      <span class="side">
        <span class="where">{when(session.updatedAt)}</span>
        {session.state !== 'idle' && <Activity state={session.state} />}
      </span>
    </button>
  );
}
