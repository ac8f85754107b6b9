/** Of what an agent tells of its session when that is opened again, what the journal does not have. */
import type { RawUpdate } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import type { Journal } from './journal.ts';
import { seam } from './seam.ts';
import { isAside, TurnMarks, type TurnMark } from './turn-marks.ts';

/** State that the agent knows better than the journal. */
export const stateKinds: ReadonlySet<string> = new Set([
  'available_commands_update',
  'usage_update',
  'session_info_update',
]);

export interface ToldNews {
  /** Of each kind of state the last. */
  state: RawUpdate[];
  /** What was said beyond the journal, in order; undefined where nobody can tell what that is. */
  said: RawUpdate[] | undefined;
}

/** `journaled`: turns of the same session of the agent's. What agents add for the model alone is left out. */
export function newsIn(told: readonly RawUpdate[], journaled: readonly TurnMark[]): ToldNews {
  const marks = new TurnMarks();
  for (const update of told) marks.see(update);
  const known = seam(journaled, marks.all);
  const from = known === 0 ? 0 : known === undefined ? told.length : (marks.all[known]?.at ?? told.length);
  const state = new Map<string, RawUpdate>();
  for (const update of told.slice(0, from))
    if (stateKinds.has(update.sessionUpdate)) state.set(update.sessionUpdate, update);
  const said = told.slice(from).filter((update) => !isAside(update));
  return { state: [...state.values()], said: known === undefined ? undefined : said };
}

/** The turns that a journal has of the agent's session that it went on with last. */
export async function turnsOf(journal: Journal): Promise<readonly TurnMark[]> {
  const marks = new TurnMarks();
  let session: string | undefined;
  let running: string | undefined;
  for (let seq = 0; seq < journal.head;) {
    const facts = await journal.read(seq, limits.historyBytes);
    for (const { update, event } of facts) {
      if (event?.type === 'turn_started') {
        running = event.id;
        marks.parts();
      } else if (event?.type === 'turn_ended' && event.id === running && event.outcome !== 'done')
        marks.broken();
      else if (event?.type === 'agent_offers' && event.session !== undefined) {
        // It began afresh: what was said before is nothing to it.
        if (session !== undefined && session !== event.session) marks.forget();
        session = event.session;
      } else if (!event) marks.see(update);
    }
    seq = facts.at(-1)?.seq ?? journal.head;
  }
  return marks.all;
}
