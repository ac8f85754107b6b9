/** Notices that the computer or phone slept: the clock went further than the timer that watches it. */
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { limits } from '../protocol/limits.ts';

/**
 * Calls within `limits.sleepTickMs` after the end of each sleep longer than `limits.sleepSlackMs`, until disposed. A
 * clock that was set, and a hidden page whose timers the browser holds back, look the same: asking once too often
 * costs little.
 */
export function watchSleep(clock: Clock, woke: () => void): Disposable {
  let timer: Disposable;
  let disposed = false;
  const watch = () => {
    const due = clock.now() + limits.sleepTickMs;
    timer = clock.after(limits.sleepTickMs, () => {
      const off = Math.abs(clock.now() - due) > limits.sleepSlackMs;
      watch();
      if (off) woke();
    });
  };
  watch();
  return {
    dispose() {
      if (disposed) return;
      disposed = true;
      timer.dispose();
    },
  };
}
