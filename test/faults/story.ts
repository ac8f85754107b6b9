/** A whole conversation as a reader gets it who scrolls to its beginning and back: a window holds only a part of it. */
import type { Item } from '../../src/transcript/items.ts';
import type { SessionClient } from '../../src/web/client/session-client.ts';
import { shownOf, type Shown } from './shown.ts';

/** Pages to the beginning, and to the end. */
const pagesMost = 500;

/** Rejects where scrolling does not get on, or items change their order on the way. */
export async function readStory(session: SessionClient): Promise<Shown> {
  const { record } = session;
  const seen = new Map<string, Item>();
  const look = (): void => {
    const { items } = record.transcript.value;
    for (const item of items) seen.set(item.id, item);
    const wrong = items.findIndex((item, index) => index > 0 && items[index - 1]!.place > item.place);
    if (wrong > 0) throw new Error(`${items[wrong - 1]!.id} stands before ${items[wrong]!.id}`);
  };
  session.toEnd();
  look();
  for (let before = session.pages.earlier.value.before, pages = 0; before !== null; pages++) {
    record.reader = record.transcript.value.items[0]?.id ?? null;
    if (
      !(await moves(
        () => session.pages.loadEarlier(),
        () => session.pages.earlier.value.before,
      )) ||
      pages > pagesMost
    )
      throw new Error(`scrolling back stands at ${before}`);
    before = session.pages.earlier.value.before;
    look();
  }
  const whole = seen.size;
  for (let at = session.pages.later.value.at, pages = 0; at !== null; pages++) {
    record.reader = record.transcript.value.items.at(-1)?.id ?? null;
    if (
      !(await moves(
        () => session.pages.loadLater(),
        () => session.pages.later.value.at,
      )) ||
      pages > pagesMost
    )
      throw new Error(`scrolling on stands at ${at}`);
    at = session.pages.later.value.at;
    look();
  }
  if (seen.size > whole) throw new Error('scrolling on shows what scrolling back did not');
  session.toEnd();
  // A prompt that waited stands where its turn began, but is read with the page where it was received.
  const items = [...seen.values()].sort((a, b) => a.place - b.place || rank(a) - rank(b));
  return shownOf({ ...record.transcript.value, items });
}

/** A page may be lost with its connection, as on a machine that is too busy for heartbeats of a clock this fast. */
async function moves(load: () => Promise<void>, edge: () => number | null): Promise<boolean> {
  const before = edge();
  for (let tries = 0; tries < 300; tries++) {
    await load();
    if (edge() !== before) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

/** A permission request and the call that it is about begin with one fact: the call stands first. */
function rank(item: Item): number {
  return item.kind === 'question' ? 1 : 0;
}
