/** X25519 keys that WebCrypto holds and never gives out; where it is missing, keys.ts serves. */
import { OffdeskError } from '../base/error.ts';
import { refuseZero, type KeyPair } from './keys.ts';

const algorithm = { name: 'X25519' };

/** Whether this browser makes X25519 keys; false too on a page that is no secure context. */
export async function webCryptoX25519Available(): Promise<boolean> {
  try {
    const stored = await generateWebKeys();
    await (await keyPairFromWebKeys(stored)).dh((await keyPairFromWebKeys(stored)).publicKey);
    return true;
  } catch {
    return false;
  }
}

/** A pair for IndexedDB: the private key is not extractable. */
export async function generateWebKeys(): Promise<CryptoKeyPair> {
  return (await crypto.subtle.generateKey(algorithm, false, ['deriveBits'])) as CryptoKeyPair;
}

/** A stored pair at work. */
export async function keyPairFromWebKeys(stored: CryptoKeyPair): Promise<KeyPair> {
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', stored.publicKey));
  return {
    publicKey,
    async dh(peer) {
      let bits: ArrayBuffer;
      try {
        const other = await crypto.subtle.importKey('raw', peer.slice(), algorithm, true, []);
        bits = await crypto.subtle.deriveBits({ ...algorithm, public: other }, stored.privateKey, 256);
      } catch (error) {
        throw new OffdeskError('handshake_failed', "The other side's key is not usable.", 'Pair again.', {
          cause: error,
        });
      }
      return refuseZero(new Uint8Array(bits));
    },
  };
}
