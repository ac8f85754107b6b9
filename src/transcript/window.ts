/** Windows on a long transcript: a part cut out of it, and neighbouring parts put together. */
import { assemble } from './draft.ts';
import { allItems, joinItems, settled } from './history.ts';
import type { Item, Transcript } from './items.ts';

export interface Cut {
  window: Transcript;
  /** Pass as `before` to history for what was cut off before it; null when nothing was. */
  before: number | null;
  /** Pass as `at` for what was cut off after it; null when nothing was. */
  at: number | null;
}

/**
 * The items from index `begin` up to `end`. Questions that are open and prompts that wait stay as long as the end
 * does: they belong to the present. Pages go by where an item begins and the list by where it stands, so that a
 * page next to the cut may hold an item again.
 */
export function cutWindow(transcript: Transcript, begin: number, end = transcript.items.length): Cut {
  const { items, queue: _queue, questions: _questions, cursor, fold, ...view } = transcript;
  const dropped = items.slice(0, begin);
  const later = items.slice(end);
  const before = dropped.length > 0 ? Math.max(...dropped.map(beginOf)) + 1 : null;
  const stays = items.slice(begin, end);
  // A run of chunks that came as one is numbered as its last: where the next item seems to begin may be too late. And
  // one fact can make two items, with the cut between them.
  const next = Math.max(...stays.map(beginOf), (before ?? 1) - 1) + 1;
  const at = later.length > 0 ? Math.min(next, ...later.map(beginOf)) : null;
  const present = later.length === 0;
  const kept = [
    ...stays,
    ...(present ? dropped.filter(isOpenQuestion) : []),
    ...[...fold.aside.values()].filter(
      (item) => present && (item.since >= (before ?? 0) || isWaiting(item) || isOpenQuestion(item)),
    ),
  ];
  const first = Math.min(...kept.map(({ since }) => since), Infinity);
  const ends = fold.ends.filter((seq) => seq >= first);
  return { window: assemble(kept, ends, { ...view, cursor }, fold.state), before, at };
}

/** Two windows of whole items, one after the other; where they overlap, an item stands once. */
export function joinWindows(older: Transcript, newer: Transcript): Transcript {
  return combine(older, newer, (a, b) => {
    const later = a.seq > b.seq ? a : b;
    // A prompt that waited has a part where it was received and one where its turn began.
    if (a.kind === 'prompt') return joinItems(a.since <= b.since ? a : b, a.since <= b.since ? b : a);
    // Both are whole. Where they begin says nothing: a run of chunks that came as one is numbered as its last.
    return a.kind === 'tool' ? joinItems(a, b) : later;
  });
}

/**
 * A window of whole items that was kept up to date, and the end of the transcript, which may hold a part of what is
 * whole in the window.
 */
export function joinLive(window: Transcript, live: Transcript): Transcript {
  return combine(window, live, (a, b) => {
    switch (b.kind) {
      case 'message':
      case 'thought':
        // Where two begin does not tell which is whole, see `joinWindows`: of a text a part is shorter.
        return lengthOf(b) >= lengthOf(a) ? b : a;
      case 'prompt':
      case 'tool':
        return joinItems(a, b);
      default:
        break;
    }
    if (b.since <= a.since) return b;
    return a.seq < b.seq ? joinItems(a, b) : a;
  });
}

function combine(older: Transcript, newer: Transcript, both: (a: Item, b: Item) => Item): Transcript {
  const { items: _items, queue: _queue, questions: _questions, cursor, fold, ...view } = newer;
  const known = new Map(allItems(older).map((item) => [item.id, item]));
  for (const item of allItems(newer)) {
    const before = known.get(item.id);
    known.set(item.id, before && before.kind === item.kind ? both(before, item) : item);
  }
  const ends = [...new Set([...older.fold.ends, ...fold.ends])].sort((a, b) => a - b);
  const rest = { ...view, cursor: Math.max(cursor, older.cursor) };
  return assemble(settled(known, ends), ends, rest, fold.state);
}

/**
 * With this number history has it, at the latest: a prompt that waited stands where its turn begins (`standsAnew`), a
 * tool call has its own updates apart from the questions about it.
 */
export function beginOf(item: Item): number {
  if (item.kind === 'tool') return item.known.own.since ?? item.known.asked.at(-1)?.since ?? item.since;
  return item.kind === 'prompt' && item.place > item.since + 1 ? item.place : item.since;
}

/** Whether the transcript holds this item, shown or aside. */
export function knows({ fold }: Transcript, id: string): boolean {
  return fold.index.has(id) || fold.aside.has(id);
}

const lengthOf = (item: Item): number =>
  item.kind === 'message' || item.kind === 'thought' ? item.text.length : 0;
const isOpenQuestion = (item: Item): boolean => item.kind === 'question' && item.state.kind === 'open';
const isWaiting = (item: Item): boolean => item.kind === 'prompt' && item.state === 'received';
