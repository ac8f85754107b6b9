/** Items in the order in which they began: where each begins and ends, and which of them a further fact joins. */
import { hash } from 'node:crypto';
import { limits } from '../../protocol/limits.ts';
import type { StateFacts } from '../state-facts.ts';
import { IndexFile } from './index-file.ts';

/** u32 number of the first fact, u32 of the last, 8 bytes of the id's hash. */
const recordBytes = 16;

export interface ItemEntry {
  place: number;
  first: number;
  /** Changes as facts come. */
  last: number;
  /** 16 hex digits. */
  readonly hash: string;
}

export class ItemTable {
  readonly #file: IndexFile;
  readonly #state: StateFacts;
  #stored = 0;
  /** Those that began after the file was last written. */
  #tail: ItemEntry[] = [];
  /** Stored items with facts since then: place → last. */
  readonly #touched = new Map<number, number>();
  /** The newest `limits.indexedItems`. */
  readonly #recent = new Map<string, ItemEntry>();
  /** The same by their places. */
  readonly #ring: ItemEntry[] = [];
  /** Older ones that state facts belong to, such as a prompt that waits. */
  readonly #pinned = new Map<string, ItemEntry>();
  #lastId: string | undefined;
  #lastHash = '';

  constructor(path: string, state: StateFacts) {
    this.#file = new IndexFile(path, recordBytes);
    this.#state = state;
  }

  get length(): number {
    return this.#stored + this.#tail.length;
  }

  /** Records on disk, whether they count or not. */
  get onDisk(): number {
    return this.#file.stored;
  }

  /**
   * Goes on from the first `stored` records on disk, which are of facts up to `head`; `#state` is what it was then.
   * False where they tell of later facts: the file is of another time.
   */
  load(stored: number, head: number): boolean {
    this.#stored = stored;
    const from = Math.max(0, stored - limits.indexedItems);
    const bytes = this.#file.records(from, stored);
    for (let place = from; place < stored; place++) {
      const entry = decode(bytes.subarray((place - from) * recordBytes), place);
      this.#recent.set(entry.hash, entry);
      this.#ring[place % limits.indexedItems] = entry;
    }
    for (const fact of this.#state.all) {
      if (fact.item === undefined) continue;
      const key = this.hashOf(fact.item);
      if (this.#recent.has(key)) continue;
      const place = this.countBefore(fact.seq + 1) - 1;
      const entry = place < 0 ? undefined : this.at(place);
      if (entry?.hash === key) this.#pinned.set(key, entry);
    }
    return [...this.#recent.values(), ...this.#pinned.values()].every(({ last }) => last <= head);
  }

  hashOf(id: string): string {
    if (id !== this.#lastId) {
      this.#lastHash = hash('sha1', id, 'hex').slice(0, 16);
      this.#lastId = id;
    }
    return this.#lastHash;
  }

  /** The item that a further fact of this id joins. */
  find(id: string): ItemEntry | undefined {
    const key = this.hashOf(id);
    const recent = this.#recent.get(key);
    if (recent) return recent;
    const pinned = this.#pinned.get(key);
    return pinned && this.#state.hasItem(id) ? pinned : undefined;
  }

  extend(entry: ItemEntry, seq: number): void {
    entry.last = seq;
    if (entry.place < this.#stored) this.#touched.set(entry.place, seq);
  }

  begin(id: string, seq: number): ItemEntry {
    const entry = { place: this.length, first: seq, last: seq, hash: this.hashOf(id) };
    this.#tail.push(entry);
    this.#recent.set(entry.hash, entry);
    const slot = entry.place % limits.indexedItems;
    const oldest = this.#ring[slot];
    this.#ring[slot] = entry;
    if (oldest && this.#recent.get(oldest.hash) === oldest) {
      this.#recent.delete(oldest.hash);
      this.#pin(oldest);
    }
    return entry;
  }

  #pin(entry: ItemEntry): void {
    const held = new Set(this.#state.items.map((id) => this.hashOf(id)));
    if (held.has(entry.hash)) this.#pinned.set(entry.hash, entry);
    for (const key of this.#pinned.keys()) if (!held.has(key)) this.#pinned.delete(key);
  }

  /** The item at this place, counted from 0. */
  at(place: number): ItemEntry {
    if (place >= this.#stored) return this.#tail[place - this.#stored]!;
    const entry = decode(this.#file.record(place), place);
    const last = this.#touched.get(place);
    return last === undefined ? entry : { ...entry, last };
  }

  /** How many items began before the fact `seq`. */
  countBefore(seq: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.at(middle).first < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Writes what is not in the file; `commit` makes it count. */
  write(): void {
    const bytes = Buffer.alloc(this.#tail.length * recordBytes);
    this.#tail.forEach((entry, i) => {
      bytes.writeUInt32LE(entry.first, i * recordBytes);
      bytes.writeUInt32LE(entry.last, i * recordBytes + 4);
      bytes.write(entry.hash, i * recordBytes + 8, 'hex');
    });
    this.#file.write(this.#stored, bytes);
    const word = Buffer.alloc(4);
    for (const [place, last] of this.#touched) {
      word.writeUInt32LE(last);
      this.#file.writeAt(place * recordBytes + 4, word);
    }
  }

  commit(): void {
    this.#stored += this.#tail.length;
    this.#tail = [];
    this.#touched.clear();
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }
}

function decode(bytes: Buffer, place: number): ItemEntry {
  return {
    place,
    first: bytes.readUInt32LE(0),
    last: bytes.readUInt32LE(4),
    hash: bytes.toString('hex', 8, 16),
  };
}
