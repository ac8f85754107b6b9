/** A list that the host gives page by page, the newest first. */
import { signal } from '@preact/signals';
import { asOffdeskError, type ErrorShape } from '../../base/error.ts';
import { limits } from '../../protocol/limits.ts';

/** `before`: the cursor that the page before gave; absent for the first. */
export interface PageRequest {
  before?: string;
  limit: number;
}

export interface ListPage<Row> {
  sessions: Row[];
  /** The cursor of the next page; null at the end. */
  next: string | null;
}

export class PagedList<Row extends { id: string }> {
  readonly rows = signal<readonly Row[]>([]);
  /** `unread`: nobody asked yet; `more`: there are older ones. */
  readonly state = signal<'unread' | 'loading' | 'more' | 'all'>('unread');
  readonly error = signal<ErrorShape | null>(null);
  readonly #ask: (request: PageRequest) => Promise<ListPage<Row>>;
  #next: string | undefined;

  /** `ask`: rejects with an error of Offdesk's, which `error` then shows. */
  constructor(ask: (request: PageRequest) => Promise<ListPage<Row>>) {
    this.#ask = ask;
  }

  /** From the first again: there may be newer ones. */
  async load(): Promise<void> {
    this.#next = undefined;
    await this.#page([]);
  }

  async more(): Promise<void> {
    if (this.state.value === 'more') await this.#page(this.rows.value);
  }

  async #page(known: readonly Row[]): Promise<void> {
    if (this.state.value === 'loading') return;
    const before = this.state.value;
    this.state.value = 'loading';
    this.error.value = null;
    try {
      const cursor = this.#next === undefined ? {} : { before: this.#next };
      const page = await this.#ask({ ...cursor, limit: limits.pastSessions });
      const ids = new Set(known.map(({ id }) => id));
      this.rows.value = [...known, ...page.sessions.filter(({ id }) => !ids.has(id))];
      this.#next = page.next ?? undefined;
      this.state.value = page.next === null ? 'all' : 'more';
    } catch (thrown) {
      this.state.value = before;
      this.error.value = asOffdeskError(thrown).toShape();
    }
  }
}
