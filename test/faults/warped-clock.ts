/** A clock for one process that runs many times as fast as the system's, and that can be jumped. */
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
  /** By `performance.now()`. */
  due: number;
  call: () => void;
  handle: NodeJS.Timeout;
}

export class WarpedClock implements Clock {
  readonly #since: number;
  readonly #scale: number;
  #offset: number;
  readonly #timers = new Set<Timer>();

  constructor({ since, scale, offset }: WarpedClockOptions) {
    this.#since = since;
    this.#scale = scale;
    this.#offset = offset;
  }

  now(): number {
    return Math.round(this.#since + (Date.now() - this.#since) * this.#scale + this.#offset);
  }

  after(ms: number, call: () => void): Disposable {
    return this.#at(performance.now() + ms / this.#scale, call);
  }

  /**
   * `elapse`: as after a sleep through which timers ran: those that are due by now fire, once each, in order.
   * Without: as when someone sets the time: timers keep what is left of them. `ms` may be negative then.
   */
  jump(ms: number, elapse: boolean): void {
    this.#offset += ms;
    if (!elapse) return;
    const timers = [...this.#timers].sort((a, b) => a.due - b.due);
    for (const timer of timers) {
      timer.due -= ms / this.#scale;
      clearTimeout(timer.handle);
      this.#arm(timer);
    }
  }

  #at(due: number, call: () => void): Disposable {
    const timer: Timer = { due, call, handle: undefined as never };
    this.#timers.add(timer);
    this.#arm(timer);
    return disposable(() => {
      clearTimeout(timer.handle);
      this.#timers.delete(timer);
    });
  }

  #arm(timer: Timer): void {
    timer.handle = setTimeout(
      () => {
        this.#timers.delete(timer);
        timer.call();
      },
      Math.max(0, timer.due - performance.now()),
    );
  }
}

/** The clock that the environment of a process of the harness describes. */
export function clockOfEnvironment(): WarpedClock {
  const { FAULTS_CLOCK = '' } = process.env;
  return new WarpedClock(JSON.parse(FAULTS_CLOCK) as WarpedClockOptions);
}
