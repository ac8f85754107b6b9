/** Waits until nothing is on the way any more, doing meanwhile what a user would: answers, and lets the queue go on. */
import { surfaceNames, type World } from './world.ts';
import type { SurfaceState } from './surface.ts';
import type { SurfaceName } from './script.ts';

/** From heal to quiet, in the system's milliseconds: everything must come back by itself within it. */
const quietMs = 40_000;
const lookMs = 40;
/** Looks in a row that see the same. */
const stableLooks = 3;

/** Of one session. */
type States = Record<SurfaceName, SurfaceState | undefined>;

/** Resolves with the ids of the sessions. Rejects, with what was seen last, where it does not come to rest. */
export async function waitForQuiet(world: World): Promise<string[]> {
  const until = performance.now() + quietMs;
  let same = 0;
  let last = '';
  for (;;) {
    const all = await Promise.all(Array.from({ length: world.sessions }, (_, number) => look(world, number)));
    const waitsFor = all.map(unrest).find((reason) => reason !== undefined);
    const now = JSON.stringify(all);
    same = waitsFor === undefined && now === last ? same + 1 : 0;
    last = now;
    if (same >= stableLooks) return all.map(({ desk }) => desk?.session?.id ?? '');
    if (performance.now() > until) {
      const host = await world.ask('host', 'status').catch((error: unknown) => String(error));
      const seen = all
        .flatMap((states) => surfaceNames.map((on) => `${on}: ${JSON.stringify(states[on])}`))
        .join('\n');
      throw new Error(
        `did not come to rest: ${waitsFor ?? 'it keeps changing'}\nhost: ${JSON.stringify(host)}\n${seen}`,
      );
    }
    for (const [number, states] of all.entries()) await actAsUser(world, states, number);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

async function look(world: World, session: number): Promise<States> {
  const [page0, page1, desk] = await Promise.all(surfaceNames.map((on) => world.state(on, session)));
  return { page0, page1, desk };
}

/** What is still to come; undefined for nothing. */
function unrest(states: States): string | undefined {
  const { desk } = states;
  if (!desk?.session) return 'no session at the desk';
  if (desk.session.state !== 'idle') return `the session is ${desk.session.state}`;
  for (const on of surfaceNames) {
    const state = states[on];
    if (!state) return `${on} does not answer`;
    if (state.way !== 'connected') return `${on} is ${state.way}`;
    if (state.error) return `${on} shows ${state.error}`;
    if (state.sync !== 'live') return `${on} is ${state.phase}, ${state.sync}`;
    if (state.cursor !== desk.cursor) return `${on} is at ${state.cursor}, the desk at ${desk.cursor}`;
    const waiting = state.outbox.filter((entry) => entry.state !== 'refused');
    if (waiting.length > 0) return `${on} has not sent ${waiting.map(({ text }) => text).join('; ')}`;
    if (state.queue.length > 0) return `prompts wait: ${state.queue.join(' ')}`;
    if (state.turn) return 'a turn runs';
    if (state.questions.length > 0) return `questions are open: ${state.questions.join(' ')}`;
    if (state.changes > 0) return `${on} does not know of ${state.changes} changes`;
    const unsure = Object.entries(state.answers).filter(([, kind]) => kind === 'sending');
    if (unsure.length > 0)
      return `${on} does not know of its answer to ${unsure.map(([id]) => id).join(' ')}`;
  }
  return undefined;
}

async function actAsUser(world: World, states: States, session: number): Promise<void> {
  if (states.desk && !states.desk.session) await startAgain(world);
  for (const on of surfaceNames) {
    const state = states[on];
    if (state?.sync !== 'live') continue;
    const unanswered = state.questions.some(
      (id) => !(id in state.answers) || state.answers[id] === 'refused',
    );
    if (unanswered) return world.step({ do: 'answer', on, session, option: 'yes' });
    if (state.held && !state.turn && state.queue.length > 0) return world.step({ do: 'resume', on, session });
  }
}

/** The desk says why remote control could not be started: with a full disk there is nothing but to try again. */
async function startAgain(world: World): Promise<void> {
  const status = await world.ask<{ state: string; error: string | null }>('host', 'status');
  if (status.state !== 'error' || status.error !== 'storage_failed') return;
  world.note('start again, as a user would');
  await world.ask('host', 'hostStart').catch(() => undefined);
}
