/** Searching a session: the computer looks backwards in steps, and this goes on by itself until there is enough. */
import { signal } from '@preact/signals';
import { asOffdeskError, type ErrorShape } from '../../base/error.ts';
import { limits } from '../../protocol/limits.ts';
import { searchResult, type SearchResult } from '../../protocol/methods.ts';

export type SearchHit = SearchResult['hits'][number];

export type SearchProgress =
  /** Nothing was asked for yet. */
  | { kind: 'idle' }
  /** `share`: how much of the session was searched, 0 to 1. */
  | { kind: 'running'; share: number }
  /** `before`: where to go on for older ones; null when all was searched. */
  | { kind: 'done'; before: number | null }
  | { kind: 'failed'; error: ErrorShape };

/** One step; rejects with OffdeskError. */
export type AskSearch = (query: string, before: number | null, limit: number) => Promise<unknown>;

export class SessionSearch {
  readonly open = signal(false);
  readonly query = signal('');
  /** Newest first. */
  readonly hits = signal<readonly SearchHit[]>([]);
  readonly progress = signal<SearchProgress>({ kind: 'idle' });
  /** The hit that was chosen and is shown in the conversation. */
  readonly chosen = signal<SearchHit | null>(null);
  readonly #ask: AskSearch;
  readonly #head: () => number;
  /** Answers to an older question do not count. */
  #turn = 0;
  #before: number | null = null;

  /** `head`: the newest number, of which `before` is a share. */
  constructor(ask: AskSearch, head: () => number) {
    this.#ask = ask;
    this.#head = head;
  }

  /** Searches anew; an empty query only forgets what was found. */
  run(query: string): void {
    this.cancel();
    this.query.value = query;
    this.hits.value = [];
    this.chosen.value = null;
    this.progress.value = { kind: 'idle' };
    const text = query.trim().slice(0, limits.searchChars);
    if (text !== '') void this.#search(text, null);
  }

  /** Goes on with older ones. */
  more(): void {
    const progress = this.progress.value;
    const text = this.query.value.trim().slice(0, limits.searchChars);
    if (progress.kind === 'done' && progress.before !== null) void this.#search(text, progress.before);
  }

  /** Stops where it is; what was found stays. */
  cancel(): void {
    this.#turn++;
    if (this.progress.value.kind === 'running') this.progress.value = { kind: 'done', before: this.#before };
  }

  close(): void {
    this.run('');
    this.open.value = false;
  }

  async #search(query: string, from: number | null): Promise<void> {
    const turn = ++this.#turn;
    const enough = this.hits.value.length + limits.searchHits;
    let before = from;
    try {
      do {
        this.#before = before;
        this.progress.value = { kind: 'running', share: this.#share(before) };
        const room = enough - this.hits.value.length;
        const page = searchResult.parse(await this.#ask(query, before, room));
        if (turn !== this.#turn) return;
        this.hits.value = [...this.hits.value, ...page.hits];
        // A host that stands still must not be asked forever.
        before = page.next !== null && (before === null || page.next < before) ? page.next : null;
      } while (before !== null && this.hits.value.length < enough);
      this.progress.value = { kind: 'done', before };
    } catch (thrown) {
      if (turn === this.#turn)
        this.progress.value = { kind: 'failed', error: asOffdeskError(thrown).toShape() };
    }
  }

  #share(before: number | null): number {
    const head = this.#head();
    return before === null || head === 0 ? 0 : Math.min(1, Math.max(0, 1 - before / head));
  }
}
