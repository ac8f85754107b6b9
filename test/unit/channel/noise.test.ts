/** The Noise state machine against the published vectors. */
import assert from 'node:assert/strict';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { CipherState } from '../../../src/channel/cipher-state.ts';
import { generateKeyPair, keyPairFromSecret } from '../../../src/channel/keys.ts';
import { HandshakeState, IK, IKpsk2, type Pattern } from '../../../src/channel/noise.ts';
import { fastestAead } from '../../../src/host/node-crypto.ts';
import { published } from './published.ts';

interface Vector {
  protocol_name: string;
  source: string;
  init_prologue: string;
  resp_prologue: string;
  init_static: string;
  resp_static: string;
  init_ephemeral: string;
  resp_ephemeral?: string;
  init_remote_static?: string;
  resp_remote_static?: string;
  init_psks?: string[];
  resp_psks?: string[];
  handshake_hash?: string;
  messages: { payload: string; ciphertext: string }[];
}

const both = { initiator: true, responder: true };
const K: Pattern = { name: 'K', pre: both, messages: [['e', 'es', 'ss']] };
const patterns: Record<string, Pattern> = {
  IK,
  IKpsk2,
  K,
  Kpsk0: { ...K, name: 'Kpsk0', messages: [['psk', 'e', 'es', 'ss']] },
  KK: { name: 'KK', pre: both, messages: [['e', 'es', 'ss'], ['e', 'ee', 'se']] }, // prettier-ignore
};

function side(vector: Vector, role: 'initiator' | 'responder', pattern: Pattern): HandshakeState {
  const initiator = role === 'initiator';
  const remote = initiator ? vector.init_remote_static : vector.resp_remote_static;
  const psk = (initiator ? vector.init_psks : vector.resp_psks)?.[0];
  const ephemeral = initiator ? vector.init_ephemeral : vector.resp_ephemeral;
  return new HandshakeState({
    pattern,
    role,
    prologue: fromHex(initiator ? vector.init_prologue : vector.resp_prologue),
    s: keyPairFromSecret(fromHex(initiator ? vector.init_static : vector.resp_static)),
    ...(remote ? { rs: fromHex(remote) } : {}),
    ...(psk ? { psk: fromHex(psk) } : {}),
    ...(ephemeral ? { ephemeral: () => keyPairFromSecret(fromHex(ephemeral)) } : {}),
    ...(initiator ? { aead: fastestAead() } : {}),
  });
}

describe('C1: Noise', () => {
  it('C1: reproduces every published vector of K, Kpsk0, KK, IK and IKpsk2', async function () {
    const { vectors } = published<{ vectors: Vector[] }>(this, 'noise.json');
    assert.equal(vectors.length, 8);
    for (const vector of vectors) {
      const name = vector.protocol_name.split('_')[1]!;
      const pattern = patterns[name]!;
      const sides = [side(vector, 'initiator', pattern), side(vector, 'responder', pattern)] as const;
      const oneWay = pattern.messages.length === 1;
      let ciphers: { send: CipherState; receive: CipherState }[] | undefined;
      for (const [i, { payload, ciphertext }] of vector.messages.entries()) {
        const where = `${vector.protocol_name} (${vector.source}), message ${i}`;
        const sender = oneWay ? 0 : i % 2;
        if (i < pattern.messages.length) {
          const message = await sides[sender]!.writeMessage(fromHex(payload));
          assert.equal(toHex(message), ciphertext, where);
          assert.equal(toHex(await sides[1 - sender]!.readMessage(message)), payload, where);
        } else {
          if (!ciphers && vector.handshake_hash) {
            assert.equal(toHex(sides[0].hash), vector.handshake_hash, where);
          }
          if (!ciphers) assert.deepEqual(sides[0].hash, sides[1].hash);
          ciphers ??= sides.map((each) => each.split());
          const message = ciphers[sender]!.send.encrypt(fromHex(payload));
          assert.equal(toHex(message), ciphertext, where);
          assert.equal(toHex(ciphers[1 - sender]!.receive.decrypt(message)), payload, where);
        }
      }
      assert.ok(sides[0].finished && sides[1].finished);
    }
  });

  it('C1: a message out of turn, twice at once, after a failure or a second split is refused', async () => {
    const [device, host] = [generateKeyPair(), generateKeyPair()];
    const options = { pattern: IK, prologue: new Uint8Array(0) };
    const make = () => [
      new HandshakeState({ ...options, role: 'initiator', s: device, rs: host.publicKey }),
      new HandshakeState({ ...options, role: 'responder', s: host }),
    ];
    const failed = { code: 'handshake_failed' };
    const [a, b] = make() as [HandshakeState, HandshakeState];
    await assert.rejects(b.writeMessage(), failed);
    await assert.rejects(a.readMessage(new Uint8Array(96)), failed);
    const first = a.writeMessage();
    await assert.rejects(a.writeMessage(), failed);
    const message = await first;
    for (const length of [0, 31, 32, 79, 80, 95]) {
      await assert.rejects(make()[1]!.readMessage(message.slice(0, length)), failed);
    }
    await assert.rejects(make()[1]!.readMessage(new Uint8Array(70_000)), failed);
    const broken = make()[1]!;
    await assert.rejects(broken.readMessage(message.map((byte, i) => (i === 40 ? byte ^ 1 : byte))), failed);
    await assert.rejects(broken.readMessage(message), failed);
    assert.throws(() => a.split(), failed);
    await b.readMessage(message);
    await a.readMessage(await b.writeMessage());
    a.split();
    assert.throws(() => a.split(), failed);
  });

  it('C1: a handshake without the key or secret that its pattern needs is not begun', () => {
    const s = generateKeyPair();
    const options = { prologue: new Uint8Array(0), s, role: 'initiator' } as const;
    const failed = { code: 'handshake_failed' };
    assert.throws(() => new HandshakeState({ ...options, pattern: IK }), failed);
    assert.throws(() => new HandshakeState({ ...options, pattern: IKpsk2, rs: s.publicKey }), failed);
    assert.throws(() => new HandshakeState({ ...options, pattern: IK, rs: new Uint8Array(31) }), failed);
  });

  it('C2: a key pair that lets an all-zero secret pass is not believed', async () => {
    const s = { publicKey: generateKeyPair().publicKey, dh: async () => new Uint8Array(32) };
    const options = { pattern: IK, role: 'responder', prologue: new Uint8Array(0), s } as const;
    const message = crypto.getRandomValues(new Uint8Array(96));
    // Refused for the secret itself: a later decryption would have failed with a cause.
    const failed = { code: 'handshake_failed', cause: undefined };
    await assert.rejects(new HandshakeState(options).readMessage(message), failed);
  });

  it('C19: a used-up counter ends the channel; a refused frame does not move the counter', () => {
    const key = new Uint8Array(32).fill(7);
    const last = new CipherState(key, undefined, Number.MAX_SAFE_INTEGER - 1);
    last.encrypt(new Uint8Array(1));
    assert.throws(() => last.encrypt(new Uint8Array(1)), { code: 'closed' });
    assert.throws(() => last.decrypt(new Uint8Array(17)), { code: 'closed' });
    const [send, receive] = [new CipherState(key), new CipherState(key)];
    const sealed = send.encrypt(Uint8Array.of(1, 2, 3));
    assert.throws(() => receive.decrypt(new Uint8Array(19)), { code: 'frame_invalid' });
    assert.deepEqual(receive.decrypt(sealed), Uint8Array.of(1, 2, 3));
    assert.throws(() => receive.decrypt(sealed), { code: 'frame_invalid' });
    // Beyond 32 bits the counter's high half is used.
    const [a, b] = [2 ** 32 + 5, 5].map((nonce) => new CipherState(key, undefined, nonce));
    assert.notDeepEqual(a!.encrypt(new Uint8Array(4)), b!.encrypt(new Uint8Array(4)));
  });
});
