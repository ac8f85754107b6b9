/** A scroll box that stays where its reader is: at the end while reading the end, else at the same words. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';

/** This near the end counts as reading the end. */
const nearEnd = 48;
/** This near the start asks for earlier items. */
const nearStart = 400;

export interface AnchoredScroll {
  box: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  /** Something came below while the reader was elsewhere. */
  below: boolean;
  toEnd(): void;
}

/**
 * `version` changes with the content; `first` names the first item, so that what is put before it is told
 * from what is added after; `onStart` is called when the reader comes near the start.
 */
export function useAnchoredScroll(
  version: unknown,
  first: string | undefined,
  onStart: () => void,
): AnchoredScroll {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const seen = useRef<{ first: string | undefined; height: number; top: number }>({
    first,
    height: 0,
    top: 0,
  });
  const start = useRef(onStart);
  start.current = onStart;
  const [below, setBelow] = useState(false);

  const toEnd = () => {
    const element = box.current;
    if (!element) return;
    atEnd.current = true;
    element.scrollTop = element.scrollHeight;
    setBelow(false);
  };

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const grown = element.scrollHeight - seen.current.height;
    if (atEnd.current) element.scrollTop = element.scrollHeight;
    else if (first !== seen.current.first && grown > 0) {
      // Engines with scroll anchoring have moved already; the others are moved here.
      if (element.scrollTop === seen.current.top) element.scrollTop += grown;
    } else if (grown > 0) setBelow(true);
    seen.current = { first, height: element.scrollHeight, top: element.scrollTop };
  }, [version, first]);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const onScroll = () => {
      const near = element.scrollHeight - element.scrollTop - element.clientHeight < nearEnd;
      // The event of our own scroll may come after the box shrank or the content grew: only a reader goes up.
      if (near || element.scrollTop < seen.current.top) atEnd.current = near;
      seen.current.top = element.scrollTop;
      if (atEnd.current) setBelow(false);
      if (element.scrollTop < nearStart) start.current();
    };
    // Keyboards, fonts, pictures and unfolding change heights without a new item.
    const observer = new ResizeObserver(() => {
      if (!atEnd.current) return;
      element.scrollTop = element.scrollHeight;
      seen.current.top = element.scrollTop;
    });
    observer.observe(element);
    if (content.current) observer.observe(content.current);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, []);

  return { box, content, below, toEnd };
}
