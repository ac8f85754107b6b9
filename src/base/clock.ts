/** Time as a port, so that tests decide what time it is. */
import { disposable, type Disposable } from './disposable.ts';

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls once after `ms` milliseconds unless disposed first. */
  after(ms: number, call: () => void): Disposable;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return disposable(() => clearTimeout(timer));
  },
};
