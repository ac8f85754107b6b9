/** A session that begins as a copy of one of the agent's own, which stays as it is. */
import type { Clock } from '../base/clock.ts';
import type { AgentCandidate } from './agent-command.ts';
import { forkOf } from './own-sessions.ts';
import type { Run } from './run.ts';
import type { Beginning, LiveSession, SessionMaker } from './session-maker.ts';

export interface CopyPorts {
  run: Run;
  maker: SessionMaker;
  clock: Clock;
}

/** `own`: the agent's own id and title. Its agent runs. Rejects as `forkOf`, or with why it does not start. */
export async function beginCopy(
  { run, maker, clock }: CopyPorts,
  candidate: AgentCandidate,
  own: { id: string; title: string },
  place?: Beginning['place'],
): Promise<LiveSession> {
  const where = place && { place };
  // Made in a session that is not kept: Codex holds what it has copied until it ends, and nobody else can have it.
  const asked = await maker.create(candidate, where);
  run.trying.add(asked);
  let copy: string;
  try {
    run.check();
    copy = await forkOf(asked.session, own.id, clock);
  } finally {
    run.trying.delete(asked);
    await asked.kept.end(false);
  }
  const adopt = { id: copy, title: own.title, updatedAt: null };
  return run.startWith(() => maker.create(candidate, { adopt, ...where }));
}
