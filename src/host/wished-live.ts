/** What becomes of a session that was wished for at a start and is open in another program: refused, or waited for. */
import type { Clock } from '../base/clock.ts';
import type { OffdeskError } from '../base/error.ts';
import { limits } from '../protocol/limits.ts';
import type { Sighting } from '../agent/sighting.ts';
import type { SessionWish } from './api.ts';
import { liveError } from './live-elsewhere.ts';

export interface QuietPorts {
  clock: Clock;
  /** Aborted when nobody wants it any more; then `check` throws. */
  ended: AbortSignal;
  check(): void;
  /** Hears once that it is waited for. */
  waits(error: OffdeskError): void;
}

/**
 * Resolves when the session may go on, or is to go on in a copy. Rejects with `session_live`, or with what `check`
 * throws. `look`: as it is now.
 */
export async function quiet(
  { live }: SessionWish,
  look: () => Promise<Sighting | undefined>,
  { clock, ended, check, waits }: QuietPorts,
): Promise<void> {
  if (live === 'anyway' || live === 'fork') return;
  for (let told = false; ; told = true) {
    const seen = await look();
    check();
    if (!seen) return;
    if (live !== 'wait')
      throw liveError(seen, 'Close it there, or say with --if-live what to do: wait, fork, anyway.');
    if (!told) waits(liveError(seen, 'It goes on here once it is closed there.'));
    await pause(clock, ended);
    check();
  }
}

/** Until the next look, or the end of all. */
function pause(clock: Clock, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      timer.dispose();
      ended.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.after(limits.liveLookMs, done);
    ended.addEventListener('abort', done);
  });
}
