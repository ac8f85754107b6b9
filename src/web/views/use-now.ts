/** The present time, drawn again every so often while someone looks. */
import { useEffect, useState } from 'preact/hooks';

/** Milliseconds since the Unix epoch, renewed every `ms`. */
export function useNow(ms: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), ms);
    return () => clearInterval(timer);
  }, [ms]);
  return now;
}
