/** The journal: what happened in a session, numbered; the truth that every surface reads by cursor. */
import type { Event } from '../base/emitter.ts';
import type { Cursor, Fact } from '../protocol/facts.ts';

/** A fact before the journal gave it its number. */
export type NewFact = Omit<Fact, 'seq'>;

export interface JournalWindow {
  /** State facts (modes, commands, usage, open questions, queued prompts…) older than `start`, oldest first. */
  state: Fact[];
  /** Read on with `read(start - 1)`. */
  start: number;
  /** `before` for the page that precedes this window; null when nothing does. */
  from: number | null;
}

export interface JournalPage {
  /** Whole items, coalesced, oldest first. */
  facts: Fact[];
  from: number | null;
}

/** Reads may wait for a disk; `append` numbers and keeps at once, in order. */
export interface Journal {
  /** Grows when a repair or restore broke the sequence; cursors of another epoch are void. */
  readonly epoch: string;
  /** The last number given; 0 when empty. */
  readonly head: number;
  readonly onAppend: Event<Fact>;
  append(fact: NewFact): Fact;
  /** Resolves when all that was appended before would survive a crash of this process. */
  sync(): Promise<void>;
  /** Facts after `seq` in order, at least one if there is one, about `maxBytes` at the most. */
  read(seq: number, maxBytes: number): Promise<Fact[]>;
  /** Where the last `items` items begin. */
  tail(items: number): Promise<JournalWindow>;
  /** The last `items` items that begin before `seq`, each with all its facts. */
  page(before: number, items: number, maxBytes: number): Promise<JournalPage>;
}

export function cursorAt(journal: Journal, seq: number): Cursor {
  return { epoch: journal.epoch, seq };
}

/** Bytes of a fact on the wire, about: what flow control and pages count. */
export function sizeOf(fact: Fact): number {
  return JSON.stringify(fact).length;
}
