/** The primitives under Noise, against what others published. */
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';
import { concat, fromHex, toHex } from '../../../src/base/bytes.ts';
import { OffdeskError } from '../../../src/base/error.ts';
import { nobleAead } from '../../../src/channel/aead.ts';
import { generateKeyPair, keyPairFromSecret, refuseZero } from '../../../src/channel/keys.ts';
import {
  generateWebKeys,
  keyPairFromWebKeys,
  webCryptoX25519Available,
} from '../../../src/channel/web-keys.ts';
import { fastestAead } from '../../../src/host/node-crypto.ts';
import { published } from './published.ts';

interface Rfc7748 {
  x25519: { scalar: string; u: string; output: string }[];
  iterated: { '1': string; '1000': string; start: string };
}
interface Wycheproof<T> {
  testGroups: { tests: (T & { tcId: number; result: string; flags: string[] })[] }[];
}
type XdhTest = { public: string; private: string; shared: string };
type AeadTest = { key: string; iv: string; aad: string; msg: string; ct: string; tag: string };

const noble = (secret: Uint8Array, peer: Uint8Array) => keyPairFromSecret(secret).dh(peer);
/** The same through node:crypto, in the DER forms of RFC 8410. */
async function node(secret: Uint8Array, peer: Uint8Array): Promise<Uint8Array> {
  const wrap = (head: string, key: Uint8Array) => Buffer.from(concat(fromHex(head), key));
  const privateKey = createPrivateKey({
    key: wrap('302e020100300506032b656e04220420', secret),
    ...{ format: 'der', type: 'pkcs8' },
  });
  const publicKey = createPublicKey({
    key: wrap('302a300506032b656e032100', peer),
    ...{ format: 'der', type: 'spki' },
  });
  return refuseZero(new Uint8Array(diffieHellman({ privateKey, publicKey })));
}

for (const [name, dh] of Object.entries({ noble, node })) {
  describe(`C2: X25519 of ${name}`, () => {
    it('C2: computes the examples of RFC 7748', async function () {
      for (const { scalar, u, output } of published<Rfc7748>(this, 'rfc7748.json').x25519) {
        assert.equal(toHex(await dh(fromHex(scalar), fromHex(u))), output);
      }
    });

    it('C2: gives the 1st and the 1000th result of the iteration of RFC 7748', async function () {
      this.timeout(60_000);
      const { iterated } = published<Rfc7748>(this, 'rfc7748.json');
      let k = fromHex(iterated.start);
      let u = k;
      for (let i = 1; i <= 1000; i++) {
        [k, u] = [await dh(k, u), k];
        if (i === 1) assert.equal(toHex(k), iterated['1']);
      }
      assert.equal(toHex(k), iterated['1000']);
    });

    it('C2: agrees with Wycheproof, and refuses all-zero secrets', async function () {
      this.timeout(60_000);
      let seen = 0;
      for (const { tests } of published<Wycheproof<XdhTest>>(this, 'wycheproof-x25519.json').testGroups) {
        for (const test of tests) {
          seen++;
          const result = dh(fromHex(test.private), fromHex(test.public));
          if (test.flags.includes('ZeroSharedSecret')) {
            // OpenSSL refuses by itself, with its own code.
            await assert.rejects(result, name === 'noble' ? { code: 'handshake_failed' } : Error);
          } else {
            assert.equal(toHex(await result), test.shared, `tcId ${test.tcId}`);
          }
        }
      }
      assert.equal(seen, 518);
    });
  });
}

for (const [name, aead] of Object.entries({ noble: nobleAead, node: fastestAead() })) {
  it(`C2: ChaCha20-Poly1305 of ${name} agrees with Wycheproof`, function () {
    const file = published<Wycheproof<AeadTest>>(this, 'wycheproof-chacha20_poly1305.json');
    let seen = 0;
    for (const { tests } of file.testGroups) {
      for (const test of tests) {
        seen++;
        const [key, iv, aad, msg] = [test.key, test.iv, test.aad, test.msg].map(fromHex) as [
          Uint8Array,
          Uint8Array,
          Uint8Array,
          Uint8Array,
        ];
        const sealed = fromHex(test.ct + test.tag);
        if (test.result === 'valid') {
          assert.equal(toHex(aead.seal(key, iv, aad, msg)), toHex(sealed), `tcId ${test.tcId}`);
          assert.equal(toHex(aead.open(key, iv, aad, sealed)), test.msg, `tcId ${test.tcId}`);
        } else {
          assert.throws(() => aead.open(key, iv, aad, sealed), `tcId ${test.tcId}`);
        }
      }
    }
    assert.equal(seen, 325);
  });
}

describe('C30: keys', () => {
  it('C30: WebCrypto and noble compute the same secret, and the private key cannot be read', async function () {
    if (!(await webCryptoX25519Available())) {
      console.log('      skipped: this runtime has no X25519 in WebCrypto');
      this.skip();
    }
    const stored = await generateWebKeys();
    const [web, other] = [await keyPairFromWebKeys(stored), generateKeyPair()];
    assert.deepEqual(await web.dh(other.publicKey), await other.dh(web.publicKey));
    assert.equal(stored.privateKey.extractable, false);
    await assert.rejects(crypto.subtle.exportKey('pkcs8', stored.privateKey));
    await assert.rejects(web.dh(new Uint8Array(32)), { code: 'handshake_failed' });
  });

  it('C30: a damaged secret or an unusable key of the other side is refused with a code', async () => {
    assert.throws(() => keyPairFromSecret(new Uint8Array(31)), { code: 'handshake_failed' });
    assert.throws(() => refuseZero(new Uint8Array(32)), OffdeskError);
    for (const peer of [new Uint8Array(32), Uint8Array.of(1, ...new Uint8Array(31)), new Uint8Array(5)]) {
      await assert.rejects(generateKeyPair().dh(peer), { code: 'handshake_failed' });
    }
  });
});
