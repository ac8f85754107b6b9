/** The present time, drawn again every so often while someone looks. */
import { useEffect, useState } from 'preact/hooks';

/** Milliseconds since the Unix epoch, renewed every `ms`. */
export function useNow(ms: number): number {
  const [, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), ms);
    return () => clearInterval(timer);
  }, [ms]);
  // Not the last tick's time: what came since would seem to come from the future.
  return Date.now();
}
