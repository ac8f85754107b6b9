/** Reads a segment line by line, from its beginning, a piece at a time. */
import { open } from 'node:fs/promises';
import { limits } from '../../protocol/limits.ts';
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
  try {
    let rest: Buffer[] = [];
    let restBytes = 0;
    let position = 0;
    while (position < to) {
      const piece = Buffer.allocUnsafe(Math.min(limits.readBytes, to - position));
      const { bytesRead } = await file.read(piece, 0, piece.length, position);
      if (bytesRead === 0) break;
      const read = piece.subarray(0, bytesRead);
      const start = position - restBytes;
      position += bytesRead;
      const lastFeed = read.lastIndexOf(0x0a);
      if (lastFeed < 0) {
        rest.push(read);
        restBytes += bytesRead;
        continue;
      }
      const whole = Buffer.concat([...rest, read.subarray(0, lastFeed + 1)]);
      yield [...linesIn(whole, start)];
      rest = [read.subarray(lastFeed + 1)];
      restBytes = rest[0]!.length;
    }
    if (restBytes > 0) yield [{ offset: position - restBytes, end: position, line: undefined }];
  } finally {
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
