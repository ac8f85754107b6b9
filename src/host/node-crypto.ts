/** Faster primitives of node:crypto for the channel, where this runtime has them. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { nobleAead, tagBytes, type Aead } from '../channel/aead.ts';

const cipher = 'chacha20-poly1305';

const nodeAead: Aead = {
  seal(key, nonce, ad, plaintext) {
    const sealer = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes });
    sealer.setAAD(ad, { plaintextLength: plaintext.length });
    return Buffer.concat([sealer.update(plaintext), sealer.final(), sealer.getAuthTag()]);
  },
  open(key, nonce, ad, sealed) {
    const opener = createDecipheriv(cipher, key, nonce, { authTagLength: tagBytes });
    opener.setAAD(ad, { plaintextLength: sealed.length - tagBytes });
    opener.setAuthTag(sealed.subarray(sealed.length - tagBytes));
    return Buffer.concat([opener.update(sealed.subarray(0, sealed.length - tagBytes)), opener.final()]);
  },
};

/** VS Code's Electron is built on BoringSSL, which may lack this cipher in node:crypto. */
export function fastestAead(): Aead {
  try {
    const [key, nonce, none] = [new Uint8Array(32), new Uint8Array(12), new Uint8Array(0)];
    nodeAead.open(key, nonce, none, nobleAead.seal(key, nonce, none, new Uint8Array(8)));
    return nodeAead;
  } catch {
    return nobleAead;
  }
}
