/** Whether a session of an agent is open in another program, by what was seen of programs and of the session. */
import { limits } from '../protocol/limits.ts';
import type { OtherProgram } from './other-programs.ts';
import type { SessionMark } from './session-marks.ts';

export interface Wanted {
  /** The agent's own id. */
  id: string;
  /** As the agent says, in milliseconds since the Unix epoch; null where it does not, undefined where it was not asked. */
  updatedAt: number | null | undefined;
  /** When something last happened in it here, in Offdesk. */
  usedHere: number | undefined;
}

export interface Around {
  now: number;
  /** Of the agent, none of them Offdesk's; undefined where programs can't be looked at. */
  programs: readonly OtherProgram[] | undefined;
  /** What such programs say themselves; empty where they don't. */
  marks: readonly SessionMark[];
  /** Whether this is the folder that it is about. */
  here(folder: string): boolean;
  /** Whether a process runs, where programs can't be looked at. */
  runs(pid: number): boolean;
  /** The ids of all sessions that the agent knows, as far as it was asked. */
  known: readonly string[];
}

export type Sighting =
  /** A program has it open. */
  | { kind: 'open'; program: string; pid: number }
  /** A program works in its folder, and it was used since that began. */
  | { kind: 'perhaps'; program: string; pid: number }
  /** It was used a moment ago, and not by Offdesk. */
  | { kind: 'recent' };

/** A shorter id may be part of any word. */
const telling = 8;

/** To be asked of one session after the other: what programs have is looked for once, for all that are known. */
export function sightings(around: Around): (wanted: Wanted) => Sighting | undefined {
  const known = new Set(around.known);
  let programs: NamedProgram[] | undefined;
  return (wanted) =>
    sightingAmong(
      known.has(wanted.id)
        ? (programs ??= named(around, around.known))
        : named(around, [...known, wanted.id]),
      wanted,
      around,
    );
}

function sightingAmong(
  programs: readonly NamedProgram[],
  wanted: Wanted,
  around: Around,
): Sighting | undefined {
  const { id, updatedAt, usedHere } = wanted;
  const open = programs.find(({ sessions }) => sessions.has(id));
  if (open) return { kind: 'open', program: open.name, pid: open.pid };
  // Nobody asked the agent: what can't be seen for certain is left.
  if (updatedAt === undefined) return undefined;
  if (updatedAt !== null && usedHere !== undefined && updatedAt <= usedHere + limits.liveSlackMs)
    return undefined;
  if (!around.programs) {
    if (updatedAt === null || around.now - updatedAt > limits.liveRecentMs) return undefined;
    return { kind: 'recent' };
  }
  const perhaps = programs.find(
    ({ sessions, cwd, startedAt }) =>
      sessions.size === 0 &&
      cwd !== undefined &&
      around.here(cwd) &&
      (updatedAt === null || startedAt === undefined || startedAt <= updatedAt + second),
  );
  return perhaps && { kind: 'perhaps', program: perhaps.name, pid: perhaps.pid };
}

const second = 1_000;

interface NamedProgram extends OtherProgram {
  /** Those that it is known to have; empty where nothing is known of it. */
  sessions: ReadonlySet<string>;
}

/** Programs with what is known of their sessions: by their own marks, or by what they name and hold open. */
function named({ programs, marks, runs }: Around, known: readonly string[]): NamedProgram[] {
  if (!programs) {
    // An adapter's may be Offdesk's own.
    const alive = marks.filter(({ pid, embedded }) => !embedded && runs(pid));
    return alive.map(({ pid, session }) => ({
      ...{ pid, name: 'the agent', cwd: undefined, startedAt: undefined, words: '' },
      sessions: new Set([session]),
    }));
  }
  const ids = known.filter(({ length }) => length >= telling);
  return programs.flatMap((program) => {
    const mark = marks.find((one) => isOf(one, program));
    if (mark) return [{ ...program, sessions: new Set([mark.session]) }];
    const sessions = new Set(ids.filter((one) => program.words.includes(one)));
    // Of an agent whose programs say it themselves, one that says nothing has none, such as an adapter.
    return sessions.size === 0 && marks.length > 0 ? [] : [{ ...program, sessions }];
  });
}

function isOf({ pid, start }: SessionMark, program: OtherProgram): boolean {
  if (pid !== program.pid) return false;
  return start === undefined || program.start === undefined || start === program.start.split('@')[0];
}
