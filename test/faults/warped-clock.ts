/**
 * A clock for one process that runs many times as fast as the system's, and that can be jumped. It runs with the
 * process: one that gets no processor for a while does not see its deadlines pass for that.
 */
import type { Clock } from '../../src/base/clock.ts';
import { disposable, type Disposable } from '../../src/base/disposable.ts';

export interface WarpedClockOptions {
  /** All processes of a round share it: the system's time, in milliseconds, when the round began. */
  since: number;
  /** Milliseconds of this clock in one of the system's. */
  scale: number;
  /** Jumps before this process began. */
  offset: number;
}

interface Timer {
  due: number;
  call: () => void;
}

const tickMs = 4;
/** Of the system's: a tick that comes later than this counts as one of this length. */
const longestTickMs = 12;

export class WarpedClock implements Clock {
  readonly #scale: number;
  /** What timers run by: jumps that merely set the time are not in it. */
  #elapsed = 0;
  #offset: number;
  #last = performance.now();
  readonly #timers = new Set<Timer>();

  constructor({ since, scale, offset }: WarpedClockOptions) {
    this.#scale = scale;
    this.#offset = since + (Date.now() - since) * scale + offset;
    setInterval(() => this.#tick(), tickMs).unref();
  }

  now(): number {
    return Math.round(this.#offset + this.#elapsed);
  }

  after(ms: number, call: () => void): Disposable {
    const timer = { due: this.#elapsed + ms, call };
    this.#timers.add(timer);
    return disposable(() => this.#timers.delete(timer));
  }

  /**
   * `elapse`: as after a sleep through which timers ran: those that are due by now fire, once each, in order.
   * Without: as when someone sets the time: timers keep what is left of them. `ms` may be negative then.
   */
  jump(ms: number, elapse: boolean): void {
    if (elapse) this.#pass(ms);
    else this.#offset += ms;
  }

  #tick(): void {
    const now = performance.now();
    const passed = Math.min(now - this.#last, longestTickMs);
    this.#last = now;
    this.#pass(passed * this.#scale);
  }

  #pass(ms: number): void {
    this.#elapsed += ms;
    const due = [...this.#timers].filter((timer) => timer.due <= this.#elapsed);
    for (const timer of due.sort((a, b) => a.due - b.due)) if (this.#timers.delete(timer)) timer.call();
  }
}

/** The clock that the environment of a process of the harness describes. */
export function clockOfEnvironment(): WarpedClock {
  const { FAULTS_CLOCK = '' } = process.env;
  return new WarpedClock(JSON.parse(FAULTS_CLOCK) as WarpedClockOptions);
}
