/** A scroll box that stays where its reader is: at the end while reading the end, else at the same words. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';
import type { Jump } from '../client/session-client.ts';

/** This near the end counts as reading the end. */
const nearEnd = 48;
/** This near the start asks for earlier items, and this near the end of an earlier window for later ones. */
const nearEdge = 400;
/** Where an item that was jumped to comes to stand, from the top. */
const jumpTop = 72;

/** What stays in place when something changes above or below it. */
type Hold =
  | { kind: 'end' }
  /** `top`: of the item, from the top of the box. `coming`: it was jumped to and is not drawn yet. */
  | { kind: 'item'; id: string; top: number; coming: boolean };

export interface AnchoredScrollOptions {
  /** Changes with the content. */
  version: unknown;
  /** Changes when something new comes at the end. */
  head: unknown;
  /** The content reaches the newest item: its end can be followed. */
  live: boolean;
  jump: Jump | null;
  /** The reader came near the start, or near the end of what is not live. */
  onStart: () => void;
  onEnd: () => void;
  /** Which item is read; null for the end. */
  onReader: (id: string | null) => void;
}

export interface AnchoredScroll {
  box: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  atEnd: boolean;
  /** Something came below while the reader was elsewhere. */
  below: boolean;
  /** The reader is more than a screen away from the end. */
  away: boolean;
}

/** Items are elements with `data-item`; no engine's own scroll anchoring is counted on. */
export function useAnchoredScroll(options: AnchoredScrollOptions): AnchoredScroll {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const hold = useRef<Hold>({ kind: 'end' });
  /** As last set or seen: an event with another value is the reader's. */
  const top = useRef(0);
  const latest = useRef(options);
  latest.current = options;
  const jumped = useRef(options.jump);
  const head = useRef(options.head);
  const [place, setPlace] = useState({ atEnd: true, away: false });
  const [below, setBelow] = useState(false);

  const show = (element: HTMLElement) => {
    const atEnd = hold.current.kind === 'end';
    const away = !atEnd && toGo(element) > element.clientHeight;
    setPlace((before) => (before.atEnd === atEnd && before.away === away ? before : { atEnd, away }));
    if (atEnd) setBelow(false);
  };

  const take = (element: HTMLElement, next: Hold) => {
    hold.current = next;
    latest.current.onReader(next.kind === 'end' ? null : next.id);
    show(element);
  };

  /** Puts what is held where it was. */
  const keep = (element: HTMLElement) => {
    const held = hold.current;
    if (held.kind === 'end') {
      if (latest.current.live) element.scrollTop = element.scrollHeight;
    } else {
      const item = itemOf(element, held.id);
      if (item) {
        const moved = topOf(item, element) - held.top;
        if (Math.abs(moved) >= 0.5) element.scrollTop += moved;
        if (held.coming) hold.current = { ...held, coming: false };
      } else if (!held.coming) {
        const first = firstVisible(element);
        if (first) take(element, first);
      }
    }
    top.current = element.scrollTop;
  };

  const askForMore = (element: HTMLElement) => {
    if (hold.current.kind === 'item' && hold.current.coming) return;
    if (element.scrollTop < nearEdge) latest.current.onStart();
    if (toGo(element) < nearEdge) latest.current.onEnd();
  };

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const { jump, live } = latest.current;
    if (jump && jump !== jumped.current) {
      jumped.current = jump;
      if (jump.item === null) take(element, { kind: 'end' });
      else take(element, { kind: 'item', id: jump.item, top: jumpTop, coming: true });
      keep(element);
      if (jump.item !== null && !jump.mark && live && itemOf(element, jump.item) && toGo(element) < nearEnd) {
        // All of it is on screen: what comes is followed.
        take(element, { kind: 'end' });
      }
    } else {
      keep(element);
      if (hold.current.kind === 'item' && options.head !== head.current) setBelow(true);
    }
    head.current = options.head;
    show(element);
    askForMore(element);
  }, [options.version, options.jump]);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const onScroll = () => {
      const now = element.scrollTop;
      const moved = now - top.current;
      if (Math.abs(moved) >= 1) {
        top.current = now;
        const near = toGo(element) < nearEnd && latest.current.live;
        // The event of our own scroll may come after the box shrank or the content grew: only a reader goes up.
        if (near) take(element, { kind: 'end' });
        else if (hold.current.kind !== 'end' || moved < 0) {
          const first = firstVisible(element);
          if (first) take(element, first);
        }
      }
      askForMore(element);
    };
    // Keyboards, fonts, pictures, unfolding and items that are drawn late change heights without a new item.
    const observer = new ResizeObserver(() => keep(element));
    observer.observe(element);
    if (content.current) observer.observe(content.current);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, []);

  return { box, content, below: below && !place.atEnd, ...place };
}

/** Pixels below the screen. */
function toGo(element: HTMLElement): number {
  return element.scrollHeight - element.scrollTop - element.clientHeight;
}

function topOf(item: Element, box: HTMLElement): number {
  return item.getBoundingClientRect().top - box.getBoundingClientRect().top;
}

function itemOf(box: HTMLElement, id: string): HTMLElement | null {
  return box.querySelector<HTMLElement>(`[data-item="${CSS.escape(id)}"]`);
}

/**
 * The first item that begins on the screen: one that began above it may change its height when it is drawn. Where
 * none does, the one that fills the screen.
 */
function firstVisible(box: HTMLElement): Hold | undefined {
  const items = box.querySelectorAll<HTMLElement>('[data-item]');
  const edge = box.getBoundingClientRect().top;
  let low = 0;
  let high = items.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle]!.getBoundingClientRect().bottom > edge + 1) high = middle;
    else low = middle + 1;
  }
  const first = items[low];
  const next = items[low + 1];
  const above = first !== undefined && topOf(first, box) < 0;
  const item = above && next && topOf(next, box) < box.clientHeight ? next : first;
  const id = item?.dataset['item'];
  if (!item || id === undefined) return undefined;
  return { kind: 'item', id, top: topOf(item, box), coming: false };
}
