/** Which session the desk's view shows, or the list of them: it outlives the view, which VS Code builds anew. */
import { useEffect, useState } from 'preact/hooks';
import type { HostStatus } from '../../protocol/host-status.ts';
import { useSurface } from '../views/surface.ts';

export interface Chosen {
  /** Null where nobody chose. */
  chosen: string | null;
  choose(session: string): void;
  /** The list is shown in its place. */
  listing: boolean;
  setListing(listing: boolean): void;
}

const chosenKey = 'chosen';
/** When the session that was shown last by itself had been started. */
const shownKey = 'shown-at';

/** `onShow`: what stood in place of a session goes. */
export function useChosen(status: HostStatus | null, onShow: () => void): Chosen {
  const { keep } = useSurface();
  const [chosen, setChosen] = useState(() => keep.get(chosenKey) ?? null);
  const [listing, setListing] = useState(false);
  const show = (session: string | null) => {
    keep.set(chosenKey, session ?? undefined);
    setChosen(session);
    setListing(false);
    onShow();
  };
  const isOff = status?.state === 'off';
  // What was looked at before a stop is not what the next start is about.
  useEffect(() => {
    if (isOff) show(null);
  }, [isOff]);
  const started = status?.shown;
  useEffect(() => {
    if (!started || keep.get(shownKey) === String(started.at)) return;
    keep.set(shownKey, String(started.at));
    show(started.session);
  }, [started?.at]);
  return { chosen, choose: show, listing, setListing };
}
