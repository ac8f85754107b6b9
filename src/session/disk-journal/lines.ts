/** Lines of a segment: a checksum, a space, JSON; what is damaged is told from what is not (docs/SPEC.md, J9). */
import { crc32 } from 'node:zlib';
import type { Fact } from '../../protocol/facts.ts';

/** The format's version; another one is refused. */
export const formatVersion = 1;

/** First line of each segment: everything that a reader of the later segments alone must know. */
export interface Header {
  offdesk: 'journal';
  version: number;
  epoch: string;
  /** Number of the first fact in this segment. */
  first: number;
  /** Which start of the computer it was. */
  boot: string;
  /** How many items began, and how many fates were told, before `first`. */
  items: number;
  fates: number;
  /** State facts at that point, oldest first. */
  state: Fact[];
}

export type Line =
  | { kind: 'header'; header: Header }
  | { kind: 'fact'; fact: Fact }
  /** A text chunk that continues the fact before: the same but for number, text and time. */
  | { kind: 'more'; seq: number; later: number; text: string }
  /** From here on the journal was open on this start of the computer. */
  | { kind: 'opened'; boot: string }
  /** It was closed: everything before is on disk. */
  | { kind: 'closed' }
  /** Undamaged, but of no known kind. */
  | { kind: 'other' };

/** `crc32 (8 hex digits) + ' ' + JSON + '\n'`. */
export function encodeLine(json: string): Buffer {
  const bytes = Buffer.byteLength(json);
  const line = Buffer.allocUnsafe(bytes + 10);
  line.write(json, 9);
  line.write(
    crc32(line.subarray(9, 9 + bytes))
      .toString(16)
      .padStart(8, '0'),
    'latin1',
  );
  line[8] = 0x20;
  line[9 + bytes] = 0x0a;
  return line;
}

export function moreJson(seq: number, later: number, text: string): string {
  return `{"n":${String(seq)},"t":${String(later)},"+":${JSON.stringify(text)}}`;
}

/** `line` without its line feed; undefined when it is damaged. */
export function decodeLine(line: Buffer): Line | undefined {
  if (line.length < 11 || line[8] !== 0x20) return undefined;
  const json = line.subarray(9);
  if (parseInt(line.toString('latin1', 0, 8), 16) !== crc32(json)) return undefined;
  try {
    return lineOf(JSON.parse(json.toString('utf8')) as Record<string, unknown>);
  } catch {
    return undefined;
  }
}

/** The checksum says that Offdesk wrote it: it is believed. */
function lineOf(value: Record<string, unknown>): Line {
  if (typeof value['n'] === 'number') {
    return { kind: 'more', seq: value['n'], later: value['t'] as number, text: value['+'] as string };
  }
  if (typeof value['seq'] === 'number') return { kind: 'fact', fact: value as unknown as Fact };
  if (value['offdesk'] === 'journal') return { kind: 'header', header: value as unknown as Header };
  if (typeof value['opened'] === 'string') return { kind: 'opened', boot: value['opened'] };
  if (value['closed'] === true) return { kind: 'closed' };
  return { kind: 'other' };
}
