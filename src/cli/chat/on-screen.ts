/** What stood on the screen when a key was pressed: a key is for what its user saw, not for what came since. */
import type { Clock } from '../../base/clock.ts';

/** What took another's place is looked at this long before a key is for it, in milliseconds. */
export const swapMs = 500;

export class OnScreen {
  readonly #clock: Clock;
  #id: string | undefined;
  /** When it took another's place. */
  #since = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Undefined: nothing of its kind is drawn. */
  drawn(id: string | undefined): void {
    if (id === this.#id) return;
    this.#since = this.#id === undefined || id === undefined ? -Infinity : this.#clock.now();
    this.#id = id;
  }

  /** Whether a key of now may be for it. */
  seen(id: string): boolean {
    const since = this.#clock.now() - this.#since;
    // Less than nothing: the clock was set back.
    return id === this.#id && (since >= swapMs || since < 0);
  }
}
