/** Reads a segment line by line, from its beginning, a piece at a time. */
import { open } from 'node:fs/promises';
import { limits } from '../../protocol/limits.ts';
import { ReadBuffer } from './read-buffer.ts';
import { decodeLine, type Line } from './lines.ts';

export interface PlacedLine {
  offset: number;
  /** Where the next line begins. */
  end: number;
  /** Undefined where it is damaged. */
  line: Line | undefined;
}

/**
 * Lines in batches; a last one without its line feed is damaged. `to`: read no further than this many bytes.
 * Rejects with what `fs` says.
 */
export async function* readLines(path: string, to: number): AsyncGenerator<PlacedLine[]> {
  const file = await open(path, 'r');
  const buffer = new ReadBuffer();
  try {
    // Where the file is read to; the bytes before it that are no whole line yet; how much is read at a time.
    let position = 0;
    let rest = 0;
    let size = limits.readBytes / 2;
    while (position < to) {
      const bytes = buffer.take(size);
      const most = Math.min(size - rest, to - position);
      const { bytesRead } = await file.read(bytes, rest, most, position);
      if (bytesRead === 0) break;
      const start = position - rest;
      position += bytesRead;
      const filled = rest + bytesRead;
      const end = bytes.subarray(0, filled).lastIndexOf(0x0a) + 1;
      if (end > 0) yield [...linesIn(bytes.subarray(0, end), start)];
      rest = filled - end;
      if (rest < size) bytes.copyWithin(0, end, filled);
      if (rest < size / 2) continue;
      // A long line: it needs a larger buffer, which does not have what this one has.
      const kept = Buffer.from(bytes.subarray(0, rest));
      size *= 2;
      buffer.take(size).set(kept);
    }
    if (rest > 0) yield [{ offset: position - rest, end: position, line: undefined }];
  } finally {
    buffer.give();
    await file.close();
  }
}

/** `bytes`: whole lines, of which the first is at `start` in the file. */
export function* linesIn(bytes: Buffer, start: number): Generator<PlacedLine> {
  let from = 0;
  while (from < bytes.length) {
    const feed = bytes.indexOf(0x0a, from);
    const to = feed < 0 ? bytes.length : feed;
    const end = Math.min(to + 1, bytes.length);
    const line = feed < 0 ? undefined : decodeLine(bytes.subarray(from, to));
    yield { offset: start + from, end: start + end, line };
    from = end;
  }
}
