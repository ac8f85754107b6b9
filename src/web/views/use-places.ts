/**
 * Where the rows of the list of sessions stand. A row moves to another section when its session begins to wait or work,
 * but not from under a finger, and not while it is open: what is written in it would go.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SessionState } from '../../protocol/methods.ts';
import type { SessionFacts } from './session-view.tsx';

export type Section = 'waiting' | 'working' | 'idle';
type Places = ReadonlyMap<string, { section: Section; updatedAt: number }>;

const sectionOf: Record<SessionState, Section> = {
  ...{ waiting: 'waiting', working: 'working', starting: 'working', idle: 'idle', ended: 'idle' },
};

/** A click comes some time after the finger left: so long at most, in milliseconds. */
const clickAfterMs = 300;

export interface SessionPlaces {
  /** In the order of the list. */
  of(section: Section): SessionFacts[];
  /** For the element that holds the rows. */
  onPointerDown(): void;
}

/** `open` is the session whose row shows more, if any. */
export function usePlaces(sessions: readonly SessionFacts[], open: string | null): SessionPlaces {
  const [pressed, setPressed] = useState(false);
  const release = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const places = useRef<Places>(new Map());
  places.current = placesOf(sessions, places.current, (id) => pressed || id === open);
  useEffect(() => {
    const gone = new AbortController();
    const left = () => {
      clearTimeout(release.current);
      release.current = setTimeout(() => setPressed(false), clickAfterMs);
    };
    // On the window, and from the beginning: a finger may leave elsewhere, and before the list was drawn again.
    for (const event of ['pointerup', 'pointercancel'])
      addEventListener(event, left, { signal: gone.signal });
    return () => {
      gone.abort();
      clearTimeout(release.current);
    };
  }, []);
  const { current } = places;
  return {
    of: (section) =>
      sessions
        .filter(({ id }) => current.get(id)?.section === section)
        .sort((a, b) => (current.get(b.id)?.updatedAt ?? 0) - (current.get(a.id)?.updatedAt ?? 0)),
    onPointerDown: () => {
      clearTimeout(release.current);
      setPressed(true);
    },
  };
}

/** The places of these sessions now, where those of `stays` keep the ones that they had. */
export function placesOf(
  sessions: readonly Pick<SessionFacts, 'id' | 'state' | 'updatedAt'>[],
  before: Places,
  stays: (id: string) => boolean,
): Places {
  return new Map(
    sessions.map(({ id, state, updatedAt }) => {
      const had = stays(id) ? before.get(id) : undefined;
      return [id, had ?? { section: sectionOf[state], updatedAt }];
    }),
  );
}
