/** A clock that tests move by hand. */
import type { Clock } from '../../src/base/clock.ts';
import { disposable, type Disposable } from '../../src/base/disposable.ts';

export class FakeClock implements Clock {
  #now: number;
  #timers: { at: number; call: () => void }[] = [];

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, call: () => void): Disposable {
    const timer = { at: this.#now + ms, call };
    this.#timers.push(timer);
    return disposable(() => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    });
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.length;
  }

  /** The machine sleeps: time passes, timers do not notice and go on where they were. Negative: the clock is set back. */
  sleep(ms: number): void {
    this.#now += ms;
    for (const timer of this.#timers) timer.at += ms;
  }

  /** Runs what is due within `ms`, in order, timers that those set included. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= end);
      const next = due.reduce<(typeof due)[number] | undefined>(
        (a, b) => (a && a.at <= b.at ? a : b),
        undefined,
      );
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.at);
      next.call();
    }
    this.#now = end;
  }
}

/** So long at most; only what is broken takes it. */
const patienceMs = 30_000;
/** Turns of the event loop before one that pauses: what is in memory alone needs few. */
const quickTurns = 2_000;

/**
 * Waits turn by turn of the event loop, so that what is in memory is seen at once, until `condition` holds. Bounded by
 * time, not by turns: a file or a key is worked on in a thread, which may get no processor for thousands of turns.
 */
export async function until(condition: () => boolean, what = 'the condition'): Promise<void> {
  const end = performance.now() + patienceMs;
  for (let turn = 0; !condition(); turn++) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise<void>((resolve) =>
      turn < quickTurns ? setImmediate(resolve) : setTimeout(resolve, 1),
    );
  }
}
