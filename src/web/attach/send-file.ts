/** One file on its way: pieces in order, a few unanswered at a time, so that what is said meanwhile is not held up. */
import { OffdeskError } from '../../base/error.ts';
import { limits } from '../../protocol/limits.ts';
import { toBase64 } from './prepare.ts';

export interface SendFileOptions {
  file: Blob;
  /** Bytes that the host has. */
  have: number;
  /** Resolves with the bytes that the host has then. */
  piece(at: number, data: string): Promise<number>;
  progress(have: number): void;
  signal: AbortSignal;
  /** Milliseconds. */
  now(): number;
}

/** A piece that is answered sooner shows that the line has room for more; one later, that less should be on it. */
const quickMs = 300;
const slowMs = 1_000;
/** Tries without a byte of progress. */
const tries = 3;

/** Resolves when the host has all of it. Rejects with what a request rejects with; the host then has a part. */
export async function sendFile(options: SendFileOptions): Promise<void> {
  let { have } = options;
  for (let idle = 0; have < options.file.size;) {
    const before = have;
    have = await run(options, have);
    idle = have > before ? 0 : idle + 1;
    if (idle >= tries) throw new OffdeskError('storage_failed', 'The computer does not take the file.');
  }
}

/** Until all is there or the host's bytes end elsewhere than expected; resolves with where that is. */
async function run(options: SendFileOptions, from: number): Promise<number> {
  const { file, progress, signal, now } = options;
  const flying = new Set<Promise<void>>();
  let next = from;
  let have = from;
  let window = 1;
  /** The host's own word, where it is not what was expected. */
  let off: number | undefined;
  /** One after the other: the host takes pieces in order. */
  let reading: Promise<unknown> = Promise.resolve();
  const fly = async (at: number, end: number): Promise<void> => {
    const read = reading.then(() => file.slice(at, end).arrayBuffer());
    reading = read;
    const data = toBase64(new Uint8Array(await read));
    const sent = now();
    const told = await options.piece(at, data);
    const took = now() - sent;
    if (took < quickMs) window = Math.min(limits.attachmentPieces, window + 1);
    else if (took > slowMs) window = Math.max(1, Math.floor(window / 2));
    if (told !== end) {
      off = told;
      return;
    }
    have = Math.max(have, told);
    progress(have);
  };
  try {
    while (off === undefined && have < file.size) {
      signal.throwIfAborted();
      while (next < file.size && flying.size < window) {
        const at = next;
        next = Math.min(file.size, at + limits.attachmentPieceBytes);
        const flight: Promise<void> = fly(at, next).finally(() => flying.delete(flight));
        // Each rejection is met below, one of them by the race.
        flight.catch(() => {});
        flying.add(flight);
      }
      await Promise.race(flying);
    }
  } finally {
    await Promise.allSettled(flying);
  }
  return off ?? have;
}
