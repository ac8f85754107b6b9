/** Who may connect: the host by a signature over the relay's nonce, the device by a ticket its host signed. */
import { timingSafeEqual, createHash } from 'node:crypto';
import { calculateJwkThumbprint, compactVerify, EmbeddedJWK, errors, jwtVerify, type JWK } from 'jose';
import * as z from 'zod/v4';
import type { TicketState } from './bus-messages.ts';

const algorithms = ['EdDSA', 'Ed25519'];
const publicJwk = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string().length(43) });
const proofPayload = z.object({ nonce: z.string(), origin: z.string() });

/**
 * The host's id (RFC 7638 thumbprint of the key in the header) if `proof`, a compact JWS (RFC 7515), signs
 * this nonce and an origin that is ours; else undefined. An origin of another relay means that somebody
 * passes on a proof that was made for them.
 */
export async function verifyProof(
  proof: string,
  nonce: string,
  isOwnOrigin: (origin: string) => boolean,
): Promise<string | undefined> {
  try {
    const { payload, protectedHeader } = await compactVerify(proof, EmbeddedJWK, { algorithms });
    const claims = proofPayload.parse(JSON.parse(Buffer.from(payload).toString()));
    if (claims.nonce !== nonce || !isOwnOrigin(claims.origin)) return undefined;
    return await thumbprint(protectedHeader.jwk);
  } catch {
    return undefined;
  }
}

/**
 * Whether `ticket`, a JWT (RFC 7519) with the host's public key in its header, was signed by `hostId`;
 * undefined when not. The relay keeps nothing: the host's id is the key's thumbprint.
 */
export async function verifyTicket(
  ticket: string,
  hostId: string,
  now: number,
): Promise<TicketState | undefined> {
  try {
    const { jwk } = headerSchema.parse(decodeHeader(ticket));
    if ((await calculateJwkThumbprint(jwk)) !== hostId) return undefined;
    const { payload } = await jwtVerify(ticket, EmbeddedJWK, {
      algorithms,
      currentDate: new Date(now),
      requiredClaims: ['exp'],
    });
    // A proof of admission is signed by the same key and must not pass as a ticket.
    return 'nonce' in payload ? undefined : 'valid';
  } catch (error) {
    // jose looks at the time after it has verified the signature.
    if (error instanceof errors.JWTExpired && !('nonce' in error.payload)) return 'expired';
    return undefined;
  }
}

const headerSchema = z.object({ jwk: publicJwk });

function decodeHeader(token: string): unknown {
  return JSON.parse(Buffer.from(token.slice(0, Math.max(0, token.indexOf('.'))), 'base64url').toString());
}

function thumbprint(jwk: JWK | undefined): Promise<string> {
  return calculateJwkThumbprint(publicJwk.parse(jwk));
}

/** Compares two secrets in a time that tells neither content nor length. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
