/** Links: the pairing invite (secrets in the URL's fragment) and the link to a session (no secrets). */
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, fromBase64Url, toBase64Url, utf8 } from '../base/bytes.ts';
import { OffdeskError } from '../base/error.ts';
import { keyBytes } from './keys.ts';

export const secretBytes = 16;
const hostIdBytes = 32;
const version = 1;
/** Longer links are refused before anything is parsed. */
const linkChars = 2_048;

/** What a pairing QR holds. */
export interface Invite {
  /** base64url, 43 characters. */
  hostId: string;
  /** The host's Noise public key, 32 bytes. */
  hostKey: Uint8Array;
  /** The one-time secret, 16 bytes. */
  secret: Uint8Array;
  /** Base URL of the relay, http(s), ending with `/`. */
  relay: string;
}

/** Where a session is; it holds no secret. */
export interface SessionLink {
  hostId: string;
  sessionId: string;
}

export type Link = ({ kind: 'invite' } & Invite) | ({ kind: 'session' } & SessionLink) | { kind: 'none' };

export function newSecret(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(secretBytes));
}

/** Names the pairing slot at the relay: 22 characters of base64url that do not reveal the secret. */
export function slotOf(secret: Uint8Array): string {
  return toBase64Url(sha256(concat(utf8.encode('offdesk slot v1\0'), secret)).subarray(0, 16));
}

/** The pre-shared key of IKpsk2, 32 bytes (HKDF-SHA256, RFC 5869). */
export function pskOf(secret: Uint8Array): Uint8Array {
  return hkdf(sha256, secret, undefined, utf8.encode('offdesk psk v1'), 32);
}

/** The folder of a page or relay address: http(s), no query, no fragment, ends with `/`. Throws `address_invalid`. */
export function baseUrl(address: string): string {
  let url: URL;
  try {
    url = new URL(address);
  } catch (error) {
    throw badAddress(error);
  }
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.username || url.password) {
    throw badAddress();
  }
  const path = url.pathname.endsWith('/index.html')
    ? url.pathname.slice(0, -'index.html'.length)
    : url.pathname;
  return url.origin + (path.endsWith('/') ? path : `${path}/`);
}

function badAddress(cause?: unknown): OffdeskError {
  return new OffdeskError(
    'address_invalid',
    'This is not an http or https address.',
    'Give an address such as https://relay.example.org/.',
    { cause },
  );
}

/** The pairing link: page, then `#i=` version, host id, host key and secret (81 bytes, base64url), `&r=` relay if it is elsewhere. */
export function encodeInvite(page: string, invite: Invite): string {
  const base = baseUrl(page);
  const relay = baseUrl(invite.relay);
  const fields = concat(Uint8Array.of(version), fromBase64Url(invite.hostId), invite.hostKey, invite.secret);
  if (fields.length !== 1 + hostIdBytes + keyBytes + secretBytes) throw new RangeError('invite fields');
  const elsewhere = relay === base ? '' : `&r=${encodeURIComponent(relay)}`;
  return `${base}#i=${toBase64Url(fields)}${elsewhere}`;
}

/** The reverse; takes a whole link. Throws `invite_invalid` or `version_mismatch`. */
export function decodeInvite(link: string): Invite {
  const parsed = readLink(link);
  if (parsed.kind !== 'invite') throw badInvite();
  const { kind: _, ...invite } = parsed;
  return invite;
}

export function encodeSessionLink(page: string, { hostId, sessionId }: SessionLink): string {
  return `${baseUrl(page)}#h=${hostId}&s=${encodeURIComponent(sessionId)}`;
}

/** Tells what a page was opened with. Throws `invite_invalid` where a fragment is damaged. */
export function readLink(link: string): Link {
  if (link.length > linkChars) throw badInvite();
  let base: string;
  let fields: URLSearchParams;
  try {
    const url = new URL(link.trim());
    base = baseUrl(url.href);
    fields = new URLSearchParams(url.hash.slice(1));
  } catch (error) {
    throw badInvite(error);
  }
  const invite = fields.get('i');
  if (invite !== null) return { kind: 'invite', ...inviteOf(invite, base, fields.get('r')) };
  const hostId = fields.get('h');
  if (hostId === null) return { kind: 'none' };
  const sessionId = fields.get('s') ?? '';
  if (!/^[A-Za-z0-9_-]{43}$/.test(hostId) || sessionId === '' || sessionId.length > 128) throw badInvite();
  return { kind: 'session', hostId, sessionId };
}

function inviteOf(text: string, base: string, elsewhere: string | null): Invite {
  let bytes: Uint8Array;
  let relay: string;
  try {
    bytes = fromBase64Url(text);
    relay = elsewhere === null ? base : baseUrl(elsewhere);
  } catch (error) {
    throw badInvite(error);
  }
  if (bytes[0] !== undefined && bytes[0] > version && bytes[0] < 32) {
    throw new OffdeskError(
      'version_mismatch',
      'This link is from a newer Offdesk.',
      'Reload or update this page.',
    );
  }
  // Encoding again refuses second spellings of one invite (loose base64 bits).
  if (bytes[0] !== version || bytes.length !== 81 || toBase64Url(bytes) !== text) throw badInvite();
  return {
    hostId: toBase64Url(bytes.subarray(1, 33)),
    hostKey: bytes.slice(33, 65),
    secret: bytes.slice(65, 81),
    relay,
  };
}

function badInvite(cause?: unknown): OffdeskError {
  return new OffdeskError(
    'invite_invalid',
    'This link is not a complete Offdesk invite.',
    'Scan the code at the desk again, or copy the whole link.',
    { cause },
  );
}
