/** Older facts joined to a transcript that has the newer ones: the same as if all had been folded in order. */
import type { Fact } from '../protocol/facts.ts';
import { assemble, emptyTranscript } from './draft.ts';
import { TranscriptFold } from './fold.ts';
import { joinPrompt, joinQuestion } from './prompt-item.ts';
import { joinState } from './state.ts';
import { joinCompaction, joinMessage, joinThought, joinUnknown, joinBase } from './text-items.ts';
import { askedAbout, endTool, hasAsked, joinTool, withQuestion } from './tool-item.ts';
import type { Item, Transcript } from './items.ts';

/**
 * `facts`: a page of history, in order. It may overlap what the transcript has, and may be given again. A run
 * of chunks that was coalesced into one fact must not reach over the place where the transcript begins.
 */
export function mergeHistory(transcript: Transcript, facts: readonly Fact[]): Transcript {
  const fold = new TranscriptFold(emptyTranscript(), (id, seq, asked) => {
    const newer = itemOf(transcript, id);
    return newer !== undefined && hasFact(newer, seq, asked);
  });
  for (const fact of facts) fold.apply(fact);
  const older = fold.transcript;

  const ends = [...new Set([...older.fold.ends, ...transcript.fold.ends])].sort((a, b) => a - b);
  const known = new Map(allItems(older).map((item) => [item.id, item]));
  for (const newer of allItems(transcript)) {
    const before = known.get(newer.id);
    known.set(newer.id, before ? joinItems(before, newer) : newer);
  }
  const items = settled(known, ends);
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

/** From its first fact on an item has everything; what questions say about a call it has question by question. */
function hasFact(item: Item, seq: number, asked: boolean): boolean {
  if (item.kind !== 'tool') return seq >= item.since;
  return asked ? hasAsked(item, seq) : seq >= (item.known.own.since ?? Infinity);
}

/**
 * Items put together from several places: a tool call has what the questions that are there say about it, also where
 * it was cut away from them, and ends with the first turn that ended after it began.
 */
export function settled(known: ReadonlyMap<string, Item>, ends: readonly number[]): Item[] {
  const items = new Map(known);
  for (const question of known.values()) {
    const about = question.kind === 'question' ? askedAbout(question.request) : undefined;
    const call = about && items.get(about.id);
    if (call?.kind === 'tool' && question.kind === 'question')
      items.set(call.id, withQuestion(call, question));
  }
  return [...items.values()].map((item) => {
    const end = item.kind === 'tool' ? ends.find((seq) => seq > item.since) : undefined;
    return item.kind === 'tool' && end !== undefined ? endTool(item, end) : item;
  });
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
