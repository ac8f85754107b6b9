/** A few words that are overwritten in place, which works on a full disk too: how far the indexes are good. */
import { closeSync, fdatasyncSync, readSync, writeSync } from 'node:fs';
import { openFile } from './index-file.ts';

const magic = 0x4f46_4a31;

export class Mark {
  readonly #fd: number;
  readonly #words = new Uint32Array(4);

  constructor(path: string) {
    this.#fd = openFile(path);
    const bytes = Buffer.alloc(16);
    readSync(this.#fd, bytes, 0, 16, 0);
    if (bytes.readUInt32LE(0) !== magic) return;
    for (let i = 1; i < 4; i++) this.#words[i] = bytes.readUInt32LE(4 * i);
  }

  /** The indexes hold every fact before this one; 0 while they are being written, or when unknown. */
  get indexed(): number {
    return this.#words[1]!;
  }

  /** The same for what would survive a loss of power. */
  get synced(): number {
    return this.#words[2]!;
  }

  /** Clients may have got facts that never reached the disk. */
  get unwritten(): boolean {
    return this.#words[3] !== 0;
  }

  setIndexed(seq: number): void {
    this.#set(1, seq);
  }

  setSynced(seq: number): void {
    this.#set(2, seq);
  }

  setUnwritten(value: boolean): void {
    if (this.unwritten === value) return;
    this.#set(3, value ? 1 : 0);
    fdatasyncSync(this.#fd);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #set(word: number, value: number): void {
    const bytes = Buffer.alloc(16);
    const words = this.#words.with(word, value);
    bytes.writeUInt32LE(magic, 0);
    for (let i = 1; i < 4; i++) bytes.writeUInt32LE(words[i]!, 4 * i);
    writeSync(this.#fd, bytes, 0, 16, 0);
    this.#words[word] = value;
  }
}
