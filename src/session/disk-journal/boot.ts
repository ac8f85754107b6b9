/** Which start of the computer this is: what a crashed program wrote survives it, but not a loss of power. */
import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** Two that are the same by `sameBoot` are of one start. Wall clocks jump: a false "another" costs a new epoch only. */
export function currentBoot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return `at ${String(Math.round(Date.now() / 1000 - uptime()))}`;
  }
}

const toleranceSeconds = 10;

export function sameBoot(a: string, b: string): boolean {
  if (a === b) return true;
  const [one, other] = [a, b].map((boot) => (boot.startsWith('at ') ? Number(boot.slice(3)) : NaN));
  return Math.abs(one! - other!) <= toleranceSeconds;
}
