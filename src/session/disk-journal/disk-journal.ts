/** A journal on disk: segments are the truth, indexes a cache, memory bounded (docs/SPEC.md, J9 to J18). */
import type { Log } from '../../base/log.ts';
import { Emitter } from '../../base/emitter.ts';
import { OffdeskError } from '../../base/error.ts';
import type { Fact } from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';
import type {
  Fate,
  Journal,
  JournalPage,
  JournalWindow,
  NewFact,
  PagePlace,
  SearchPage,
} from '../journal.ts';
import { ChunkRuns, type Encoded } from './chunk-runs.ts';
import { JournalReader } from './journal-reader.ts';
import { encodeLine } from './lines.ts';
import { headerOf, openParts, type DiskJournalOptions, type Parts } from './open.ts';
import { RecentFacts } from './recent-facts.ts';
import { IndexWrong } from './run-reader.ts';
import { SegmentWriter } from './segment-writer.ts';
import { segmentPath } from './segments.ts';
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
  readonly #reader: JournalReader;
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
    this.#reader = new JournalReader(parts, this.#recent, () => this.#written);
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

  read(seq: number, maxBytes: number): Promise<Fact[]> {
    return this.#reading((reader) => reader.read(seq, maxBytes));
  }

  tail(items: number): Promise<JournalWindow> {
    return this.#reading((reader) => reader.tail(items));
  }

  page(place: PagePlace, items: number, maxBytes: number): Promise<JournalPage> {
    return this.#reading((reader) => reader.page(place, items, maxBytes));
  }

  itemsAfter(seq: number): Promise<number> {
    return this.#reading((reader) => reader.itemsAfter(seq));
  }

  fate(id: string): Promise<Fate | undefined> {
    return this.#reading((reader) => reader.fate(id));
  }

  search(query: string, before: number, limit: number): Promise<SearchPage> {
    return this.#reading((reader) => reader.search(query, before, limit));
  }

  /** What was appended before can be read. */
  async #reading<T>(work: (reader: JournalReader) => T | Promise<T>): Promise<T> {
    if (this.#closing) throw closed();
    this.#writer.flush();
    try {
      return await work(this.#reader);
    } catch (error) {
      // It was closed meanwhile, files and all.
      if (this.#isClosing()) throw closed();
      if (error instanceof IndexWrong) throw this.#indexWrong();
      throw cannotRead(error);
    }
  }

  #isClosing(): boolean {
    return this.#closing !== undefined;
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
