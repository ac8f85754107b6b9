/** What a reader sees of a transcript, in a form in which two of them can be compared. */
import type { Item, Transcript } from '../../src/transcript/items.ts';

/** Numbers and times differ where pieces were merged on the way; order and content must not. */
const notShown = new Set([
  ...['since', 'seq', 'place', 'at', 'updatedAt', 'startedAt', 'endedAt', 'known', 'begun', 'mirrored'],
]);

export interface Shown {
  items: Record<string, unknown>[];
  queue: string[];
  questions: string[];
  view: Record<string, unknown>;
}

export function shownOf(transcript: Transcript): Shown {
  const { items, queue, questions, held, turn, agent, title, modes, configOptions, commands, usage } =
    transcript;
  const view = { held, turn: turn?.promptId ?? null, agent, title, modes, configOptions, commands, usage };
  return plain({
    items: items.map(itemShown),
    queue: queue.map(({ promptId }) => promptId),
    questions: questions.map(({ questionId }) => questionId),
    view,
  });
}

function itemShown(item: Item): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).filter(([field]) => !notShown.has(field)));
}

/** As it comes through JSON. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
