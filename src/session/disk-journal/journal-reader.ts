/** What a journal on disk is asked, answered from indexes, segments and what is in memory. */
import type { Fact } from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';
import { coalesce } from '../coalesce.ts';
import { fateOf } from '../fates.ts';
import type { Fate, JournalPage, JournalWindow, PagePlace, SearchPage } from '../journal.ts';
import { isDamaged } from './damaged.ts';
import type { Parts } from './open.ts';
import type { RecentFacts } from './recent-facts.ts';
import { decodeRun, IndexWrong, readSpans, spanOf, upTo, type Run, type Span } from './run-reader.ts';
import { search } from './search.ts';
import { segmentOf } from './segments.ts';

/** As `Journal`; throws and rejects with `IndexWrong` or with what `fs` says. */
export class JournalReader {
  readonly #parts: Parts;
  readonly #recent: RecentFacts;
  /** The last number on disk. */
  readonly #written: () => number;

  constructor(parts: Parts, recent: RecentFacts, written: () => number) {
    this.#parts = parts;
    this.#recent = recent;
    this.#written = written;
  }

  async read(seq: number, maxBytes: number): Promise<Fact[]> {
    const first = Math.max(0, seq) + 1;
    if (first > this.#parts.index.facts.head) return [];
    if (first >= this.#recent.since) return this.#recent.from(first, maxBytes);
    const span = this.#spanFrom(first, maxBytes);
    const facts = await this.#facts([span]);
    return upTo(
      facts.filter((fact) => fact.seq >= first),
      maxBytes,
    );
  }

  /** From the full line of `first` to about `maxBytes` on, in one segment. */
  #spanFrom(first: number, maxBytes: number): Span {
    const { segments, index } = this.#parts;
    const { facts } = index;
    const base = facts.base(first);
    const begin = facts.offset(base);
    const end = Math.min(this.#written(), (segments[segmentOf(segments, base) + 1]?.first ?? Infinity) - 1);
    let last = first;
    if (begin === undefined) {
      while (last < end && facts.offset(last + 1) === undefined) last++;
    } else {
      let low = first;
      let high = end;
      while (low < high) {
        const middle = (low + high + 1) >>> 1;
        if ((facts.offset(middle) ?? begin) - begin <= maxBytes) low = middle;
        else high = middle - 1;
      }
      last = low;
    }
    return spanOf({ first: base, last }, segments, facts);
  }

  tail(items: number): JournalWindow {
    const { items: table, state, facts } = this.#parts.index;
    const place = table.length - items;
    const end = facts.head + 1;
    const start = place <= 0 ? 1 : place >= table.length ? end : table.at(place).first;
    return { state: state.before(start), start, from: place <= 0 ? null : start };
  }

  async page(place: PagePlace, items: number, maxBytes: number): Promise<JournalPage> {
    const table = this.#parts.index.items;
    const forward = 'at' in place;
    let begin = table.countBefore(forward ? place.at : place.before);
    let end = begin;
    const spans: Span[] = [];
    let bytes = 0;
    while (end - begin < items && (forward ? end < table.length : begin > 0)) {
      const own = this.#spansOf(forward ? end : begin - 1);
      const size = own.reduce((sum, { from, to }) => sum + to - from, 0);
      if (begin < end && bytes + size > maxBytes) break;
      for (const span of own) spans.push(span);
      bytes += size;
      if (forward) end++;
      else begin--;
    }
    const from =
      begin > 0 ? (begin < table.length ? table.at(begin).first : this.#parts.index.facts.head + 1) : null;
    const next = end < table.length ? table.at(end).first : null;
    return { facts: coalesce(await this.#facts(spans, true)), from, next };
  }

  /** Where the facts of the item at `place` are; of one that is too large the beginning and the end. */
  #spansOf(place: number): Span[] {
    const spans: Span[] = [];
    let bytes = 0;
    for (const span of this.#spansBack(place)) {
      spans.push(span);
      bytes += span.to - span.from;
      if (bytes <= limits.historyItemChars) continue;
      const { first, hash } = this.#parts.index.items.at(place);
      if (span.first !== first) spans.push(this.#span({ first, last: first }, hash));
      break;
    }
    return spans;
  }

  /** All runs of the item at `place`, the newest first. */
  *#spansBack(place: number): Generator<Span> {
    const { items, facts } = this.#parts.index;
    const { first, last, hash } = items.at(place);
    for (let seq = last; ;) {
      const base = facts.base(seq);
      if (base < first || base > seq) throw new IndexWrong();
      yield this.#span({ first: base, last: seq }, hash);
      if (base === first) return;
      seq = facts.before(base);
      if (seq < first || seq >= base) throw new IndexWrong();
    }
  }

  #span(run: Run, item: string): Span {
    const span = spanOf(run, this.#parts.segments, this.#parts.index.facts);
    span.item = item;
    span.waiting = run.last > this.#written();
    return span;
  }

  /** What the spans hold, in order, from disk and memory. */
  async #facts(spans: Span[], join = false): Promise<Fact[]> {
    spans.sort((a, b) => a.first - b.first);
    const { since } = this.#recent;
    const parts = spans.flatMap((span) =>
      span.first < since ? [] : [this.#recent.slice(span.first, span.last)],
    );
    const fromDisk = spans.filter((span) => span.first < since);
    const crossing = fromDisk.filter(({ last }) => last > this.#written());
    const ends = crossing.map(({ last }) => this.#recent.slice(this.#written() + 1, last));
    for (const span of crossing) span.last = this.#written();
    const facts: Fact[] = [];
    for await (const group of readSpans(fromDisk)) {
      for (const { span, bytes } of group) {
        const part = decodeRun(span, bytes, join);
        if (!this.#belongs(part[0], span)) throw new IndexWrong();
        for (const fact of part) facts.push(fact);
      }
    }
    for (const part of [...ends, ...parts]) for (const fact of part) facts.push(fact);
    return crossing.length > 0 ? facts.sort((a, b) => a.seq - b.seq) : facts;
  }

  #belongs(fact: Fact | undefined, { item }: Span): boolean {
    if (item === undefined || fact === undefined || isDamaged(fact)) return true;
    return fact.item !== undefined && this.#parts.index.items.hashOf(fact.item) === item;
  }

  itemsAfter(seq: number): number {
    const { items } = this.#parts.index;
    return items.length - items.countBefore(seq + 1);
  }

  async fate(id: string): Promise<Fate | undefined> {
    const { fates } = this.#parts.index;
    let known = false;
    for (let seq = fates.find(id, Infinity); seq !== undefined; seq = fates.find(id, seq)) {
      const [fact] = await this.read(seq - 1, 1);
      const told = fact?.event && fateOf(fact.event);
      if (told?.id === id) return told.fate;
      // It was here, though nobody can read any more what was said: it must not be done again.
      known ||= !fact?.event;
    }
    return known ? 'interrupted' : undefined;
  }

  search(query: string, before: number, limit: number): Promise<SearchPage> {
    const facts = (spans: Span[]) =>
      this.#facts(
        spans.map((span) => ({ ...span })),
        true,
      );
    return search({ items: () => this.#itemsBefore(before), facts }, query, before, limit);
  }

  *#itemsBefore(before: number): Generator<{ first: number; spans: Iterable<Span> }> {
    const { items } = this.#parts.index;
    for (let place = items.countBefore(before) - 1; place >= 0; place--) {
      yield { first: items.at(place).first, spans: this.#spansBack(place) };
    }
  }
}
