/** ChaCha20-Poly1305 (RFC 8439) as a port, so that Node hosts can pass the faster one of node:crypto. */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';

export interface Aead {
  /** `nonce`: 12 bytes. Returns ciphertext and its 16-byte tag. */
  seal(key: Uint8Array, nonce: Uint8Array, ad: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** The reverse; throws, whatever the error, when `sealed` was not made with these. */
  open(key: Uint8Array, nonce: Uint8Array, ad: Uint8Array, sealed: Uint8Array): Uint8Array;
}

export const tagBytes = 16;

export const nobleAead: Aead = {
  seal: (key, nonce, ad, plaintext) => chacha20poly1305(key, nonce, ad).encrypt(plaintext),
  open: (key, nonce, ad, sealed) => chacha20poly1305(key, nonce, ad).decrypt(sealed),
};
