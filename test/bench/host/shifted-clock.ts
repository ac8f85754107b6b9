/** A clock that is ahead of the system's by what a benchmark says, as after a sleep of the whole computer. */
import type { Clock } from '../../../src/base/clock.ts';
import { disposable, type Disposable } from '../../../src/base/disposable.ts';

export class ShiftedClock implements Clock {
  #ahead = 0;
  readonly #timers = new Set<{ due: number; fire: () => void }>();

  now(): number {
    return Date.now() + this.#ahead;
  }

  after(ms: number, call: () => void): Disposable {
    const handle = setTimeout(() => timer.fire(), ms);
    const end = (): void => {
      clearTimeout(handle);
      this.#timers.delete(timer);
    };
    const timer = {
      due: this.now() + ms,
      fire: () => {
        end();
        call();
      },
    };
    this.#timers.add(timer);
    return disposable(end);
  }

  /** Milliseconds. What is due by then fires now, once, in its order. */
  jump(ms: number): void {
    this.#ahead += ms;
    const due = [...this.#timers].filter((timer) => timer.due <= this.now()).sort((a, b) => a.due - b.due);
    for (const timer of due) if (this.#timers.has(timer)) timer.fire();
  }
}
