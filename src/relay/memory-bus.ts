/** The bus of a single node: a queue in memory, emptied in the same turn of the event loop. */
import { disposable, type Disposable } from '../base/disposable.ts';
import type { Bus } from './bus.ts';

type Handlers<H> = Map<string, Set<{ call: H }>>;

export class MemoryBus implements Bus {
  #subscribers: Handlers<(bytes: Uint8Array) => void> = new Map();
  #answerers: Handlers<(bytes: Uint8Array) => Uint8Array | undefined> = new Map();
  #queue: (() => void)[] = [];
  #draining = false;
  #closed = false;

  publish(subject: string, bytes: Uint8Array): void {
    this.#enqueue(() => {
      for (const { call } of [...(this.#subscribers.get(subject) ?? [])]) call(bytes);
    });
  }

  subscribe(subject: string, handler: (bytes: Uint8Array) => void): Disposable {
    return this.#add(this.#subscribers, subject, handler);
  }

  request(
    subject: string,
    bytes: Uint8Array,
    _ms: number,
    answered: (bytes: Uint8Array | undefined) => void,
  ): void {
    this.#enqueue(() => {
      for (const { call } of [...(this.#answerers.get(subject) ?? [])]) {
        const answer = call(bytes);
        if (answer) return this.#enqueue(() => answered(answer));
      }
      this.#enqueue(() => answered(undefined));
    });
  }

  answer(subject: string, handler: (bytes: Uint8Array) => Uint8Array | undefined): Disposable {
    return this.#add(this.#answerers, subject, handler);
  }

  close(): void {
    this.#closed = true;
    this.#queue = [];
    this.#subscribers.clear();
    this.#answerers.clear();
  }

  #add<H>(handlers: Handlers<H>, subject: string, call: H): Disposable {
    if (this.#closed) return disposable(() => {});
    const entry = { call };
    const set = handlers.get(subject) ?? new Set();
    handlers.set(subject, set.add(entry));
    return disposable(() => {
      set.delete(entry);
      if (set.size === 0 && handlers.get(subject) === set) handlers.delete(subject);
    });
  }

  #enqueue(task: () => void): void {
    if (this.#closed) return;
    this.#queue.push(task);
    if (!this.#draining) this.#drainSoon();
  }

  #drainSoon(): void {
    this.#draining = true;
    queueMicrotask(() => {
      this.#draining = false;
      try {
        for (let task = this.#queue.shift(); task; task = this.#queue.shift()) task();
      } finally {
        // A handler that throws must not cost the others their messages.
        if (this.#queue.length > 0) this.#drainSoon();
      }
    });
  }
}
