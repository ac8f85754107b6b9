/** The minute of the clock in which something began: some agents name files by it (known/gemini.ts). */

const minuteMs = 60_000;
/** Another process's clock and this one's are the same, but not looked at in the same moment. */
const marginMs = 500;

/** Milliseconds until that minute is over; 0 once it is. `begun`, `now`: since the Unix epoch. A clock that was set back costs one minute at most. */
export function restOfMinute(begun: number, now: number): number {
  const left = (Math.floor(begun / minuteMs) + 1) * minuteMs - now;
  return left > 0 ? Math.min(left, minuteMs) + marginMs : 0;
}
