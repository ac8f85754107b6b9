/** What is typed into a pseudoterminal on Unix: written without ever waiting, and queued while no program reads it. */
import { writeSync } from 'node:fs';
import { Emitter } from '../base/emitter.ts';

/** Between two tries while nothing is taken, in milliseconds: the first, and the longest. */
const [firstMs, longestMs] = [1, 64];

/**
 * The library would write through libuv's terminal streams, which for a pseudoterminal's own side have no other way than
 * to try again and again: this process would stand still for as long as a program does not read.
 */
export class TypedBytes {
  readonly #handle: () => number | undefined;
  readonly #waiting: { bytes: Buffer; chars: number }[] = [];
  readonly #read = new Emitter<void>();
  /** All of it has been taken. */
  readonly onRead = this.#read.event;
  #unread = 0;
  #waitMs = firstMs;
  #timer: NodeJS.Timeout | undefined;

  /** `handle`: of the pseudoterminal, which does not block; undefined once it is closed. */
  constructor(handle: () => number | undefined) {
    this.#handle = handle;
  }

  /** In UTF-16 units; a text that was taken in part counts whole. */
  get unread(): number {
    return this.#unread;
  }

  write(data: string): void {
    this.#waiting.push({ bytes: Buffer.from(data), chars: data.length });
    this.#unread += data.length;
    if (!this.#timer) this.#flush();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting.length = 0;
    this.#unread = 0;
  }

  #flush(): void {
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      const taken = this.#taken(first.bytes);
      if (taken === undefined) return this.dispose();
      if (taken === 0) return this.#later();
      this.#waitMs = firstMs;
      first.bytes = first.bytes.subarray(taken);
      if (first.bytes.length > 0) continue;
      this.#waiting.shift();
      this.#unread -= first.chars;
    }
    this.#read.fire();
  }

  /** Bytes; undefined where nobody will read any more. */
  #taken(bytes: Buffer): number | undefined {
    const handle = this.#handle();
    if (handle === undefined) return undefined;
    try {
      return bytes.length === 0 ? 0 : writeSync(handle, bytes);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? 0 : undefined;
    }
  }

  #later(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, this.#waitMs);
    this.#waitMs = Math.min(2 * this.#waitMs, longestMs);
  }
}
