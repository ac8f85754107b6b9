/** This device's key for one computer: held by WebCrypto where it can be, raw bytes where it can't. */
import { generateKeyPair, keyPairFromSecret, type KeyPair } from '../../channel/keys.ts';
import { generateWebKeys, keyPairFromWebKeys, webCryptoX25519Available } from '../../channel/web-keys.ts';

export type StoredKey =
  /** Not extractable: scripts can use it, not read it. */
  { kind: 'web'; keys: CryptoKeyPair } | { kind: 'raw'; secret: Uint8Array };

/** A fresh key for each computer, so that two relays cannot tell that they serve the same device. */
export async function newDeviceKey(): Promise<StoredKey> {
  if (await webCryptoX25519Available()) {
    const keys = await generateWebKeys();
    if (isStorable(keys)) return { kind: 'web', keys };
  }
  return { kind: 'raw', secret: generateKeyPair().secret };
}

export function keyPairOf(stored: StoredKey): Promise<KeyPair> {
  return stored.kind === 'web'
    ? keyPairFromWebKeys(stored.keys)
    : Promise.resolve(keyPairFromSecret(stored.secret));
}

/** Some engines make X25519 keys before they can store them. */
function isStorable(keys: CryptoKeyPair): boolean {
  try {
    structuredClone(keys);
    return true;
  } catch {
    return false;
  }
}
