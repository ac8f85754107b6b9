/** Where to find what became of a prompt or change: a record for each fact that says so, searched from the end. */
import { hash } from 'node:crypto';
import { limits } from '../../protocol/limits.ts';
import { IndexFile } from './index-file.ts';

/** 12 bytes of the id's hash, u32 number of the fact. */
const recordBytes = 16;

export class FateTable {
  readonly #file: IndexFile;
  #stored = 0;
  #tail: { hash: string; seq: number }[] = [];

  constructor(path: string) {
    this.#file = new IndexFile(path, recordBytes);
  }

  get length(): number {
    return this.#stored + this.#tail.length;
  }

  get onDisk(): number {
    return this.#file.stored;
  }

  load(stored: number): void {
    this.#stored = stored;
  }

  add(id: string, seq: number): void {
    this.#tail.push({ hash: hashOf(id), seq });
  }

  /** The number of the newest fact below `before` about this id, unless another id's hash is alike. */
  find(id: string, before: number): number | undefined {
    const wanted = hashOf(id);
    for (let i = this.#tail.length - 1; i >= 0; i--) {
      const { hash, seq } = this.#tail[i]!;
      if (hash === wanted && seq < before) return seq;
    }
    const needle = Buffer.from(wanted, 'hex');
    for (let to = this.#stored; to > 0;) {
      const from = Math.max(0, to - limits.fateScanRecords);
      const bytes = this.#file.records(from, to);
      let at = bytes.lastIndexOf(needle);
      while (at >= 0) {
        const seq = at % recordBytes === 0 ? bytes.readUInt32LE(at + 12) : before;
        if (seq < before) return seq;
        at = at === 0 ? -1 : bytes.lastIndexOf(needle, at - 1);
      }
      to = from;
    }
    return undefined;
  }

  write(): void {
    const bytes = Buffer.alloc(this.#tail.length * recordBytes);
    this.#tail.forEach(({ hash, seq }, i) => {
      bytes.write(hash, i * recordBytes, 'hex');
      bytes.writeUInt32LE(seq, i * recordBytes + 12);
    });
    this.#file.write(this.#stored, bytes);
  }

  commit(): void {
    this.#stored += this.#tail.length;
    this.#tail = [];
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }
}

function hashOf(id: string): string {
  return hash('sha256', id, 'hex').slice(0, 24);
}
