/** What has been printed above the screen: counted in full, kept for as long as it may have to be drawn anew. */
import { limits } from '../../protocol/limits.ts';
import type { Entry } from './entries.ts';

/** Each item is one entry, or two with the line that ends its turn. */
const keptEntries = 2 * limits.windowItems;

/**
 * `<Static>` takes of a list what is at or after the count of what it has printed: this list's length only grows, and
 * what has been let go of it is asked for by none but a `<Static>` that begins anew.
 */
export class Printed {
  readonly #kept: readonly Entry[];
  /** Entries before the kept ones. */
  readonly #gone: number;
  readonly #ids: ReadonlySet<string>;

  constructor(kept: readonly Entry[] = [], gone = 0) {
    this.#kept = kept;
    this.#gone = gone;
    this.#ids = new Set(kept.map(({ id }) => id));
  }

  get length(): number {
    return this.#gone + this.#kept.length;
  }

  /** How many are held. */
  get held(): number {
    return this.#kept.length;
  }

  has({ id }: Entry): boolean {
    return this.#ids.has(id);
  }

  slice(from: number): Entry[] {
    return this.#kept.slice(Math.max(0, from - this.#gone));
  }

  /** With what of `over` is not there yet; itself without any. What is in `known` is never let go: it would come again. */
  with(over: readonly Entry[], known: readonly Entry[]): Printed {
    const fresh = over.filter((entry) => !this.has(entry));
    if (fresh.length === 0) return this;
    const needed = new Set([...known, ...fresh].map(({ id }) => id));
    const all = [...this.#kept, ...fresh];
    let most = all.length - keptEntries;
    const kept = all.filter(({ id }) => needed.has(id) || most-- <= 0);
    return new Printed(kept, this.#gone + all.length - kept.length);
  }
}
