/** The segments of a journal: their names, their order, and which of them holds a fact. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface Segment {
  /** Number of its first fact. */
  readonly first: number;
  readonly path: string;
  /** Bytes, as far as they are whole lines. */
  size: number;
}

const name = /^(\d{12})\.log$/;

export function segmentPath(folder: string, first: number): string {
  return join(folder, `${String(first).padStart(12, '0')}.log`);
}

/** Oldest first; files that are no segments are let be. */
export async function listSegments(folder: string): Promise<Segment[]> {
  const firsts = (await readdir(folder))
    .flatMap((file) => name.exec(file)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  return Promise.all(
    firsts.map(async (first) => {
      const path = segmentPath(folder, first);
      return { first, path, size: (await stat(path)).size };
    }),
  );
}

/** Index of the segment that holds the fact `seq`. */
export function segmentOf(segments: readonly Segment[], seq: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (segments[middle]!.first <= seq) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
