/** What the handshakes of Offdesk bind and say around Noise: purpose byte, prologue, refusal, digits. */
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, utf8 } from '../base/bytes.ts';
import { IK, IKpsk2, type Pattern } from './noise.ts';

/** `pair`: IKpsk2 with the invite's secret; `connect`: IK with keys that know each other. */
export type Purpose = 'pair' | 'connect';

/** Grows when channels of different numbers can no longer talk; at most 15. */
export const CHANNEL = 1;

const purposeCodes = { pair: 1, connect: 2 } as const satisfies Record<Purpose, number>;

export const patternOf: Readonly<Record<Purpose, Pattern>> = { pair: IKpsk2, connect: IK };

/** First byte of a link: the channel's version in the high half, the purpose in the low one. */
export function purposeByte(purpose: Purpose): number {
  return (CHANNEL << 4) | purposeCodes[purpose];
}

/** Reads it; `otherVersion` when the peer speaks another channel version, undefined when it is neither. */
export function purposeOf(byte: number | undefined): Purpose | 'otherVersion' | undefined {
  if (byte === undefined || byte >> 4 === 0) return undefined;
  if (byte >> 4 !== CHANNEL) return 'otherVersion';
  return (Object.keys(purposeCodes) as Purpose[]).find((name) => purposeCodes[name] === (byte & 15));
}

/**
 * The host's unsealed answer to another channel version. A relay could forge it, so it makes a device
 * say 'update needed' and nothing more.
 */
export const refusal = Uint8Array.of(0, CHANNEL);

/** The host's channel version, when `frame` is a refusal. */
export function refusedVersion(frame: Uint8Array): number | undefined {
  return frame.length === 2 && frame[0] === 0 ? frame[1] : undefined;
}

/** Both sides mix this in first, so that a handshake for another host, version or purpose fails. */
export function prologueOf(purpose: Purpose, hostId: string): Uint8Array {
  return utf8.encode(`offdesk channel v${CHANNEL}\0${purpose}\0${hostId}`);
}

/** Ties a re-handshake to the handshake before it. */
export function rekeyPrologueOf(previousHash: Uint8Array): Uint8Array {
  return concat(utf8.encode(`offdesk rekey v${CHANNEL}\0`), previousHash);
}

/** Six digits for people to compare: a hash of the handshake hash, modulo a million. */
export function digitsOf(handshakeHash: Uint8Array): string {
  const hash = sha256(concat(utf8.encode('offdesk digits v1\0'), handshakeHash));
  const number = new DataView(hash.buffer, hash.byteOffset, 8).getBigUint64(0);
  return String(number % 1_000_000n).padStart(6, '0');
}
