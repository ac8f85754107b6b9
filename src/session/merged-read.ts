/** What follows a cursor, merged, in about the size that is wanted: for readers that are behind. */
import type { Fact } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import { coalesce } from './coalesce.ts';
import { sizeOf, type Journal } from './journal.ts';
import { withoutSuperseded } from './superseded.ts';

/** What of a journal a reader needs. */
export type FactSource = Pick<Journal, 'head' | 'onAppend' | 'read'>;

/**
 * Facts after `seq` in order, at least one if there is one, about `bytes` after merging at the most. Merging makes
 * less of much, so more may be read for it, but no more than `limits.mergedReadBytes` at a time.
 */
export async function readMerged(
  source: Pick<FactSource, 'head' | 'read'>,
  seq: number,
  bytes: number,
): Promise<Fact[]> {
  const merged: Fact[] = [];
  let size = 0;
  let asked = 0;
  let at = seq;
  do {
    const piece = Math.min(bytes, limits.pieceBytes);
    const facts = await source.read(at, piece);
    const last = facts.at(-1);
    if (!last) break;
    at = last.seq;
    asked += piece;
    // The run that the piece before ended with may go on.
    const open = merged.pop();
    if (open) size -= sizeOf(open);
    for (const fact of coalesce(open ? [open, ...facts] : facts)) {
      merged.push(fact);
      size += sizeOf(fact);
    }
  } while (at < source.head && size < bytes && asked < limits.mergedReadBytes);
  return withoutSuperseded(merged);
}

/** Between two reads of much: others have their turn of the event loop. */
export function otherWork(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
