/** Who went on to something else while a session opened reads or writes there, and is not called back. */
import { useEffect, useRef } from 'preact/hooks';

/** Opens what comes, if anything, as long as the view is there. */
export function useStillHere(onOpen: (session: string) => void): (session: string | undefined) => void {
  const now = useRef<typeof onOpen | null>(onOpen);
  now.current = onOpen;
  useEffect(() => () => void (now.current = null), []);
  return (session) => {
    if (session !== undefined) now.current?.(session);
  };
}
