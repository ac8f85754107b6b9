/** The Noise state machine against an independent implementation: Debian's python3-dissononce. */
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { generateKeyPair } from '../../../src/channel/keys.ts';
import { HandshakeState, IK, IKpsk2 } from '../../../src/channel/noise.ts';

const python = '/usr/bin/python3';

class Peer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  constructor() {
    this.#process = spawn(python, [fileURLToPath(new URL('dissononce_peer.py', import.meta.url))]);
    this.#process.stderr.resume();
    this.#reader = createInterface(this.#process.stdout);
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  async ask(what: { do: string; data?: string; [field: string]: unknown }): Promise<Uint8Array> {
    this.#process.stdin.write(`${JSON.stringify(what)}\n`);
    const line = await this.#lines.next();
    assert.ok(!line.done, 'the Python peer ended');
    const answer = JSON.parse(line.value) as { data?: string; error?: string };
    if (answer.data === undefined) throw new Error(answer.error);
    return fromHex(answer.data);
  }

  async end(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.stdin.end();
    await gone;
    this.#reader.close();
  }
}

describe('C3: an independent implementation', function () {
  this.timeout(20_000);
  let peer: Peer | undefined;

  before(function () {
    if (spawnSync(python, ['-c', 'import dissononce']).status !== 0) {
      console.log('      skipped: python3-dissononce is not installed');
      this.skip();
    }
    peer = new Peer();
  });
  after(() => peer?.end());

  for (const pattern of [IK, IKpsk2]) {
    for (const initiator of [true, false]) {
      it(`C3: ${pattern.name}, Offdesk as ${initiator ? 'initiator' : 'responder'}, both ways`, async () => {
        const [own, other] = [generateKeyPair(), generateKeyPair()];
        const prologue = crypto.getRandomValues(new Uint8Array(33));
        const psk = pattern === IKpsk2 ? crypto.getRandomValues(new Uint8Array(32)) : undefined;
        const remote = await peer!.ask({
          do: 'begin',
          initiator: !initiator,
          prologue: toHex(prologue),
          secret: toHex(other.secret),
          ...(psk ? { psk: toHex(psk) } : {}),
          ...(initiator ? {} : { remote: toHex(own.publicKey) }),
        });
        assert.deepEqual(remote, other.publicKey);
        const handshake = new HandshakeState({
          ...{ pattern, role: initiator ? 'initiator' : 'responder', prologue, s: own },
          ...(psk ? { psk } : {}),
          ...(initiator ? { rs: other.publicKey } : {}),
        });
        for (let step = 0; step < 2; step++) {
          const payload = Uint8Array.of(step, 1, 2, 3);
          if ((step === 0) === initiator) {
            const message = await handshake.writeMessage(payload);
            assert.deepEqual(await peer!.ask({ do: 'read', data: toHex(message) }), payload);
          } else {
            const message = await peer!.ask({ do: 'write', data: toHex(payload) });
            assert.deepEqual(await handshake.readMessage(message), payload);
          }
        }
        assert.deepEqual(handshake.remoteStatic, other.publicKey);
        assert.deepEqual(await peer!.ask({ do: 'hash' }), handshake.hash);
        const { send, receive } = handshake.split();
        for (let i = 0; i < 5; i++) {
          const text = crypto.getRandomValues(new Uint8Array(i * 100));
          const sealed = send.encrypt(text);
          assert.deepEqual(await peer!.ask({ do: 'open', data: toHex(sealed) }), text);
          assert.deepEqual(receive.decrypt(await peer!.ask({ do: 'seal', data: toHex(text) })), text);
        }
        const flipped = send.encrypt(Uint8Array.of(1)).map((byte, i) => (i === 0 ? byte ^ 1 : byte));
        await assert.rejects(peer!.ask({ do: 'open', data: toHex(flipped) }));
      });
    }
  }
});
