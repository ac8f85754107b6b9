/** What a session journals: each fact with its item, within bounds; and how it gets durable. */
import type { Clock } from '../base/clock.ts';
import { asOffdeskError } from '../base/error.ts';
import { eventUpdate, type Origin, type RawUpdate, type SessionEvent } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import { ItemIds } from '../transcript/item-ids.ts';
import { bounded } from './bounded.ts';
import type { Journal, NewFact } from './journal.ts';

export class FactWriter {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #items: ItemIds;
  #updatedAt: number;
  #closed = false;

  /** `updatedAt`: of the newest fact that is there already. */
  constructor(journal: Journal, clock: Clock, updatedAt: number | undefined) {
    this.#journal = journal;
    this.#clock = clock;
    // An id of before the session came back must not be given again: no item has a number as high as this.
    this.#items = new ItemIds(journal.head + 1);
    this.#updatedAt = updatedAt ?? clock.now();
  }

  /** When the newest fact was written, in milliseconds since the Unix epoch. */
  get updatedAt(): number {
    return this.#updatedAt;
  }

  /** What comes late in a session that is over is no fact of it. */
  close(): void {
    this.#closed = true;
  }

  event(event: SessionEvent, origin: Origin): void {
    if (!this.#closed) this.#journal.append(this.#ofEvent(event, origin));
  }

  /** Writes it now; throws `storage_failed`, and has written nothing, where the disk refuses. */
  eventSafely(event: SessionEvent, origin: Origin): void {
    if (!this.#closed) this.#journal.appendSafely(this.#ofEvent(event, origin));
  }

  /** `item`: where it is known to which one it belongs. */
  update(whole: RawUpdate, origin: Origin, item?: string): void {
    if (this.#closed) return;
    const sessionUpdate = whole.sessionUpdate.slice(0, limits.titleChars);
    const update: RawUpdate = { ...bounded(whole), sessionUpdate };
    this.#journal.append(this.#fact({ origin, update }, item ?? this.#items.idFor(update)));
  }

  /** Resolves when it is durable, or at once where the disk refuses: the journal keeps it and tries again by itself. */
  async settle(): Promise<void> {
    try {
      await this.#journal.sync();
    } catch (error) {
      if (asOffdeskError(error).code !== 'storage_failed') throw error;
    }
  }

  /** Resolves when all of it would survive a loss of power, however long the disk refuses; rejects when aborted. */
  async durable(abort: AbortSignal): Promise<void> {
    for (;;) {
      try {
        return await this.#journal.sync();
      } catch (error) {
        if (asOffdeskError(error).code !== 'storage_failed') throw error;
      }
      abort.throwIfAborted();
      await this.#change(abort);
      abort.throwIfAborted();
    }
  }

  /** The disk's trouble came or went, or may have. */
  #change(abort: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        timer.dispose();
        changes.dispose();
        abort.removeEventListener('abort', done);
        resolve();
      };
      const timer = this.#clock.after(limits.unwrittenRetryMs, done);
      const changes = this.#journal.onTrouble(done);
      abort.addEventListener('abort', done, { once: true });
    });
  }

  #ofEvent(whole: SessionEvent, origin: Origin): NewFact {
    const event = bounded(whole);
    const update = eventUpdate();
    return this.#fact({ origin, update, event }, this.#items.idFor(update, event));
  }

  #fact(fact: Omit<NewFact, 'at' | 'item'>, item: string | undefined): NewFact {
    this.#updatedAt = this.#clock.now();
    return { at: this.#updatedAt, ...fact, ...(item === undefined ? {} : { item }) };
  }
}
