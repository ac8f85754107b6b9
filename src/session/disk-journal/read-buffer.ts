/** A buffer for reading, used again and again: memory that is freed late looks like memory that is needed. */
import { limits } from '../../protocol/limits.ts';

let spare: Buffer | undefined;

/** For one reader at a time; several have one each. */
export class ReadBuffer {
  #buffer: Buffer | undefined;

  /** The same memory each time. */
  take(bytes: number): Buffer {
    if (!this.#buffer && spare) {
      this.#buffer = spare;
      spare = undefined;
    }
    if (!this.#buffer || this.#buffer.length < bytes) {
      this.#buffer = Buffer.allocUnsafeSlow(Math.max(bytes, limits.readBytes + 1));
    }
    return this.#buffer.subarray(0, bytes);
  }

  /** It is not used any more. */
  give(): void {
    if (this.#buffer && this.#buffer.length <= 2 * limits.readBytes) spare = this.#buffer;
    this.#buffer = undefined;
  }
}
