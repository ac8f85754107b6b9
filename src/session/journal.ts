/** The journal: what happened in a session, numbered; the truth that every surface reads by cursor. */
import type { Event } from '../base/emitter.ts';
import type { OffdeskError } from '../base/error.ts';
import type { Cursor, Fact, PromptOutcome } from '../protocol/facts.ts';

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

/** `before`: the last items that begin before that number. `at`: the first items that begin at or after it. */
export type PagePlace = { before: number } | { at: number };

export interface JournalPage {
  /** Whole items (all of their facts, also those that came much later), coalesced, oldest first. */
  facts: Fact[];
  /** `before` for the page that precedes this one; null at the beginning. */
  from: number | null;
  /** `at` for the page that follows this one; null when it holds the newest item. */
  next: number | null;
}

/** What became of a prompt or change by its id: `received` waits in the queue, `changed` is a change that took effect. */
export type Fate = 'received' | 'running' | 'removed' | 'changed' | PromptOutcome;

export interface SearchHit {
  /** The number with which the item begins: `{at: seq}` is its page. */
  seq: number;
  item: string;
  /** Milliseconds since the Unix epoch. */
  at: number;
  /** A piece of the text around the match, one line; `start` and `end` are the match in it. */
  excerpt: string;
  start: number;
  end: number;
}

export interface SearchPage {
  /** Newest first, at most one an item. */
  hits: SearchHit[];
  /** Pass as the next `before`; null when the beginning was reached. A page may be empty and yet go on. */
  next: number | null;
}

/** Reads may wait for a disk; `append` numbers and keeps at once, in order. */
export interface Journal {
  /** Another one after a repair or restore broke the sequence; cursors of another epoch are void. */
  readonly epoch: string;
  /** The last number given; 0 when empty. */
  readonly head: number;
  readonly onAppend: Event<Fact>;
  /** Why facts can't be written at present (`storage_failed`); they are kept in memory and tried again by itself. */
  readonly trouble: OffdeskError | undefined;
  /** `trouble` came or went. */
  readonly onTrouble: Event<void>;
  /** Never throws: what the disk refuses stays readable and is written as soon as it can be. */
  append(fact: NewFact): Fact;
  /** Writes it now; throws `storage_failed`, and has not given it a number, where that can't be done. */
  appendSafely(fact: NewFact): Fact;
  /** Resolves when all that was appended before would survive a loss of power; rejects with `storage_failed`. */
  sync(): Promise<void>;
  /** Facts after `seq` in order, at least one if there is one, about `maxBytes` at the most; not coalesced. */
  read(seq: number, maxBytes: number): Promise<Fact[]>;
  /** Where the last `items` items begin. */
  tail(items: number): Promise<JournalWindow>;
  page(place: PagePlace, items: number, maxBytes: number): Promise<JournalPage>;
  /** How many items began after `seq`. */
  itemsAfter(seq: number): Promise<number>;
  /** Of a prompt (`prompt_received` and what follows) or a change (`change`), however long ago; undefined for neither. */
  fate(id: string): Promise<Fate | undefined>;
  /**
   * Case-insensitive, backwards from the items that begin before `before`; gives way to other work and stops early,
   * soon when `signal` says that nobody waits any more.
   */
  search(query: string, before: number, limit: number, signal?: AbortSignal): Promise<SearchPage>;
  /** What was appended is written and synced, files are closed; nothing may be appended after. Idempotent. */
  close(): Promise<void>;
}

export function cursorAt(journal: Journal, seq: number): Cursor {
  return { epoch: journal.epoch, seq };
}

/** Bytes of a fact on the wire, about: what flow control and pages count. */
export function sizeOf(fact: Fact): number {
  return JSON.stringify(fact).length;
}
