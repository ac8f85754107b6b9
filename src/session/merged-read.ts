/** What follows a cursor, merged, in about the size that is wanted: for readers that are behind. */
import type { Fact } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import { coalesce } from './coalesce.ts';
import { sizeOf, type Journal } from './journal.ts';
import { withoutSuperseded } from './superseded.ts';

/** What of a journal a reader needs. */
export type FactSource = Pick<Journal, 'head' | 'onAppend' | 'read' | 'sync'>;

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
  for (;;) {
    const piece = Math.min(bytes, limits.pieceBytes);
    const facts = await source.read(at, piece);
    // The run that the piece before ended with may go on.
    const open = facts.length > 0 ? merged.pop() : undefined;
    const more = coalesce(open ? [open, ...facts] : facts);
    for (const fact of more) merged.push(fact);
    at = facts.at(-1)?.seq ?? source.head;
    asked += piece;
    if (at >= source.head || asked >= limits.mergedReadBytes) break;
    size += sizesOf(more) - (open ? sizeOf(open) : 0);
    if (size >= bytes) break;
  }
  return withoutSuperseded(merged);
}

const sizesOf = (facts: readonly Fact[]) => facts.reduce((sum, fact) => sum + sizeOf(fact), 0);

/** Between two reads of much: others have their turn of the event loop. */
export function otherWork(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
