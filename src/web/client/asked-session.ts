/** A new session that was asked for and not heard of: its id outlives the page, so that who asks again gets no second one. */
import * as z from 'zod/v4';
import type { NewSessionParams } from '../../protocol/new-session.ts';
import type { Keep } from './keep.ts';
import { newId } from './outbox.ts';

const askedKey = 'new-session.asked';
/** Who asks for the same after that wants another one. */
const sameMs = 10 * 60_000;

/** `wish`: as JSON. */
const schema = z.object({ id: z.string().min(1).max(64), wish: z.string(), at: z.number() });

/** The id to ask with: that of the same wish where nothing was heard of it. `now`: ms since the Unix epoch. */
export function askedId(keep: Keep, wish: NewSessionParams, now: number): string {
  const text = JSON.stringify(wish);
  const before = read(keep);
  const again = before?.wish === text && Math.abs(now - before.at) < sameMs;
  const id = again ? before.id : newId();
  keep.set(askedKey, JSON.stringify({ id, wish: text, at: now } satisfies z.infer<typeof schema>));
  return id;
}

/** The computer has said what came of it. */
export function heardOfAsked(keep: Keep): void {
  keep.set(askedKey, undefined);
}

function read(keep: Keep): z.infer<typeof schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(keep.get(askedKey) ?? 'null')).data;
  } catch {
    return undefined;
  }
}
