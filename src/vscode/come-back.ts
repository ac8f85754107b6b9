/** Remote control that was on in this folder when a reload or crash ended it comes back by itself. */
import type { Clock } from '../base/clock.ts';
import { asOffdeskError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import { limits } from '../protocol/limits.ts';

export interface ComeBackPorts {
  /** No host may run in a folder that is not trusted, nor without one. */
  isAllowed(): boolean;
  /** It was on here, and nobody stopped it. */
  wasOn(): Promise<boolean>;
  /** On by default, whether or not it was on. */
  byDefault(): boolean;
  /** It is on, or someone started or stopped it meanwhile. */
  isDecided(): boolean;
  start(): Promise<void>;
  clock: Clock;
  log: Log;
}

/**
 * Connects without starting an agent that did not run before. The window before a reload may still be ending and hold
 * the lock: it is waited for; and a full disk, until it has room. A failure shows in the status item alone: nobody
 * asked for anything just now.
 */
export async function comeBack(ports: ComeBackPorts): Promise<void> {
  const { clock, log } = ports;
  if (!ports.isAllowed()) return;
  const wasOn = await ports.wasOn();
  if (!wasOn && !ports.byDefault()) return;
  const until = clock.now() + (wasOn ? limits.comeBackMs : 0);
  // A Stop meanwhile takes the mark away.
  for (let tries = 0; !ports.isDecided() && (tries === 0 || (await ports.wasOn())); tries++) {
    try {
      return await ports.start();
    } catch (error) {
      const { code } = asOffdeskError(error);
      const full = wasOn && code === 'storage_failed';
      const again = full || (code === 'host_locked' && clock.now() < until);
      if (!again || (full && tries === 0))
        log.write('warn', 'remote control did not start by itself', { code });
      if (!again) return;
      const waitMs = full ? limits.comeBackMs : limits.comeBackTryMs;
      await new Promise<void>((resolve) => clock.after(waitMs, resolve));
    }
  }
}
