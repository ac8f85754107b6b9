/** What a hostile relay may do to frames, and what it gets: a typed end and no plaintext. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { acceptSecure, connectSecure } from '../../../src/channel/secure-transport.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { linkPair, type Bend } from '../../support/link-pair.ts';
import { deviceKeys, hostId, hostKeys, pass, securePair, settle, until, watch } from './secure-pair.ts';

const flip = (frame: Uint8Array, bit: number) => {
  const copy = frame.slice();
  const at = bit % (8 * copy.length);
  copy[at >> 3]! ^= 1 << (at & 7);
  return copy;
};

type Attack =
  | { kind: 'flip'; bit: number }
  | { kind: 'drop' }
  | { kind: 'repeat' }
  | { kind: 'swap' }
  | { kind: 'truncate'; length: number }
  | { kind: 'extend'; bytes: Uint8Array }
  | { kind: 'foreign'; bytes: Uint8Array }
  | { kind: 'replay'; which: number }
  | { kind: 'reflect' }
  | { kind: 'other channel' };

const attack: fc.Arbitrary<Attack> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), bit: fc.nat(65_535 * 8) }),
  ...(['drop', 'repeat', 'swap', 'reflect', 'other channel'] as const).map((kind) => fc.constant({ kind })),
  fc.record({ kind: fc.constant('truncate' as const), length: fc.nat(143) }),
  fc.record({ kind: fc.constant('extend' as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 200 }) }),
  fc.record({ kind: fc.constant('foreign' as const), bytes: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({ kind: fc.constant('replay' as const), which: fc.nat(100) }),
);

describe('C9: a hostile relay', function () {
  this.timeout(60_000);

  it('C9: any flipped, dropped, repeated, reordered, cut, extended or foreign frame ends the channel and yields nothing', async () => {
    await fc.assert(
      fc.asyncProperty(attack, fc.nat(5), fc.boolean(), async (what, at, toHost) => {
        const { device, host, links } = await securePair();
        const stranger = what.kind === 'other channel' ? await securePair() : undefined;
        await settle();
        const [from, to, link, back] = toHost
          ? [device, host, links[0], links[1]]
          : [host, device, links[1], links[0]];
        host.trust();
        const seen = watch(to);
        const texts = Array.from({ length: 8 }, (_, i) => `message ${i}`);
        const handshakeFrames = link.sent.length;
        let held: Uint8Array | undefined;
        const bend: Bend = (frame, index) => {
          if (held) {
            const first = held;
            held = undefined;
            return [frame, first];
          }
          if (index !== at) return [frame];
          switch (what.kind) {
            case 'flip':
              return [flip(frame, what.bit)];
            case 'drop':
              return [];
            case 'repeat':
              return [frame, frame];
            case 'swap':
              held = frame;
              return [];
            case 'truncate':
              return [frame.slice(0, what.length)];
            case 'extend':
              return [Uint8Array.of(...frame, ...what.bytes)];
            case 'foreign':
              return [what.bytes, frame];
            case 'replay':
              return [link.sent[what.which % (handshakeFrames + at)]!, frame];
            case 'reflect':
              return [back.sent.at(-1)!, frame];
            case 'other channel': {
              (toHost ? stranger!.device : stranger!.host).send('message 0', { urgent: true });
              return [stranger!.links[toHost ? 0 : 1].sent.at(-1)!, frame];
            }
          }
        };
        link.bend(bend);
        for (const text of texts) from.send(text, { urgent: true });
        await until(() => seen.ends.length > 0, 'the end');
        await settle();
        const arrived = what.kind === 'repeat' ? at + 1 : at;
        assert.deepEqual(seen.messages, texts.slice(0, arrived));
        assert.deepEqual(
          seen.ends.map((end) => end?.code),
          ['frame_invalid'],
        );
      }),
      { numRuns: 150 },
    );
  });

  it('C9: a changed handshake message gives no channel to either side', async () => {
    const psk = new Uint8Array(32).fill(3);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('pair' as const, 'connect' as const),
        fc.constantFrom(0, 1, 2),
        fc.nat(8 * 97),
        async (purpose, message, bit) => {
          const links = linkPair();
          // 0: the device's first message; 1: the host's answer; 2: the device's first record.
          links[message === 1 ? 1 : 0].bend((frame, index) =>
            index === (message === 2 ? 1 : 0) ? [flip(frame, bit)] : [frame],
          );
          const clock = new FakeClock();
          const shared = { hostId, clock, psk };
          const results = await Promise.allSettled([
            connectSecure(links[0], {
              ...{ ...shared, purpose },
              ...{ hostKey: hostKeys.publicKey, keyPair: deviceKeys },
            }),
            acceptSecure(links[1], { ...shared, keyPair: hostKeys }),
          ]);
          const codes = results.map((result) =>
            result.status === 'rejected' ? (result.reason as { code: string }).code : 'resolved',
          );
          assert.notEqual(codes[1], 'resolved');
          // The device alone knows the host after its answer; it learns of the loss by the link's end.
          if (!(message === 2 && purpose === 'connect')) assert.notEqual(codes[0], 'resolved');
          for (const code of codes) {
            assert.match(code, /^(resolved|handshake_failed|version_mismatch|frame_invalid|closed)$/);
          }
          await settle();
          assert.ok(links[0].closed && links[1].closed);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('C5: a replayed first message never becomes a channel', async () => {
    const { links } = await securePair();
    const recorded = links[0].sent.slice();
    const [attacker, hostLink] = linkPair();
    const clock = new FakeClock();
    const accepted = acceptSecure(hostLink, { hostId, keyPair: hostKeys, clock });
    const refused = assert.rejects(accepted, { code: 'frame_invalid' });
    for (const frame of recorded) attacker.send(frame);
    await refused;
    assert.ok(hostLink.closed);

    const [silent, secondLink] = linkPair();
    const waiting = acceptSecure(secondLink, { hostId, keyPair: hostKeys, clock });
    silent.send(recorded[0]!);
    const late = assert.rejects(waiting, { code: 'handshake_failed' });
    await until(() => secondLink.sent.length === 1);
    await pass(clock, 10_000);
    await late;
    assert.ok(secondLink.closed);
    await settle();
    assert.equal(clock.pending, 0);
  });

  it('C16: a swallowed tail is noticed by the heartbeat', async () => {
    const { device, host, links, clock } = await securePair();
    const seen = watch(host);
    links[0].bend((frame, index) => (index === 0 ? [] : [frame]));
    device.send('swallowed', { urgent: true });
    await settle();
    assert.equal(seen.ends.length, 0);
    await pass(clock, 10_000);
    await until(() => seen.ends.length > 0);
    assert.deepEqual([seen.messages, seen.ends.map((end) => end?.code)], [[], ['frame_invalid']]);
  });
});
