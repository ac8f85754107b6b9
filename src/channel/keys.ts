/** X25519 key pairs as an asynchronous port (RFC 7748), and the default on @noble/curves. */
import { x25519 } from '@noble/curves/ed25519.js';
import { OffdeskError } from '../base/error.ts';

export const keyBytes = 32;

/** A Diffie-Hellman key pair; the secret may be out of reach (WebCrypto), so `dh` is asynchronous. */
export interface KeyPair {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The shared secret with `peer` (32 bytes). Rejects with `handshake_failed` where it would be all zero. */
  dh(peer: Uint8Array): Promise<Uint8Array>;
}

/** A key pair whose secret can be stored by its owner. */
export interface ExportableKeyPair extends KeyPair {
  /** 32 bytes; never logged, never sent. */
  readonly secret: Uint8Array;
}

/** Low-order points give a secret that everybody knows (RFC 7748, section 6.1). */
export function refuseZero(shared: Uint8Array): Uint8Array {
  let bits = 0;
  for (const byte of shared) bits |= byte;
  if (bits === 0 || shared.length !== keyBytes) throw weakKey();
  return shared;
}

function weakKey(cause?: unknown): OffdeskError {
  return new OffdeskError('handshake_failed', "The other side's key is not usable.", 'Pair again.', {
    cause,
  });
}

/** Throws `handshake_failed` unless `secret` is 32 bytes. */
export function keyPairFromSecret(secret: Uint8Array): ExportableKeyPair {
  if (secret.length !== keyBytes) {
    throw new OffdeskError('handshake_failed', 'A stored key is damaged.', 'Pair again.');
  }
  const own = secret.slice();
  return {
    secret: own,
    publicKey: x25519.getPublicKey(own),
    async dh(peer) {
      let shared: Uint8Array;
      try {
        shared = x25519.getSharedSecret(own, peer);
      } catch (error) {
        throw weakKey(error);
      }
      return refuseZero(shared);
    },
  };
}

/** A fresh pair from the system's random source. */
export function generateKeyPair(): ExportableKeyPair {
  return keyPairFromSecret(crypto.getRandomValues(new Uint8Array(keyBytes)));
}
