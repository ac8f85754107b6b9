/** A session of Offdesk that is over is opened again; one that another program has open by now, as somebody chose. */
import { isDeepStrictEqual } from 'node:util';
import type { LiveChoice } from '../protocol/methods.ts';
import { candidates, type AgentCandidate } from './agent-command.ts';
import type { AgentChoice, HostPorts } from './api.ts';
import { liveError, liveNext, lookElsewhere } from './live-elsewhere.ts';
import type { Run } from './run.ts';
import { sameFolderAs } from './same-folder.ts';
import { beginCopy } from './session-copy.ts';
import type { LiveSession, SessionMaker } from './session-maker.ts';
import type { StoredSession } from './session-store.ts';

export interface ReopeningPorts {
  host: HostPorts;
  live: ReadonlyMap<string, LiveSession>;
  run: Run;
  maker: SessionMaker;
  /** As it is now. Rejects where it may not be opened. */
  stored(): Promise<StoredSession>;
  /** It is open; `back`: its journal was there. */
  begun(live: LiveSession, back: boolean): Promise<void>;
}

/**
 * Resolves with the id of the session in which it goes on: its own, or that of a copy. Rejects with `session_live` where
 * another program has it open for certain, unless somebody chose what becomes of it.
 */
export async function reopen(ports: ReopeningPorts, id: string, choice: LiveChoice): Promise<string> {
  const { host, live, run, maker, begun } = ports;
  if (choice === 'fork') {
    const copy = await copyOf(ports);
    if (copy) await begun(copy, false);
    if (copy) return copy.session.id;
  }
  await run.alone(id, async () => {
    run.check();
    // Asked for twice at the same time.
    if (live.has(id)) return;
    const stored = await ports.stored();
    if (choice === undefined) await assertQuiet(ports, stored);
    const home = sameFolderAs(host.cwd)(stored.cwd) ? {} : { home: host.cwd };
    const { empty: _, home: __, ...rest } = stored;
    await begun(await maker.restore({ ...rest, ...home, open: true }, false, true), true);
  });
  return id;
}

/** Undefined where its agent has no session of it: nobody else has it either. */
async function copyOf({ host, run, maker, stored }: ReopeningPorts): Promise<LiveSession | undefined> {
  const { cwd, title, agent, agentSession } = await stored();
  const candidate = candidateOf(agent, host);
  if (!candidate || agentSession === undefined) return undefined;
  return beginCopy({ run, maker, clock: host.clock }, candidate, { id: agentSession, title }, { cwd });
}

/** The agent is not asked, as it does not run yet: what can be seen for certain counts. */
async function assertQuiet(
  { host, live, run }: ReopeningPorts,
  { agent, agentSession, cwd, updatedAt, process }: StoredSession,
): Promise<void> {
  const candidate = candidateOf(agent, host);
  if (!candidate || agentSession === undefined) return;
  const { clock, log } = host;
  const look = await lookElsewhere(candidate, { cwd, clock, log }, live.values(), [], process?.pid);
  run.check();
  const seen = look({ id: agentSession, updatedAt: undefined, usedHere: updatedAt });
  if (!seen) return;
  const running = [...live.values()].filter(
    ({ session, kept }) =>
      session.agentState.state === 'ready' && isDeepStrictEqual(kept.stored.agent.choice, agent.choice),
  );
  // Of one that does not run it is not known whether it makes copies.
  throw liveError(seen, liveNext(running.every(({ session }) => session.agentForks)));
}

function candidateOf({ choice }: StoredSession['agent'], host: HostPorts): AgentCandidate | undefined {
  return candidates(choice as AgentChoice, host)[0];
}
