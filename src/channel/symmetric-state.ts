/** Noise SymmetricState (revision 34, section 5.2) with SHA-256: chaining key and running hash. */
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, utf8 } from '../base/bytes.ts';
import type { Aead } from './aead.ts';
import { CipherState } from './cipher-state.ts';

const hashBytes = 32;

export class SymmetricState {
  #chainingKey: Uint8Array;
  #hash: Uint8Array;
  #cipher: CipherState;
  readonly #aead: Aead;

  constructor(protocolName: string, aead: Aead) {
    const name = utf8.encode(protocolName);
    this.#hash = new Uint8Array(hashBytes);
    if (name.length <= hashBytes) this.#hash.set(name);
    else this.#hash = sha256(name);
    this.#chainingKey = this.#hash.slice();
    this.#aead = aead;
    this.#cipher = new CipherState(undefined, aead);
  }

  get hasKey(): boolean {
    return this.#cipher.hasKey;
  }

  /** The handshake hash so far, 32 bytes; after the last message it names the handshake (section 11.2). */
  get hash(): Uint8Array {
    return this.#hash.slice();
  }

  mixKey(input: Uint8Array): void {
    const [chainingKey, key] = this.#expand(input, 2);
    this.#chainingKey = chainingKey!;
    this.#cipher = new CipherState(key, this.#aead);
  }

  mixHash(data: Uint8Array): void {
    this.#hash = sha256(concat(this.#hash, data));
  }

  mixKeyAndHash(input: Uint8Array): void {
    const [chainingKey, hash, key] = this.#expand(input, 3);
    this.#chainingKey = chainingKey!;
    this.mixHash(hash!);
    this.#cipher = new CipherState(key, this.#aead);
  }

  encryptAndHash(plaintext: Uint8Array): Uint8Array {
    const sealed = this.#cipher.encrypt(plaintext, this.#hash);
    this.mixHash(sealed);
    return sealed;
  }

  decryptAndHash(sealed: Uint8Array): Uint8Array {
    const plaintext = this.#cipher.decrypt(sealed, this.#hash);
    this.mixHash(sealed);
    return plaintext;
  }

  /** The two transport ciphers: initiator to responder, responder to initiator. */
  split(): [CipherState, CipherState] {
    const [first, second] = this.#expand(new Uint8Array(0), 2);
    this.#chainingKey.fill(0);
    this.#cipher.destroy();
    return [new CipherState(first, this.#aead), new CipherState(second, this.#aead)];
  }

  /** Noise's HKDF (section 4.3) is RFC 5869 with the chaining key as salt and no info. */
  #expand(input: Uint8Array, outputs: 2 | 3): Uint8Array[] {
    const bytes = hkdf(sha256, input, this.#chainingKey, undefined, outputs * hashBytes);
    return Array.from({ length: outputs }, (_, i) => bytes.slice(i * hashBytes, (i + 1) * hashBytes));
  }
}
