/** Fuzzy completion of a workspace's files, listed again when the list is no longer fresh. */
import fuzzysort, { type Prepared } from 'fuzzysort';
import type { Clock } from '../base/clock.ts';

export interface FileMatch {
  /** Relative to the folder, with `/`. */
  path: string;
  /** Indexes of matched characters in `path`. */
  matches: number[];
}

const freshMs = 5_000;

export class FileIndex {
  readonly #list: () => Promise<string[]>;
  readonly #clock: Clock;
  #files: Promise<Prepared[]> | undefined;
  #listedAt = 0;

  constructor(list: () => Promise<string[]>, clock: Clock) {
    this.#list = list;
    this.#clock = clock;
  }

  /** Best first; with an empty query the shortest paths first. */
  async search(query: string, limit: number): Promise<FileMatch[]> {
    const files = await this.#prepared();
    if (!query.trim()) {
      return files
        .map((file) => file.target)
        .sort((a, b) => a.split('/').length - b.split('/').length || a.localeCompare(b))
        .slice(0, limit)
        .map((path) => ({ path, matches: [] }));
    }
    // Whatever has the letters in their order is offered, however far apart: the best come first.
    return fuzzysort
      .go(query, files, { limit, threshold: 0 })
      .map((result) => ({ path: result.target, matches: [...result.indexes] }));
  }

  #prepared(): Promise<Prepared[]> {
    const now = this.#clock.now();
    if (!this.#files || now - this.#listedAt > freshMs) {
      this.#listedAt = now;
      const before = this.#files;
      const next = this.#list()
        .then((paths) => paths.map((path) => fuzzysort.prepare(path)))
        .catch((error: unknown) => {
          // An older list is better than none.
          if (before) return before;
          this.#files = undefined;
          throw error;
        });
      this.#files = next;
    }
    return this.#files;
  }
}
