/**
 * What a client holds of one session: the end of its transcript, which follows what happens, and, while the reader
 * is elsewhere, the window that he reads. Readers see at most one change a frame.
 */
import { batch, signal } from '@preact/signals';
import type { Fact } from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';
import { emptyTranscript, TranscriptFold } from '../../transcript/fold.ts';
import { mergeHistory } from '../../transcript/history.ts';
import type { Item, Transcript } from '../../transcript/items.ts';
import { cutWindow, joinLive, joinWindows, knows } from '../../transcript/window.ts';

/** What history has beside the items that are shown: `before` and `at` for its pages; null where there is nothing. */
export interface Edges {
  earlier: number | null;
  /** Null at the end, which is live. */
  later: number | null;
}

/** Whole items, in order, and where the pages beside them begin. */
export interface Page {
  facts: readonly Fact[];
  from: number | null;
  next: number | null;
}

interface Far {
  fold: TranscriptFold;
  from: number | null;
  next: number;
}

/** How many items are held at the most, and of the end while another window is shown. */
export interface Bounds {
  window: number;
  tail: number;
}

export class SessionRecord {
  /** Items of the window that is shown; state, queue and open questions are always the newest. */
  readonly transcript = signal<Transcript>(emptyTranscript());
  /** The end, also while another window is shown. */
  readonly present = signal<Transcript>(emptyTranscript());
  readonly edges = signal<Edges>({ earlier: null, later: null });
  /** The newest number that the end has. */
  readonly head = signal(0);
  /** Where the reader is: at the end, or at an item. What is far from there goes first. */
  reader: string | null = null;
  readonly #frame: (call: () => void) => void;
  readonly #bounds: Bounds;
  #live = new TranscriptFold(emptyTranscript());
  /** The end has all items that begin at or after this; null when it has all. */
  #from: number | null = null;
  #far: Far | undefined;
  /** Items that went from the end: what still comes of them is theirs, not a new item's. */
  #gone = new Set<string>();
  #scheduled = false;

  /** `frame`: defers to the next frame. */
  constructor(
    frame: (call: () => void) => void,
    bounds: Bounds = { window: limits.windowItems, tail: limits.tailItems },
  ) {
    this.#frame = frame;
    this.#bounds = bounds;
  }

  /** What is kept when there is too much: some room, so that not every new item costs a cut. */
  get #kept(): number {
    return this.#bounds.window - this.#bounds.tail;
  }

  /** The shown item that the reader is at. */
  get place(): Item | undefined {
    const { items } = this.transcript.value;
    return items.find(({ id }) => id === this.reader) ?? items[0];
  }

  /** The shown item of this id, or the first that begins at or after `seq`; undefined where it is not shown. */
  find(seq: number, id: string | null): string | undefined {
    const { items } = this.#far?.fold.transcript ?? this.#live.transcript;
    if (id !== null && items.some((item) => item.id === id)) return id;
    const { earlier, later } = this.edges.value;
    if ((earlier !== null && seq < earlier) || (later !== null && seq >= later)) return undefined;
    return items.find(({ since }) => since >= seq)?.id ?? items.at(-1)?.id;
  }

  /** The end alone, for keeping. */
  get tail(): { transcript: Transcript; before: number | null } {
    return { transcript: this.#live.transcript, before: this.#from };
  }

  /** The end begins here: history before `from`. */
  begin(from: number | null, transcript = emptyTranscript()): void {
    this.#live = new TranscriptFold(transcript);
    this.#from = from;
    this.#gone.clear();
    this.#publish();
  }

  /** Each item takes each fact at most once, so repetition does no harm. */
  add(fact: Fact): void {
    const { item } = fact;
    const gone = item !== undefined && this.#gone.has(item) && !fact.event;
    if (!gone) this.#live.apply(fact);
    if (this.#far) follow(this.#far.fold, fact);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#frame(() => this.#publish());
  }

  /** A page that ends where the shown window begins; `since`: facts that came while it was on its way. */
  prepend(page: Page, since: readonly Fact[] = []): void {
    if (this.#far) {
      const far = new TranscriptFold(mergeHistory(this.#far.fold.transcript, page.facts));
      this.#far = { ...this.#far, fold: far, from: page.from };
      for (const fact of since) follow(far, fact);
    } else {
      this.#live = new TranscriptFold(mergeHistory(this.#live.transcript, page.facts));
      this.#from = page.from;
      for (const { item } of page.facts) if (item !== undefined) this.#gone.delete(item);
      for (const fact of since) follow(this.#live, fact);
    }
    this.#publish();
  }

  /** A page that begins where the shown window ends. */
  append(page: Page, since: readonly Fact[]): void {
    const far = this.#far;
    if (!far) return;
    this.#show(joinWindows(far.fold.transcript, foldOf(page, since)), far.from, page.next);
  }

  /** A window anywhere: pages that follow each other. */
  open(pages: readonly Page[], since: readonly Fact[]): void {
    const [first, ...more] = pages;
    if (!first) return;
    const window = more.reduce(
      (known, page) => joinWindows(known, foldOf(page, since)),
      foldOf(first, since),
    );
    this.#show(window, first.from, pages.at(-1)?.next ?? null);
  }

  /** Back to the end, where everything new appears. */
  toTail(): void {
    this.reader = null;
    if (!this.#far) return;
    this.#far = undefined;
    this.#publish();
  }

  clear(): void {
    this.#far = undefined;
    this.begin(null);
  }

  /** Shows the window; where it reaches the end the two become one. */
  #show(window: Transcript, from: number | null, next: number | null): void {
    if (next !== null && (this.#from === null || next < this.#from)) {
      // With everything at the end there is nothing elsewhere.
      this.#far = this.#from === null ? undefined : { fold: new TranscriptFold(window), from, next };
    } else {
      this.#far = undefined;
      this.#live = new TranscriptFold(joinLive(window, this.#live.transcript));
      this.#from = from;
      for (const { id } of window.items) this.#gone.delete(id);
    }
    this.#publish();
  }

  #publish(): void {
    this.#scheduled = false;
    this.#bound();
    const live = this.#live.transcript;
    const far = this.#far;
    const items = far?.fold.transcript.items;
    batch(() => {
      this.head.value = live.cursor;
      this.present.value = live;
      this.transcript.value = items ? { ...live, items } : live;
      const edges = far ? { earlier: far.from, later: far.next } : { earlier: this.#from, later: null };
      const { earlier, later } = this.edges.value;
      if (edges.earlier !== earlier || edges.later !== later) this.edges.value = edges;
    });
  }

  #bound(): void {
    const { items } = this.#live.transcript;
    if (this.#far) {
      this.#boundFar(this.#far.fold.transcript, this.#far);
      if (items.length > 2 * this.#bounds.tail) this.#trim(this.#bounds.tail);
      return;
    }
    if (items.length <= this.#bounds.window) return;
    const [begin, end] = this.#near(items);
    if (this.reader === null || end > items.length - this.#bounds.tail) {
      this.#trim(this.#kept);
      return;
    }
    const cut = cutWindow(this.#live.transcript, begin, end);
    if (cut.at !== null) {
      const fold = new TranscriptFold(cut.window);
      this.#far = { fold, from: later(cut.before, this.#from), next: cut.at };
    }
    this.#trim(this.#bounds.tail);
  }

  #boundFar(window: Transcript, far: Far): void {
    if (window.items.length <= this.#kept) return;
    const [begin, end] = this.#near(window.items);
    const cut = cutWindow(window, begin, end);
    const fold = new TranscriptFold(cut.window);
    this.#far = { fold, from: later(cut.before, far.from), next: cut.at ?? far.next };
  }

  /** Keeps the last `count` items at the end. */
  #trim(count: number): void {
    const { transcript } = this.#live;
    const begin = Math.max(0, transcript.items.length - count);
    const cut = cutWindow(transcript, begin);
    for (const { id } of transcript.items.slice(0, begin)) if (!knows(cut.window, id)) this.#gone.add(id);
    for (const id of this.#gone) {
      if (this.#gone.size <= limits.goneItems) break;
      this.#gone.delete(id);
    }
    this.#live = new TranscriptFold(cut.window);
    this.#from = later(cut.before, this.#from);
  }

  /** The part around the reader that is kept. */
  #near(items: Transcript['items']): [begin: number, end: number] {
    const kept = this.#kept;
    const at = items.findIndex(({ id }) => id === this.reader);
    const begin = Math.max(
      0,
      Math.min((at < 0 ? items.length : at) - Math.floor(kept / 2), items.length - kept),
    );
    return [begin, begin + kept];
  }
}

/** Of two beginnings; an open question may stand before the one that the window had. */
function later(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

/** Facts of items that are there; a turn's end ends its calls wherever they are. */
function follow(fold: TranscriptFold, fact: Fact): void {
  const { item, event } = fact;
  if (event?.type === 'turn_ended' || (item !== undefined && knows(fold.transcript, item))) fold.apply(fact);
}

function foldOf(page: Page, since: readonly Fact[]): Transcript {
  const fold = new TranscriptFold(emptyTranscript());
  for (const fact of page.facts) fold.apply(fact);
  for (const fact of since) follow(fold, fact);
  return fold.transcript;
}
