/** Where each fact's line is, and which fact of its item came before: a record for each fact. */
import { IndexFile } from './index-file.ts';

/** u32 offset in the segment (its highest bit: a short line), u32 `link`. */
const recordBytes = 8;
const short = 0x8000_0000;
const damaged = 0x7fff_ffff;

export class FactTable {
  readonly #file: IndexFile;
  /** Number of the first fact that is not stored. */
  #from = 1;
  #tail = new Uint32Array(1024);
  #count = 0;

  constructor(path: string) {
    this.#file = new IndexFile(path, recordBytes);
  }

  /** The last number. */
  get head(): number {
    return this.#from + this.#count - 1;
  }

  get onDisk(): number {
    return this.#file.stored;
  }

  /** Facts 1 to `stored` are on disk. */
  load(stored: number): void {
    this.#from = stored + 1;
    this.#count = 0;
  }

  /** `base`: of a short line the number of the full line that it continues. */
  addShort(offset: number, base: number): void {
    this.#push((offset | short) >>> 0, base);
  }

  /** `before`: the fact of the same item before this one; 0 when there is none. */
  addFull(offset: number, before: number): void {
    this.#push(offset, before);
  }

  addDamaged(before: number): void {
    this.#push(damaged, before);
  }

  #push(a: number, b: number): void {
    if (2 * this.#count === this.#tail.length) {
      const bigger = new Uint32Array(2 * this.#tail.length);
      bigger.set(this.#tail);
      this.#tail = bigger;
    }
    this.#tail[2 * this.#count] = a;
    this.#tail[2 * this.#count + 1] = b;
    this.#count++;
  }

  /** Undefined where the line is known to be damaged. */
  offset(seq: number): number | undefined {
    const word = (this.#word(seq, 0) & ~short) >>> 0;
    return word === damaged ? undefined : word;
  }

  /** The number of the full line that this fact is read from. */
  base(seq: number): number {
    return (this.#word(seq, 0) & short) !== 0 ? this.#word(seq, 1) : seq;
  }

  /** `seq`: of a full line. The fact of the same item before it; 0 when there is none. */
  before(seq: number): number {
    return this.#word(seq, 1);
  }

  #word(seq: number, word: 0 | 1): number {
    if (seq >= this.#from) return this.#tail[2 * (seq - this.#from) + word] ?? 0;
    return this.#file.word(seq - 1, word);
  }

  write(): void {
    const bytes = Buffer.alloc(this.#count * recordBytes);
    for (let i = 0; i < 2 * this.#count; i++) bytes.writeUInt32LE(this.#tail[i]!, 4 * i);
    this.#file.write(this.#from - 1, bytes);
  }

  commit(): void {
    this.#from += this.#count;
    this.#count = 0;
    this.#tail = new Uint32Array(1024);
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }
}
