/** Reads segments into the indexes again, and finds out what a crash or a bad disk has done to them. */
import type { Fact } from '../../protocol/facts.ts';
import type { JournalIndex } from './journal-index.ts';
import { damagedFact } from './damaged.ts';
import { readLines } from './line-reader.ts';
import { formatVersion, type Header, type Line } from './lines.ts';
import type { Segment } from './segments.ts';
import { storageError } from './storage-error.ts';

export interface Replayed {
  /** Of the newest segment that tells. */
  epoch: string | undefined;
  boot: string | undefined;
  /** Closed in good order, with nothing after. */
  closed: boolean;
  /** Something in the middle can't be read. */
  damaged: boolean;
  /** Whole lines of the last segment end here; what follows is torn. */
  end: number;
}

/** `between`: called before the first line of each segment but the first. */
export async function replay(
  segments: readonly Segment[],
  index: JournalIndex,
  between: () => void,
): Promise<Replayed> {
  const result: Replayed = { epoch: undefined, boot: undefined, closed: false, damaged: false, end: 0 };
  for (const [i, segment] of segments.entries()) {
    if (i > 0) between();
    const reader = new SegmentReplay(index, result, (segments[i + 1]?.first ?? Infinity) - 1);
    if (segment.first > index.facts.head + 1) reader.fill(segment.first - 1);
    result.end = 0;
    for await (const lines of readLines(segment.path, segment.size)) {
      for (const { offset, end, line } of lines) {
        if (line && reader.take(line, offset)) result.end = end;
      }
    }
    reader.fill(reader.seen);
    // Also an empty one: what it had is lost, and who knows how much it was.
    if (!reader.headed) result.damaged = true;
    // What is torn in an older segment was cut when the next one began, or would have been.
    segment.size = result.end;
  }
  return result;
}

/** Throws `storage_failed` for a journal of another version. */
export function checkVersion(header: Header): void {
  if (header.version === formatVersion) return;
  throw storageError(
    'The session was recorded by a newer Offdesk.',
    'Update Offdesk on this computer to open it.',
  );
}

class SegmentReplay {
  readonly #index: JournalIndex;
  readonly #result: Replayed;
  /** The next segment begins after this number. */
  readonly #last: number;
  /** The full line that a short one continues; undefined when it is damaged. */
  #base: Fact | undefined;
  #at = 0;
  /** It has a first line. */
  headed = false;
  /** The highest number in an undamaged line, though it may say too little to be read. */
  seen = 0;

  constructor(index: JournalIndex, result: Replayed, last: number) {
    this.#last = last;
    this.#index = index;
    this.#result = result;
  }

  /** False where the line makes no sense at this place. */
  take(line: Line, offset: number): boolean {
    switch (line.kind) {
      case 'header':
        checkVersion(line.header);
        this.#result.epoch = line.header.epoch;
        this.#result.boot = line.header.boot;
        this.#result.closed = false;
        this.headed = true;
        return true;
      case 'opened':
        this.#result.boot = line.boot;
        this.#result.closed = false;
        return true;
      case 'closed':
        this.#result.closed = true;
        return true;
      case 'other':
        return true;
      case 'fact':
        return this.#fact(line.fact, offset);
      case 'more':
        return this.#more(line.seq, line.later, offset);
    }
  }

  #fact(fact: Fact, offset: number): boolean {
    if (!this.#fits(fact.seq)) return false;
    this.fill(fact.seq - 1);
    this.#index.add(fact, offset);
    this.#base = fact;
    this.#at = fact.at;
    return true;
  }

  #more(seq: number, later: number, offset: number): boolean {
    if (!this.#fits(seq)) return false;
    const base = this.#base;
    if (base && seq === this.#index.facts.head + 1) {
      this.#index.addShort(offset, base.seq);
      this.#at = base.at + later;
    } else {
      // The full line that it continues may be among those that are missing.
      this.#base = undefined;
    }
    return true;
  }

  #fits(seq: number): boolean {
    if (seq <= this.#index.facts.head || seq > this.#last) {
      this.#result.damaged = true;
      return false;
    }
    this.seen = Math.max(this.seen, seq);
    this.#result.closed = false;
    return true;
  }

  /** Numbers up to `seq` that no line gave are damaged. */
  fill(seq: number): void {
    const { facts } = this.#index;
    for (let first = true; facts.head < seq; first = false) {
      this.#index.addDamaged(damagedFact(facts.head + 1, this.#at, first));
      this.#result.damaged = true;
    }
  }
}
