/** A file of records of one size, read by place through a small cache: an index that is never held in memory. */
import { closeSync, constants, fdatasync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { limits } from '../../protocol/limits.ts';

const dataSync = promisify(fdatasync);

export class IndexFile {
  readonly #fd: number;
  readonly #recordBytes: number;
  readonly #perBlock: number;
  /** Block number → its bytes, least recently used first. */
  readonly #blocks = new Map<number, Buffer>();
  /** The block that was read from last. */
  #newest: Buffer = Buffer.alloc(0);
  #newestNumber = -1;

  /** Creates it where it is missing. Throws what `fs` throws. */
  constructor(path: string, recordBytes: number) {
    this.#recordBytes = recordBytes;
    this.#perBlock = Math.floor(limits.indexBlockBytes / recordBytes);
    this.#fd = openFile(path);
  }

  /** Whole records on disk. */
  get stored(): number {
    return Math.floor(fstatSync(this.#fd).size / this.#recordBytes);
  }

  /** The 32 bits at `word` of the record; 0 beyond the end of the file. */
  word(place: number, word: number): number {
    const number = Math.floor(place / this.#perBlock);
    if (number !== this.#newestNumber) this.#newest = this.#block(number);
    this.#newestNumber = number;
    return this.#newest.readUInt32LE((place % this.#perBlock) * this.#recordBytes + 4 * word);
  }

  /** The record's bytes; zeros beyond the end of the file. Good until the next call. */
  record(place: number): Buffer {
    const block = this.#block(Math.floor(place / this.#perBlock));
    const at = (place % this.#perBlock) * this.#recordBytes;
    return block.subarray(at, at + this.#recordBytes);
  }

  #block(number: number): Buffer {
    let block = this.#blocks.get(number);
    if (block) {
      this.#blocks.delete(number);
    } else {
      block = Buffer.alloc(this.#perBlock * this.#recordBytes);
      readSync(this.#fd, block, 0, block.length, number * block.length);
      const [oldest] = this.#blocks.keys();
      if (oldest !== undefined && this.#blocks.size >= limits.indexBlocks) this.#blocks.delete(oldest);
    }
    this.#blocks.set(number, block);
    return block;
  }

  /** Records `[from, to)` at once. */
  records(from: number, to: number): Buffer {
    const bytes = Buffer.alloc((to - from) * this.#recordBytes);
    readSync(this.#fd, bytes, 0, bytes.length, from * this.#recordBytes);
    return bytes;
  }

  /** Writes whole records from `place` on. */
  write(place: number, bytes: Buffer): void {
    this.writeAt(place * this.#recordBytes, bytes);
  }

  /** `position`: in bytes. */
  writeAt(position: number, bytes: Buffer): void {
    this.#blocks.clear();
    this.#newestNumber = -1;
    for (let done = 0; done < bytes.length;) {
      done += writeSync(this.#fd, bytes, done, bytes.length - done, position + done);
    }
  }

  sync(): Promise<void> {
    return dataSync(this.#fd);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** For reading alone where it may not be written. */
export function openFile(path: string): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EROFS' && code !== 'EACCES' && code !== 'EPERM') throw error;
    return openSync(path, constants.O_RDONLY);
  }
}
