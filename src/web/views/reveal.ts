/** A long list drawn in pieces, from the reader on, so that no frame has too much to do. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Item } from '../../transcript/items.ts';
import { nextFrame } from './frame.ts';

/** Characters of text in one frame, and what an item costs beside its text. */
const room = 24_000;
const itself = 1_000;

export interface Revealed {
  items: readonly Item[];
  /** All are drawn up to the start, and down to the end. */
  toStart: boolean;
  toEnd: boolean;
}

/** `reader`: where drawing begins when nothing of the list is drawn yet; null for the end. */
export function useReveal(items: readonly Item[], reader: string | null): Revealed {
  const drawn = useRef<ReadonlySet<string>>(new Set());
  const [, again] = useState(0);
  const [begin, end] = grown(items, rangeOf(items, drawn.current) ?? startAt(items, reader));
  drawn.current = new Set(items.slice(begin, end).map(({ id }) => id));
  const toStart = begin === 0;
  const toEnd = end === items.length;
  const whole = toStart && toEnd;
  useEffect(() => {
    if (!whole) nextFrame(() => again((count) => count + 1));
  });
  return { items: whole ? items : items.slice(begin, end), toStart, toEnd };
}

type Range = [begin: number, end: number];

function rangeOf(items: readonly Item[], drawn: ReadonlySet<string>): Range | undefined {
  const first = items.findIndex(({ id }) => drawn.has(id));
  return first < 0 ? undefined : [first, items.findLastIndex(({ id }) => drawn.has(id)) + 1];
}

function startAt(items: readonly Item[], reader: string | null): Range {
  const at = reader === null ? -1 : items.findIndex(({ id }) => id === reader);
  return at < 0 ? [items.length, items.length] : [at, at];
}

/** Down first: what is new is there, and there a reader goes on. */
function grown(items: readonly Item[], [begin, end]: Range): Range {
  let left = room;
  while (left > 0 && end < items.length) left -= weightOf(items[end++]!);
  while (left > 0 && begin > 0) left -= weightOf(items[--begin]!);
  return [begin, end];
}

const weights = new WeakMap<Item, number>();

/** About what drawing it costs, in characters. */
function weightOf(item: Item): number {
  const known = weights.get(item);
  if (known !== undefined) return known;
  const weight = itself + charsOf(item);
  weights.set(item, weight);
  return weight;
}

function charsOf(item: Item): number {
  switch (item.kind) {
    case 'message':
    case 'thought':
    case 'unknown':
      // Of a long text the two ends are drawn.
      return Math.min(item.text.length, 2 * room);
    case 'tool':
      return item.content.reduce(
        (sum, part) => sum + (part.type === 'diff' ? part.newText.length + (part.oldText?.length ?? 0) : 0),
        0,
      );
    case 'compaction':
      return item.summary.length;
    case 'prompt':
    case 'plan':
    case 'question':
    case 'notice':
      return 0;
  }
}
