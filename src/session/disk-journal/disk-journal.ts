/** A journal on disk: segments are the truth, indexes a cache, memory bounded (docs/SPEC.md, J9 to J18). */
import type { Log } from '../../base/log.ts';
import { Emitter } from '../../base/emitter.ts';
import { OffdeskError } from '../../base/error.ts';
import type { Fact } from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';
import { coalesce } from '../coalesce.ts';
import { fateOf } from '../fates.ts';
import type {
  Fate,
  Journal,
  JournalPage,
  JournalWindow,
  NewFact,
  PagePlace,
  SearchPage,
} from '../journal.ts';
import { isDamaged } from './damaged.ts';
import { ChunkRuns, type Encoded } from './chunk-runs.ts';
import { encodeLine } from './lines.ts';
import { headerOf, openParts, type DiskJournalOptions, type Parts } from './open.ts';
import { RecentFacts } from './recent-facts.ts';
import { decodeRun, IndexWrong, readSpans, spanOf, upTo, type Run, type Span } from './run-reader.ts';
import { search } from './search.ts';
import { SegmentWriter } from './segment-writer.ts';
import { segmentOf, segmentPath } from './segments.ts';
import { cannotRead, codeOf, storageError } from './storage-error.ts';
import { leftOut } from './left-out.ts';

export type { DiskJournalOptions } from './open.ts';

export class DiskJournal implements Journal {
  readonly epoch: string;
  /** What a crash had torn was cut off, or could not be trusted: this is another epoch. */
  readonly repaired: boolean;
  readonly #folder: string;
  readonly #log: Log;
  readonly #parts: Parts;
  readonly #writer: SegmentWriter;
  readonly #runs = new ChunkRuns();
  readonly #recent = new RecentFacts();
  readonly #appended = new Emitter<Fact>();
  readonly onAppend = this.#appended.event;
  /** The last number on disk. */
  #written: number;
  /** The segment ends when it has grown to this. */
  #rollAt: number;
  readonly #segmentBytes: number;
  /** The journal says that it is open, so that a loss of power is noticed. */
  #opened: boolean;
  #leavingOut = false;
  #indexSync: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /** Creates the journal of this folder, or opens it again. Rejects with `storage_failed`. */
  static async open(folder: string, options: DiskJournalOptions): Promise<DiskJournal> {
    try {
      return new DiskJournal(folder, options, await openParts(folder, options));
    } catch (error) {
      throw cannotRead(error);
    }
  }

  private constructor(folder: string, options: DiskJournalOptions, parts: Parts) {
    this.#folder = folder;
    this.#segmentBytes = options.segmentBytes ?? limits.segmentBytes;
    this.#rollAt = this.#segmentBytes;
    this.#log = options.log;
    this.#parts = parts;
    this.epoch = parts.epoch;
    this.repaired = parts.repaired;
    this.#opened = parts.opened;
    this.#written = this.head;
    this.#writer = new SegmentWriter({
      segment: parts.segments.at(-1)!,
      clock: options.clock,
      fs: parts.fs,
      written: (seq) => {
        this.#written = seq;
        this.#recent.trim(seq);
      },
      unwritten: (some) => this.#unwritten(some),
    });
  }

  get head(): number {
    return this.#parts.index.facts.head;
  }

  get trouble(): OffdeskError | undefined {
    return this.#writer.trouble;
  }

  get onTrouble() {
    return this.#writer.onTrouble;
  }

  /** On disk, about. */
  get bytes(): number {
    const { segments, index } = this.#parts;
    return segments.reduce((sum, { size }) => sum + size, 0) + 8 * this.head + 16 * index.items.length;
  }

  append(newFact: NewFact): Fact {
    const whole: Fact = { seq: this.head + 1, ...newFact };
    if (this.#closing) {
      this.#log.write('warn', 'a fact came after the journal was closed');
      return whole;
    }
    this.#prepare();
    const fact = this.#bounded(whole);
    const encoded = this.#runs.encode(fact);
    const line = encodeLine(encoded.json);
    const offset = this.#writer.end;
    this.#writer.put(fact.seq, line);
    this.#keep(fact, encoded, offset);
    return fact;
  }

  appendSafely(newFact: NewFact): Fact {
    if (this.#closing) throw closed();
    this.#prepare();
    this.#writer.flushNow();
    const fact: Fact = { seq: this.head + 1, ...newFact };
    const encoded = this.#runs.encode(fact);
    const offset = this.#writer.end;
    this.#writer.writeNow(fact.seq, encodeLine(encoded.json));
    this.#keep(fact, encoded, offset);
    return fact;
  }

  #keep(fact: Fact, encoded: Encoded, offset: number): void {
    this.#runs.keep(fact, encoded);
    if (encoded.base === 0) this.#parts.index.add(fact, offset);
    else this.#parts.index.addShort(offset, encoded.base);
    this.#recent.add(fact, encoded.size, this.#written);
    this.#appended.fire(fact);
  }

  /** Before a fact: the segment has room, and says that the journal is open. */
  #prepare(): void {
    if (!this.#opened) {
      this.#opened = true;
      this.#writer.put(this.head, encodeLine(JSON.stringify({ opened: this.#parts.boot })));
      this.#writer.flush();
      try {
        this.#writer.syncNow();
      } catch (error) {
        this.#log.write('warn', 'the journal could not be synced', { code: codeOf(error) });
      }
    }
    if (this.#writer.end >= this.#rollAt && !this.trouble) this.#roll();
  }

  #roll(): void {
    this.#writer.flush();
    if (this.trouble) return;
    const { segments, index } = this.#parts;
    const first = this.head + 1;
    const segment = { first, path: segmentPath(this.#folder, first), size: 0 };
    try {
      this.#writer.roll(segment, encodeLine(JSON.stringify(headerOf(this.#parts))));
    } catch (error) {
      // The segment grows on; the disk may have room again later.
      this.#log.write('warn', 'no new segment could be made', { code: codeOf(error) });
      this.#rollAt = this.#writer.end + limits.writeBytes;
      return;
    }
    segments.push(segment);
    this.#runs.end();
    this.#rollAt = segment.size + this.#segmentBytes;
    try {
      index.store();
      this.#indexSync = this.#indexSync.then(() => index.sync()).catch(() => {});
    } catch (error) {
      // It stays in memory until the next segment, and is made anew after a crash.
      this.#log.write('warn', 'the index could not be written', { code: codeOf(error) });
    }
  }

  /** Beyond what may wait in memory an update keeps its number and loses what it says. */
  #bounded(fact: Fact): Fact {
    if (this.#writer.waitingBytes < limits.unwrittenBytes || fact.event) {
      if (!this.trouble) this.#leavingOut = false;
      return fact;
    }
    const first = !this.#leavingOut;
    this.#leavingOut = true;
    return leftOut(fact, first);
  }

  #unwritten(some: boolean): void {
    try {
      this.#parts.index.mark.setUnwritten(some);
    } catch (error) {
      this.#log.write('warn', 'trouble could not be noted', { code: codeOf(error) });
    }
  }

  async sync(): Promise<void> {
    if (this.#closing) throw closed();
    await this.#writer.sync();
  }

  async read(seq: number, maxBytes: number): Promise<Fact[]> {
    this.#ready();
    const first = Math.max(0, seq) + 1;
    if (first > this.head) return [];
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
    const end = Math.min(this.#written, (segments[segmentOf(segments, base) + 1]?.first ?? Infinity) - 1);
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

  tail(items: number): Promise<JournalWindow> {
    return this.#soon(() => {
      const { index } = this.#parts;
      const place = index.items.length - items;
      const start =
        place <= 0 ? 1 : place >= index.items.length ? this.head + 1 : index.items.at(place).first;
      return { state: index.state.before(start), start, from: place <= 0 ? null : start };
    });
  }

  async page(place: PagePlace, items: number, maxBytes: number): Promise<JournalPage> {
    this.#ready();
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
    const from = begin > 0 ? (begin < table.length ? table.at(begin).first : this.head + 1) : null;
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
      if (base < first || base > seq) throw this.#indexWrong();
      yield this.#span({ first: base, last: seq }, hash);
      if (base === first) return;
      seq = facts.before(base);
      if (seq < first || seq >= base) throw this.#indexWrong();
    }
  }

  #span(run: Run, item: string): Span {
    const waiting = run.last > this.#written;
    return { ...spanOf(run, this.#parts.segments, this.#parts.index.facts), item, waiting };
  }

  /** What the spans hold, in order, from disk and memory. */
  async #facts(spans: Span[], join = false): Promise<Fact[]> {
    spans.sort((a, b) => a.first - b.first);
    const { since } = this.#recent;
    const parts = spans.flatMap((span) =>
      span.first < since ? [] : [this.#recent.slice(span.first, span.last)],
    );
    const fromDisk = spans.filter((span) => span.first < since);
    const crossing = fromDisk.filter(({ last }) => last > this.#written);
    const ends = crossing.map(({ last }) => this.#recent.slice(this.#written + 1, last));
    for (const span of crossing) span.last = this.#written;
    const facts: Fact[] = [];
    try {
      for await (const { span, bytes } of readSpans(fromDisk)) {
        const part = decodeRun(span, bytes, join);
        if (!this.#belongs(part[0], span)) throw this.#indexWrong();
        for (const fact of part) facts.push(fact);
      }
    } catch (error) {
      if (error instanceof IndexWrong) throw this.#indexWrong();
      throw cannotRead(error);
    }
    for (const part of [...ends, ...parts]) for (const fact of part) facts.push(fact);
    return crossing.length > 0 ? facts.sort((a, b) => a.seq - b.seq) : facts;
  }

  #belongs(fact: Fact | undefined, { item }: Span): boolean {
    if (item === undefined || fact === undefined || isDamaged(fact)) return true;
    return fact.item !== undefined && this.#parts.index.items.hashOf(fact.item) === item;
  }

  /** The next opening makes the indexes anew. */
  #indexWrong(): OffdeskError {
    this.#log.write('error', 'the index does not fit to the journal');
    try {
      this.#parts.index.mark.setIndexed(0);
    } catch (error) {
      this.#log.write('warn', 'the index could not be given up', { code: codeOf(error) });
    }
    return storageError(
      "The index of the session's record is damaged.",
      'Start Offdesk again: the index is then made anew.',
    );
  }

  itemsAfter(seq: number): Promise<number> {
    return this.#soon(() => {
      const { items } = this.#parts.index;
      return items.length - items.countBefore(seq + 1);
    });
  }

  async fate(id: string): Promise<Fate | undefined> {
    this.#ready();
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

  async search(query: string, before: number, limit: number): Promise<SearchPage> {
    this.#ready();
    const facts = (spans: Span[]) =>
      this.#facts(
        spans.map((span) => ({ ...span })),
        true,
      );
    try {
      return await search({ items: () => this.#itemsBefore(before), facts }, query, before, limit);
    } catch (error) {
      if (error instanceof IndexWrong) throw this.#indexWrong();
      throw cannotRead(error);
    }
  }

  *#itemsBefore(before: number): Generator<{ first: number; spans: Iterable<Span> }> {
    const { items } = this.#parts.index;
    for (let place = items.countBefore(before) - 1; place >= 0; place--) {
      if (this.#closing) throw closed();
      yield { first: items.at(place).first, spans: this.#spansBack(place) };
    }
  }

  /** What was appended before can be read. */
  #ready(): void {
    if (this.#closing) throw closed();
    this.#writer.flush();
  }

  // A promise also where it throws.
  async #soon<T>(read: () => T): Promise<T> {
    this.#ready();
    return read();
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    try {
      if (this.#opened && !this.trouble) this.#writer.put(this.head, encodeLine('{"closed":true}'));
      await this.#writer.close();
    } finally {
      await this.#indexSync;
      this.#parts.index.close();
      this.#appended.dispose();
    }
  }
}

function closed(): OffdeskError {
  return new OffdeskError('closed', "The session's record is closed.", 'Open the session again.');
}
