/** A transcript's newest part as plain JSON to be kept on a device, and back; folding goes on where it stopped. */
import * as z from 'zod/v4';
import { cursorSchema, type Cursor } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import { assemble } from './draft.ts';
import type { Item, StateKnown, ToolItem, ToolKnown, Transcript } from './items.ts';
import { keptItem, keptState } from './snapshot-schema.ts';
import { joinState, noState } from './state.ts';
import { toolOf, type Shell } from './tool-item.ts';
import { beginOf } from './window.ts';

export interface Kept {
  transcript: Transcript;
  /**
   * Where to go on with session/resume. Void, so that the tail comes anew, where something in the transcript was
   * shortened or left out that the fold would need.
   */
  cursor: Cursor;
  /** For `_offdesk/history`; null when the transcript has the beginning. */
  before: number | null;
}

export interface SnapshotBounds {
  /** Of the JSON, about: `limits.snapshotChars`. */
  chars: number;
}

/** Another form has another number; what has an unknown one is ignored. */
const version = 2;
const voidCursor: Cursor = { epoch: '', seq: 0 };
/** What stays of a text that is shortened, at least. */
const shortestCut = 256;

const snapshotSchema = z.object({
  version: z.literal(version),
  cursor: cursorSchema,
  before: z.number().int().min(1).nullable(),
  head: z.number().int().min(0),
  items: z.array(keptItem),
  ends: z.array(z.number().int()),
  state: keptState,
});

/** `transcript` must reach to the end of what the host has told; `before` is of its beginning. Oldest items give way. */
export function toSnapshot(
  transcript: Transcript,
  cursor: Cursor,
  before: number | null,
  bounds: SnapshotBounds = { chars: limits.snapshotChars },
): unknown {
  const { fold } = transcript;
  const all = [...transcript.items, ...fold.aside.values()].map(sized);
  const choice = choose(all, bounds.chars);
  const oldest = all.reduce((least, { item }) => Math.min(least, item.since), transcript.cursor);
  const edge = choice.complete ? oldest : (choice.edge ?? transcript.cursor + 1);
  return {
    version,
    cursor: choice.whole ? cursor : voidCursor,
    before: choice.complete ? before : edge,
    head: transcript.cursor,
    items: choice.items,
    ends: fold.ends.filter((seq) => seq >= edge),
    state: fold.state,
  };
}

/** Undefined for what is no snapshot, is damaged, or is of another version. */
export function fromSnapshot(value: unknown): Kept | undefined {
  const parsed = snapshotSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { cursor, before, head, ends } = parsed.data;
  try {
    const state = parsed.data.state as StateKnown;
    const items = parsed.data.items.map((item) => revived(item as unknown as KeptItem));
    const { view } = joinState(noState, {}, state);
    return { transcript: assemble(items, ends, { ...view, cursor: head }, state), cursor, before };
  } catch {
    // It has the right form and makes no sense.
    return undefined;
  }
}

/** A tool call is kept as what the fold knows of it: what is shown follows from that. */
type KeptItem = Exclude<Item, ToolItem> | (Shell & { known: ToolKnown });

function kept(item: Item): KeptItem {
  if (item.kind !== 'tool') return item;
  const { id, since, seq, place, at, updatedAt, kind, toolCallId, known } = item;
  return { id, since, seq, place, at, updatedAt, kind, toolCallId, known };
}

function revived(item: KeptItem): Item {
  return item.kind === 'tool' ? toolOf(item, item.known) : item;
}

/** What the tail of a session brings along, however long ago it began. */
function isCurrent(item: Item): boolean {
  if (item.kind === 'prompt') return item.state === 'received' || item.state === 'running';
  return item.kind === 'question' && item.state.kind === 'open';
}

interface Sized {
  item: KeptItem;
  /** With this number history has it. */
  begin: number;
  current: boolean;
  /** Characters of its JSON. */
  size: number;
}

function sized(item: Item): Sized {
  const value = kept(item);
  return { item: value, begin: beginOf(item), current: isCurrent(item), size: JSON.stringify(value).length };
}

/** Of the current ones those that fit into half of the room, of the others then as many as fit, without a gap. */
function choose(all: readonly Sized[], chars: number) {
  const newestFirst = [...all].reverse().sort((a, b) => b.begin - a.begin);
  const chosen = new Map<string, KeptItem>();
  let room = chars;
  let whole = true;
  for (const { item, current, size } of newestFirst) {
    if (!current) continue;
    if (room - size < chars / 2) {
      whole = false;
      continue;
    }
    room -= size;
    chosen.set(item.id, item);
  }
  let others: Pick<Sized, 'item' | 'begin'>[] = [];
  let complete = true;
  for (const { item, begin, current, size } of newestFirst) {
    if (current) continue;
    const large = size > chars / 2;
    const fitting = large ? shortened(item, chars / 2) : item;
    room -= large ? JSON.stringify(fitting ?? null).length : size;
    if (!fitting || room < 0) {
      complete = false;
      // One fact can make two items: a page that ends before it has neither.
      others = others.filter((other) => other.begin > begin);
      break;
    }
    whole &&= !large;
    others.push({ item: fitting, begin });
  }
  for (const { item } of others) chosen.set(item.id, item);
  // In their own order, which decides between items of one place.
  const items = all.flatMap(({ item }) => chosen.get(item.id) ?? []);
  return { items, whole, complete, edge: others.at(-1)?.begin };
}

/** With the middle of long texts left out, so that its JSON has at most `chars`; undefined where that is not enough. */
function shortened(item: KeptItem, chars: number): KeptItem | undefined {
  for (let longest = Math.floor(chars / 4); longest >= shortestCut; longest = Math.floor(longest / 4)) {
    const text = JSON.stringify(item, (_key, value: unknown) =>
      typeof value === 'string' && value.length > longest ? cut(value, longest) : value,
    );
    if (text.length <= chars) return JSON.parse(text) as KeptItem;
  }
  return undefined;
}

function cut(text: string, longest: number): string {
  const half = Math.floor((longest - 3) / 2);
  return `${text.slice(0, half)}\n…\n${text.slice(-half)}`;
}
