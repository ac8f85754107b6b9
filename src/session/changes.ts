/** Changes of mode, option and queue: by its id each takes effect once, however often it is asked for. */
import type { Origin } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import type { FactWriter } from './fact-writer.ts';
import type { Journal } from './journal.ts';

export interface Change<T> {
  what: string;
  origin: Origin;
  /** Throws or rejects where it can't be done; nothing is journaled then. What need not wait leaves no gap. */
  prepare?(): Promise<unknown> | undefined;
  /** `journaled`: call it before what can't be taken back; it resolves once the change's id is durable. */
  effect(journaled: () => Promise<void>): Promise<T>;
  /** The good answer to one that took effect before the host came back. */
  again(): T;
}

export class Changes {
  readonly #journal: Journal;
  readonly #writer: FactWriter;
  /** Those asked for last, under way or done: whoever repeats one hears the same. */
  readonly #known = new Map<string, Promise<unknown>>();

  constructor(journal: Journal, writer: FactWriter) {
    this.#journal = journal;
    this.#writer = writer;
  }

  /** Without an id it takes effect each time. Rejects with `storage_failed` where the disk refuses the id. */
  async once<T>(id: string | undefined, change: Change<T>): Promise<T> {
    if (id === undefined) {
      await change.prepare?.();
      return change.effect(() => Promise.resolve());
    }
    const known = this.#known.get(id) as Promise<T> | undefined;
    if (known) return known;
    let journaled = false;
    const result = this.#run(id, change, () => (journaled = true));
    this.#known.set(id, result);
    // Refused before it was journaled: it may be tried again.
    result.catch(() => journaled || this.#known.delete(id));
    const [oldest] = this.#known.keys();
    if (this.#known.size > limits.rememberedIds && oldest !== undefined) this.#known.delete(oldest);
    return result;
  }

  async #run<T>(id: string, change: Change<T>, journaled: () => void): Promise<T> {
    if ((await this.#journal.fate(id)) !== undefined) return change.again();
    const prepared = change.prepare?.();
    if (prepared) await prepared;
    this.#writer.eventSafely({ type: 'change', id, what: change.what }, change.origin);
    journaled();
    return change.effect(() => this.#writer.settle());
  }
}
