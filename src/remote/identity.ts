/** The host's identity: its Noise key, its admission key, and what each signs. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  type JsonWebKey,
} from 'node:crypto';
import { calculateJwkThumbprint, CompactSign, importJWK, SignJWT } from 'jose';
import * as z from 'zod/v4';
import { fromBase64Url, toBase64Url, utf8 } from '../base/bytes.ts';
import { limits } from '../protocol/limits.ts';
import type { MachineFolder } from './machine-folder.ts';

const identityFile = 'identity.json';
const key32 = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const identitySchema = z.object({
  version: z.literal(1),
  /** X25519 (RFC 7748) and Ed25519 (RFC 8032) as JSON Web Keys (RFC 8037). */
  noise: z.object({ kty: z.literal('OKP'), crv: z.literal('X25519'), x: key32, d: key32 }),
  admission: z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: key32, d: key32 }),
});
type StoredIdentity = z.infer<typeof identitySchema>;

export interface HostIdentity {
  /** RFC 7638 thumbprint of the admission key, base64url; what a relay knows the host by. */
  readonly hostId: string;
  /** X25519, 32 bytes each. */
  readonly noiseSecret: Uint8Array;
  readonly noisePublic: Uint8Array;
  /** Compact JWS over `{nonce, origin}`, so that a proof for one relay is worth nothing at another. */
  signAdmission(nonce: string, origin: string): Promise<string>;
  /**
   * A device's ticket: a JWT for 90 days from `now` (milliseconds). It names no device: its subject is
   * random and new each time, so that a relay can't tell devices apart by their tickets.
   */
  mintTicket(now: number): Promise<string>;
}

/** Reads the identity, or makes it on the first run. Rejects with `storage_failed`; never replaces a damaged one. */
export async function openIdentity(folder: MachineFolder): Promise<HostIdentity> {
  let stored = await folder.read(identityFile, identitySchema);
  if (!stored) {
    stored = newIdentity();
    await folder.write(identityFile, stored);
  }
  // Halves that don't belong together would fail later, at a phone, where nobody could tell why.
  if (!belongTogether(stored.noise) || !belongTogether(stored.admission)) {
    throw await folder.damaged(identityFile);
  }
  return identityOf(stored);
}

function newIdentity(): StoredIdentity {
  const noise = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  const admission = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return identitySchema.parse({ version: 1, noise, admission });
}

function belongTogether(jwk: StoredIdentity['noise'] | StoredIdentity['admission']): boolean {
  try {
    // Through PKCS #8, which holds the secret half alone.
    const der = createPrivateKey({ key: jwk satisfies JsonWebKey, format: 'jwk' }).export({
      format: 'der',
      type: 'pkcs8',
    });
    const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    return createPublicKey(secret).export({ format: 'jwk' }).x === jwk.x;
  } catch {
    return false;
  }
}

async function identityOf({ noise, admission }: StoredIdentity): Promise<HostIdentity> {
  const jwk = { kty: admission.kty, crv: admission.crv, x: admission.x };
  const hostId = await calculateJwkThumbprint(jwk);
  const key = await importJWK(admission, 'EdDSA');
  return {
    hostId,
    noiseSecret: fromBase64Url(noise.d),
    noisePublic: fromBase64Url(noise.x),
    signAdmission: (nonce, origin) =>
      new CompactSign(utf8.encode(JSON.stringify({ nonce, origin })))
        .setProtectedHeader({ alg: 'EdDSA', jwk })
        .sign(key),
    mintTicket(now) {
      const seconds = Math.floor(now / 1000);
      return new SignJWT()
        .setProtectedHeader({ alg: 'EdDSA', jwk })
        .setSubject(toBase64Url(randomBytes(16)))
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + Math.floor(limits.ticketMs / 1000))
        .sign(key);
    },
  };
}
