/** A visit to a session: opens at what is new, notes what was read, and writes it down before the page may die. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';
import type { SessionClient } from '../client/session-client.ts';

/** `firstNew`: the shown item that is the first new one. True while what is new begins above the screen. */
export function useReading(
  session: SessionClient,
  atEnd: boolean,
  firstNew: string | undefined,
  box: RefObject<HTMLElement | null>,
): boolean {
  const [met, setMet] = useState(false);
  const opened = useRef(false);
  const { read, record } = session;
  const unread = read.unread.value;
  const head = record.head.value;
  const live = session.sync.value === 'live';

  useEffect(() => {
    session.visit();
    const turn = () => {
      if (document.visibilityState === 'visible') session.visit();
      else session.flush();
    };
    const leave = () => session.flush();
    document.addEventListener('visibilitychange', turn);
    addEventListener('pagehide', leave);
    return () => {
      document.removeEventListener('visibilitychange', turn);
      removeEventListener('pagehide', leave);
      session.flush();
      read.clear();
    };
  }, [session]);

  useEffect(() => setMet(false), [unread]);

  // Once a visit, when all that is new is here: who comes back to an open page stays where he was.
  useEffect(() => {
    if (!live || opened.current) return;
    opened.current = true;
    const { earlier } = record.edges.value;
    // Not the one that was drawn: the visit has just begun.
    const fresh = read.unread.value;
    if (fresh && (earlier === null || fresh.seq + 1 >= earlier)) void session.openAt(fresh.seq + 1, null);
  }, [live, unread]);

  useEffect(() => {
    if (atEnd && live && document.visibilityState === 'visible') session.seen();
  }, [atEnd, live, head, unread]);

  useEffect(() => {
    const element = box.current;
    if (!unread || met || !element) return;
    const line = element.querySelector('.since');
    if (!line) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setMet(true);
      },
      { root: element },
    );
    observer.observe(line);
    return () => observer.disconnect();
  }, [unread, met, firstNew]);

  return unread !== null && !met;
}
