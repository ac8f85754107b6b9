/** Noise CipherState (revision 34, section 5.1): a key and a counter that never repeats. */
import { OffdeskError } from '../base/error.ts';
import { nobleAead, type Aead } from './aead.ts';

const noData = new Uint8Array(0);

/** Noise allows 2^64 - 2; counting stops where a JavaScript number would lose exactness. */
const lastNonce = Number.MAX_SAFE_INTEGER;

export class CipherState {
  #key: Uint8Array | undefined;
  #nonce: number;
  readonly #aead: Aead;

  /** `key`: 32 bytes; without one, bytes pass through unchanged as section 5.1 asks. `nonce`: for tests. */
  constructor(key: Uint8Array | undefined, aead: Aead = nobleAead, nonce = 0) {
    this.#key = key;
    this.#aead = aead;
    this.#nonce = nonce;
  }

  get hasKey(): boolean {
    return this.#key !== undefined;
  }

  /** How many messages went through. */
  get count(): number {
    return this.#nonce;
  }

  /** Throws `closed` when the counter is used up. */
  encrypt(plaintext: Uint8Array, ad: Uint8Array = noData): Uint8Array {
    if (!this.#key) return plaintext;
    const nonce = this.#next();
    const sealed = this.#aead.seal(this.#key, nonce, ad, plaintext);
    this.#nonce++;
    return sealed;
  }

  /** Throws `frame_invalid` when the bytes are not the next ones of the other side; the counter stays then. */
  decrypt(sealed: Uint8Array, ad: Uint8Array = noData): Uint8Array {
    if (!this.#key) return sealed;
    const nonce = this.#next();
    let plaintext: Uint8Array;
    try {
      plaintext = this.#aead.open(this.#key, nonce, ad, sealed);
    } catch {
      // The primitive's own message is dropped: why it failed is nobody's business.
      throw new OffdeskError(
        'frame_invalid',
        'The connection was disturbed or tampered with.',
        'Connect again.',
      );
    }
    this.#nonce++;
    return plaintext;
  }

  /** Wipes the key, as far as JavaScript allows. */
  destroy(): void {
    this.#key?.fill(0);
    this.#nonce = lastNonce;
  }

  /** Four zero bytes, then the counter, little-endian (section 12.3). */
  #next(): Uint8Array {
    if (this.#nonce >= lastNonce) {
      throw new OffdeskError('closed', "This connection's keys are used up.", 'Connect again.');
    }
    const nonce = new Uint8Array(12);
    const view = new DataView(nonce.buffer);
    view.setUint32(4, this.#nonce % 2 ** 32, true);
    view.setUint32(8, Math.floor(this.#nonce / 2 ** 32), true);
    return nonce;
  }
}
