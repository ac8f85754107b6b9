/** The sessions of a computer, sorted by need: waiting for you, working, idle. */
import type { SessionState } from '../../protocol/methods.ts';
import type { HostClient } from '../client/host-client.ts';
import { strings } from '../strings.ts';
import { Activity, DemoBadge } from '../views/marks.tsx';
import type { SessionFacts } from '../views/session-view.tsx';
import { folderName, when } from '../views/words.ts';

const sections: { title: string; states: SessionState[] }[] = [
  { title: strings.sectionWaiting, states: ['waiting'] },
  { title: strings.sectionWorking, states: ['working', 'starting'] },
  { title: strings.sectionIdle, states: ['idle', 'ended'] },
];

export function SessionList({ host, onOpen }: { host: HostClient; onOpen: (id: string) => void }) {
  const state = host.state.value;
  if (!state) return <main class="list" aria-busy="true" />;
  if (state.sessions.length === 0) {
    return (
      <main class="center">
        <h1>{strings.noSession}</h1>
        <p class="note">{strings.noSessionNext}</p>
      </main>
    );
  }
  return (
    <main class="list">
      {sections.map(({ title, states }) => {
        const sessions = state.sessions
          .filter((session) => states.includes(session.state))
          .sort((a, b) => b.updatedAt - a.updatedAt);
        if (sessions.length === 0) return null;
        return (
          <section key={title} aria-label={title}>
            <h2 class="sec">{title}</h2>
            {sessions.map((session) => (
              <SessionRow key={session.id} session={session} onOpen={() => onOpen(session.id)} />
            ))}
          </section>
        );
      })}
    </main>
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
