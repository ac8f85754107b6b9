/** The newest facts, kept in memory: what clients that keep up read, and what the disk does not have yet. */
import type { Fact } from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';

export class RecentFacts {
  #facts: Fact[] = [];
  #sizes: number[] = [];
  #bytes = 0;
  /** Those before this index are gone. */
  #start = 0;

  /** Number of the first that is here; Infinity when there is none. */
  get since(): number {
    return this.#facts[this.#start]?.seq ?? Infinity;
  }

  /** `written`: only those up to this number may be forgotten. */
  add(fact: Fact, size: number, written: number): void {
    this.#facts.push(fact);
    this.#sizes.push(size);
    this.#bytes += size;
    this.trim(written);
  }

  trim(written: number): void {
    while (this.#bytes > limits.recentBytes && this.since <= written) {
      this.#bytes -= this.#sizes[this.#start++]!;
    }
    if (this.#start > 1024 && 2 * this.#start > this.#facts.length) {
      this.#facts.splice(0, this.#start);
      this.#sizes.splice(0, this.#start);
      this.#start = 0;
    }
  }

  /** Facts `first` to `last`, which are here. */
  slice(first: number, last: number): Fact[] {
    const offset = this.#start - this.since;
    return this.#facts.slice(first + offset, last + 1 + offset);
  }

  /** From `first` on, about `maxBytes`, at least one. */
  from(first: number, maxBytes: number): Fact[] {
    const begin = first + this.#start - this.since;
    let end = begin;
    for (let bytes = 0; end < this.#facts.length && bytes < maxBytes;) bytes += this.#sizes[end++]!;
    return this.#facts.slice(begin, end);
  }
}
