/** Events that are kept until someone subscribes, then delivered in order, never inside the subscribing call. */
import { Emitter, type Event } from '../base/emitter.ts';

export class KeptEvent<T> {
  #emitter = new Emitter<T>();
  #kept: T[] | undefined = [];
  #keptBytes = 0;
  #scheduled = false;
  readonly #onError: (error: unknown) => void;

  /** `onError` gets what a listener throws while kept values are delivered. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  readonly event: Event<T> = (listener) => {
    const subscription = this.#emitter.event(listener);
    if (this.#kept && !this.#scheduled) {
      this.#scheduled = true;
      queueMicrotask(() => this.#deliver());
    }
    return subscription;
  };

  get keptBytes(): number {
    return this.#keptBytes;
  }

  fire(value: T, bytes: number): void {
    if (!this.#kept) return this.#emitter.fire(value);
    this.#kept.push(value);
    this.#keptBytes += bytes;
  }

  /** Forgets what is kept and who listens. */
  drop(): void {
    this.#kept = undefined;
    this.#keptBytes = 0;
    this.#emitter.dispose();
  }

  #deliver(): void {
    try {
      for (let value = this.#kept?.shift(); value !== undefined; value = this.#kept?.shift()) {
        this.#emitter.fire(value);
      }
    } catch (error) {
      this.#onError(error);
    }
    this.#kept = undefined;
    this.#keptBytes = 0;
  }
}

/** An event that happens once; who subscribes later hears of it too, in a microtask. */
export class OnceEvent<T> {
  #emitter = new Emitter<T>();
  #fired: { value: T } | undefined;

  readonly event: Event<T> = (listener) => {
    const fired = this.#fired;
    if (!fired) return this.#emitter.event(listener);
    let wanted = true;
    queueMicrotask(() => wanted && listener(fired.value));
    return { dispose: () => void (wanted = false) };
  };

  fire(value: T): void {
    if (this.#fired) return;
    this.#fired = { value };
    this.#emitter.fire(value);
    this.#emitter.dispose();
  }
}
