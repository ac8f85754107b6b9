/**
 * Records: what is inside one sealed frame. Two bytes of content length, parts, zero padding up to a size
 * bucket. A part is one byte of kind (high bit: more fragments follow), two bytes of length, and its bytes.
 */
import { concat } from '../base/bytes.ts';
import { OffdeskError } from '../base/error.ts';
import { limits } from '../protocol/limits.ts';
import { tagBytes } from './aead.ts';

const kindCodes = {
  message: 1,
  control: 2,
  ping: 3,
  pong: 4,
  /** Message 1 of a re-handshake. */
  rekeyOffer: 5,
  /** Its message 2; the last thing the host sends with its old key. */
  rekeyAnswer: 6,
  /** The last thing the device sends with its old key. */
  rekeySwitch: 7,
  /** An orderly end. */
  end: 8,
} as const;
export type PartKind = keyof typeof kindCodes;
const kindNames = new Map<number, PartKind>(
  Object.entries(kindCodes).map(([name, code]) => [code, name as PartKind]),
);

export interface Part {
  kind: PartKind;
  bytes: Uint8Array;
  /** More fragments of the same message follow; only for `message` and `control`. */
  more: boolean;
}

const more = 0x80;
const partHead = 3;
const recordHead = 2;
/** Most plaintext that one Noise message can carry. */
const recordBytes = limits.noiseMessageBytes - tagBytes;
export const contentBytes = recordBytes - recordHead;

const smallestBucket = 128;
/** Up to here buckets double, so that the length of a few tokens does not show. */
const doublingBytes = 2_048;

/** The padded size for `length` bytes: doubling, then Padmé (at most 6.25 % more there). */
export function bucketOf(length: number): number {
  let size: number;
  if (length <= doublingBytes) {
    size = smallestBucket;
    while (size < length) size *= 2;
  } else {
    // Padmé (Nikitin et al., 2019): keep as many leading bits as the exponent has bits.
    const exponent = Math.floor(Math.log2(length));
    const step = 2 ** (exponent - Math.floor(Math.log2(exponent)) - 1);
    size = Math.ceil(length / step) * step;
  }
  return Math.min(size, recordBytes);
}

/** Packs whole messages into as few records as possible, splitting messages and controls where one is full. */
export function packRecords(items: readonly { kind: PartKind; bytes: Uint8Array }[]): Uint8Array[] {
  const records: Uint8Array[] = [];
  let chunks: Uint8Array[] = [];
  let room = contentBytes;
  const flush = () => {
    if (chunks.length > 0) records.push(padded(chunks, contentBytes - room));
    chunks = [];
    room = contentBytes;
  };
  for (const { kind, bytes } of items) {
    const splits = kind === 'message' || kind === 'control';
    let offset = 0;
    do {
      const rest = bytes.length - offset;
      if (room < partHead + (splits ? Math.min(rest, 1) : rest)) flush();
      const length = Math.min(rest, room - partHead);
      const last = offset + length === bytes.length;
      chunks.push(Uint8Array.of(kindCodes[kind] | (last ? 0 : more), length >> 8, length & 255));
      chunks.push(bytes.subarray(offset, offset + length));
      room -= partHead + length;
      offset += length;
    } while (offset < bytes.length);
  }
  flush();
  return records;
}

function padded(chunks: Uint8Array[], length: number): Uint8Array {
  const record = new Uint8Array(bucketOf(recordHead + length));
  record.set([length >> 8, length & 255]);
  record.set(concat(...chunks), recordHead);
  return record;
}

/** Reads a whole record before anything of it is used; throws `frame_invalid`. */
export function unpackRecord(record: Uint8Array): Part[] {
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  if (record.length < recordHead) throw malformed();
  const end = recordHead + view.getUint16(0);
  if (end > record.length || record.length !== bucketOf(end)) throw malformed();
  for (let i = end; i < record.length; i++) if (record[i] !== 0) throw malformed();
  const parts: Part[] = [];
  let offset = recordHead;
  while (offset < end) {
    if (offset + partHead > end) throw malformed();
    const head = record[offset]!;
    const kind = kindNames.get(head & ~more);
    const start = offset + partHead;
    const length = view.getUint16(offset + 1);
    offset = start + length;
    if (!kind || offset > end) throw malformed();
    const fragment = (head & more) !== 0;
    if (fragment && kind !== 'message' && kind !== 'control') throw malformed();
    // A message breaks off where its record is full and nowhere else: many small fragments would cost memory.
    if (fragment && (length === 0 || offset !== recordHead + contentBytes)) throw malformed();
    if ((kind === 'rekeyAnswer' || kind === 'rekeySwitch' || kind === 'end') && offset !== end)
      throw malformed();
    parts.push({ kind, bytes: record.slice(start, offset), more: fragment });
  }
  return parts;
}

export function malformed(): OffdeskError {
  return new OffdeskError('frame_invalid', 'The other side sent something malformed.', 'Connect again.');
}
