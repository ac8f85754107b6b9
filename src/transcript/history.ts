/** Older facts joined to a transcript that has the newer ones: the same as if all had been folded in order. */
import type { Fact } from '../protocol/facts.ts';
import { assemble, emptyTranscript } from './draft.ts';
import { TranscriptFold } from './fold.ts';
import { joinPrompt, joinQuestion } from './prompt-item.ts';
import { joinState } from './state.ts';
import { joinCompaction, joinMessage, joinThought, joinUnknown, joinBase } from './text-items.ts';
import { endTool, joinTool } from './tool-item.ts';
import type { Item, Transcript } from './items.ts';

/**
 * `facts`: a page of history, in order. It may overlap what the transcript has, and may be given again. A run
 * of chunks that was coalesced into one fact must not reach over the place where the transcript begins.
 */
export function mergeHistory(transcript: Transcript, facts: readonly Fact[]): Transcript {
  const fold = new TranscriptFold(emptyTranscript(), (id, seq, asked) => {
    const newer = itemOf(transcript, id);
    return newer !== undefined && seq >= (sinceOf(newer, asked) ?? Infinity);
  });
  for (const fact of facts) fold.apply(fact);
  const older = fold.transcript;

  const ends = [...new Set([...older.fold.ends, ...transcript.fold.ends])].sort((a, b) => a - b);
  const known = new Map(allItems(older).map((item) => [item.id, item]));
  for (const newer of allItems(transcript)) {
    const before = known.get(newer.id);
    known.set(newer.id, before ? joinItems(before, newer) : newer);
  }
  const items = [...known.values()].map((item) => {
    const end = item.kind === 'tool' ? ends.find((seq) => seq > item.since) : undefined;
    return item.kind === 'tool' && end !== undefined ? endTool(item, end) : item;
  });
  const {
    items: _items,
    queue: _queue,
    questions: _questions,
    cursor,
    fold: folded,
    ...session
  } = transcript;
  const { view, known: state } = joinState(session, folded.state, older.fold.state);
  return assemble(items, ends, { ...view, cursor: Math.max(cursor, older.cursor) }, state);
}

function itemOf({ items, fold }: Transcript, id: string): Item | undefined {
  const index = fold.index.get(id);
  return index === undefined ? fold.aside.get(id) : items[index];
}

/** From which fact on the item has everything. */
function sinceOf(item: Item, asked: boolean): number | undefined {
  if (item.kind !== 'tool') return item.since;
  return asked ? item.known.asked.since : item.known.own.since;
}

/** Also those that stand aside. */
export function allItems({ items, fold }: Transcript): Item[] {
  return [...items, ...fold.aside.values()];
}

/** An item of which `older` holds earlier facts and `newer` later ones. */
export function joinItems(older: Item, newer: Item): Item {
  if (older.kind === 'prompt' && newer.kind === 'prompt') return joinPrompt(older, newer);
  if (older.kind === 'message' && newer.kind === 'message') return joinMessage(older, newer);
  if (older.kind === 'thought' && newer.kind === 'thought') return joinThought(older, newer);
  if (older.kind === 'tool' && newer.kind === 'tool') return joinTool(older, newer);
  if (older.kind === 'question' && newer.kind === 'question') return joinQuestion(older, newer);
  if (older.kind === 'compaction' && newer.kind === 'compaction') return joinCompaction(older, newer);
  if (older.kind === 'unknown' && newer.kind === 'unknown') return joinUnknown(older, newer);
  if (older.kind === newer.kind) return { ...newer, ...joinBase(older, newer) };
  return newer;
}
