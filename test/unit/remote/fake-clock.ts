/** A clock that stands still until a test moves it. */
import type { Clock } from '../../../src/base/clock.ts';
import { disposable, type Disposable } from '../../../src/base/disposable.ts';

export class FakeClock implements Clock {
  #now: number;
  #timers = new Set<{ at: number; call: () => void }>();

  constructor(now = Date.UTC(2026, 10, 20)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, call: () => void): Disposable {
    const timer = { at: this.#now + ms, call };
    this.#timers.add(timer);
    return disposable(() => this.#timers.delete(timer));
  }

  /** How many calls are outstanding. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Moves on by `ms`, calling what is due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.call();
    }
    this.#now = end;
  }
}
