/** Sessions of an agent that are open in another program on this computer, such as the agent itself in a terminal. */
import { homedir } from 'node:os';
import { knownAgents } from '../agent/catalog.ts';
import { otherPrograms } from '../agent/other-programs.ts';
import { programName } from '../agent/program-name.ts';
import { sessionMarks } from '../agent/session-marks.ts';
import { sightings, type Sighting, type Wanted } from '../agent/sighting.ts';
import { OffdeskError } from '../base/error.ts';
import { limits } from '../protocol/limits.ts';
import type { AgentCandidate } from './agent-command.ts';
import type { HostPorts } from './api.ts';
import type { LiveSession } from './session-maker.ts';
import { sameFolderAs } from './same-folder.ts';

export type Look = (wanted: Wanted) => Sighting | undefined;

/**
 * One look at what runs now, to ask of it each session of the agent in `cwd`. `known`: all sessions that the agent told
 * of. `live`: this host's own, whose agents are no other programs; `left`: one more of its processes. Never rejects.
 */
export async function lookElsewhere(
  { choice, demo, options }: AgentCandidate,
  { cwd, clock, log }: Pick<HostPorts, 'cwd' | 'clock' | 'log'>,
  live: Iterable<LiveSession>,
  known: readonly string[],
  left?: number,
): Promise<Look> {
  if (demo) return () => undefined;
  const called = programName(options.command, options.args);
  const agent = knownAgents.find(({ id, programs }) =>
    choice.kind === 'named' ? id === choice.name : programs.includes(called),
  );
  const own = new Set([...live].flatMap(({ kept }) => kept.stored.process?.pid ?? []));
  if (left !== undefined) own.add(left);
  const marks = agent?.marks?.({ ...process.env, ...options.env }, options.env['HOME'] ?? homedir());
  try {
    const [programs, told] = await Promise.all([
      otherPrograms(new Set(agent?.programs ?? [called]), own),
      marks === undefined ? [] : sessionMarks(marks),
    ]);
    return sightings({ now: clock.now(), programs, marks: told, here: sameFolderAs(cwd), runs, known });
  } catch (error) {
    // Nobody is kept from a session because of it.
    log.write('warn', 'did not see whether a session is open elsewhere', { message: String(error) });
    return () => undefined;
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** `next`: what can be done about it where it was asked for. */
export function liveError(seen: Sighting, next: string): OffdeskError {
  return new OffdeskError('session_live', liveWords(seen), next);
}

/** Where somebody can choose. `forks`: the agent may make copies. */
export function liveNext(forks: boolean): string {
  return forks
    ? 'Wait until it is closed there, continue in a copy, or continue here anyway.'
    : 'Wait until it is closed there, or continue here anyway.';
}

function liveWords(seen: Sighting): string {
  switch (seen.kind) {
    case 'open':
      return `That session is open in another program: ${seen.program} (process ${seen.pid}).`;
    case 'perhaps':
      return `That session may be open in another program: ${seen.program} runs in its folder (process ${seen.pid}).`;
    case 'recent':
      return `That session was used less than ${limits.liveRecentMs / 60_000} minutes ago, perhaps in another program.`;
  }
}
