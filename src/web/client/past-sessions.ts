/** The sessions of a computer that are over, page by page, the one used last first. */
import { signal } from '@preact/signals';
import { asOffdeskError, type ErrorShape } from '../../base/error.ts';
import { limits } from '../../protocol/limits.ts';
import { methods, pastResult, type PastResult } from '../../protocol/methods.ts';

export type PastRow = PastResult['sessions'][number];

export class PastSessions {
  readonly rows = signal<readonly PastRow[]>([]);
  /** `unread`: nobody asked yet; `more`: there are older ones. */
  readonly state = signal<'unread' | 'loading' | 'more' | 'all'>('unread');
  readonly error = signal<ErrorShape | null>(null);
  readonly #ask: (method: string, params: object) => Promise<unknown>;
  #next: string | undefined;

  constructor(ask: (method: string, params: object) => Promise<unknown>) {
    this.#ask = ask;
  }

  /** From the first again: one may have ended since. */
  async load(): Promise<void> {
    this.#next = undefined;
    await this.#page([]);
  }

  async more(): Promise<void> {
    if (this.state.value === 'more') await this.#page(this.rows.value);
  }

  async #page(known: readonly PastRow[]): Promise<void> {
    if (this.state.value === 'loading') return;
    const before = this.state.value;
    this.state.value = 'loading';
    this.error.value = null;
    try {
      const cursor = this.#next === undefined ? {} : { before: this.#next };
      const params = { ...cursor, limit: limits.pastSessions };
      const page = pastResult.parse(await this.#ask(methods.past, params));
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
