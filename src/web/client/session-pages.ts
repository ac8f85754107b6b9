/** Pages of a session's history on their way: before and after what is shown, or around a place that a reader jumps to. */
import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { fromNotification, type Fact } from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';
import { historyResult, methods } from '../../protocol/methods.ts';
import type { Page, SessionRecord } from './session-record.ts';

/** A side of the shown window. `before`, `at`: for history; null where there is nothing more. */
export interface Earlier {
  before: number | null;
  loading: boolean;
}
export interface Later {
  at: number | null;
  loading: boolean;
}

export interface SessionPagesOptions {
  id: string;
  record: SessionRecord;
  request(method: string, params: unknown): Promise<unknown>;
  /** The connection and the journal's epoch; a page that was asked for of others is not put in. */
  standing(): { link: unknown; epoch: string | undefined };
}

export class SessionPages {
  readonly earlier: ReadonlySignal<Earlier>;
  readonly later: ReadonlySignal<Later>;
  readonly #options: SessionPagesOptions;
  readonly #record: SessionRecord;
  readonly #loading = signal<'earlier' | 'later' | 'place' | null>(null);
  /** Facts that came while a page is on its way. */
  #meanwhile: Fact[] = [];

  constructor(options: SessionPagesOptions) {
    const { record } = options;
    this.#options = options;
    this.#record = record;
    this.earlier = computed(() => ({
      before: record.edges.value.earlier,
      loading: this.#loading.value === 'earlier',
    }));
    this.later = computed(() => ({
      at: record.edges.value.later,
      loading: this.#loading.value === 'later',
    }));
  }

  /** A fact that came by itself. */
  came(fact: Fact): void {
    if (this.#loading.value !== null) this.#meanwhile.push(fact);
  }

  /** The connection is gone: whatever is on its way does not come. */
  stop(): void {
    this.#loading.value = null;
  }

  async loadEarlier(): Promise<void> {
    const { before } = this.earlier.value;
    if (before === null) return;
    await this.#load('earlier', async () => {
      const page = await this.#page({ before });
      return () => this.#record.prepend(page, this.#meanwhile);
    });
  }

  async loadLater(): Promise<void> {
    const { at } = this.later.value;
    if (at === null) return;
    await this.#load('later', async () => {
      const page = await this.#page({ at });
      return () => this.#record.append(page, this.#meanwhile);
    });
  }

  /** Shows what is around `seq` instead of what is shown. */
  async open(seq: number): Promise<void> {
    await this.#load('place', async () => {
      const [before, after] = await Promise.all([
        this.#page({ before: seq }, limits.contextItems),
        this.#page({ at: seq }),
      ]);
      return () => this.#record.open([before, after], this.#meanwhile);
    });
  }

  /** One at a time, except that a jump does not wait for a page that nobody looks at any more. */
  async #load(what: 'earlier' | 'later' | 'place', ask: () => Promise<() => void>): Promise<void> {
    const { link, epoch } = this.#options.standing();
    if (!link || (this.#loading.value !== null && what !== 'place')) return;
    const edge = what === 'place' ? null : this.#record.edges.value[what];
    this.#loading.value = what;
    this.#meanwhile = [];
    const turn = this.#meanwhile;
    try {
      const put = await ask();
      const now = this.#options.standing();
      // Another journal, another place, or too much at once: what came does not fit to what is shown.
      const late = turn !== this.#meanwhile || now.epoch !== epoch || now.link !== link;
      const moved = what !== 'place' && edge !== this.#record.edges.value[what];
      if (!late && !moved && turn.length <= limits.meanwhileFacts) put();
    } catch {
      // The connection went or the host refused: the next scroll tries again.
    } finally {
      if (turn === this.#meanwhile) {
        this.#loading.value = null;
        this.#meanwhile = [];
      }
    }
  }

  async #page(place: { before: number } | { at: number }, limit: number = limits.tailItems): Promise<Page> {
    const params = { sessionId: this.#options.id, ...place, limit };
    const answer = await this.#options.request(methods.history, params);
    const { updates, from, next } = historyResult.parse(answer);
    const facts = updates.map(fromNotification).filter((parsed) => parsed !== undefined);
    return { facts: facts.map(({ fact }) => fact), from, next };
  }
}
