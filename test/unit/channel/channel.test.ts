/** The secure channel at work: handshakes, order, bounds, ends, heartbeat, fresh keys. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { concat, toBase64Url, toHex } from '../../../src/base/bytes.ts';
import type { LogFields } from '../../../src/base/log.ts';
import type { Aead } from '../../../src/channel/aead.ts';
import type { ControlMessage } from '../../../src/channel/control.ts';
import { CHANNEL, digitsOf, prologueOf, purposeByte } from '../../../src/channel/handshake.ts';
import { generateKeyPair, type KeyPair } from '../../../src/channel/keys.ts';
import { HandshakeState, IK } from '../../../src/channel/noise.ts';
import { acceptSecure, connectSecure } from '../../../src/channel/secure-transport.ts';
import { fastestAead } from '../../../src/host/node-crypto.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { linkPair } from '../../support/link-pair.ts';
import { deviceKeys, hostId, hostKeys, pass, securePair, settle, until, watch } from './secure-pair.ts';

const psk = new Uint8Array(32).fill(9);
const welcome: ControlMessage = {
  ...{ type: 'welcome', ticket: 't', scope: 'control', hostName: 'desk', protocol: 1, build: 'b' },
};

/** Both outcomes as `resolved` or the error's code. */
async function outcomes(
  device: { purpose?: 'pair' | 'connect'; hostId?: string; hostKey?: Uint8Array; psk?: Uint8Array },
  host: { psk?: Uint8Array },
): Promise<string[]> {
  const [a, b] = linkPair();
  const clock = new FakeClock();
  const base = {
    purpose: 'connect',
    hostId,
    hostKey: hostKeys.publicKey,
    keyPair: deviceKeys,
    clock,
  } as const;
  const results = await Promise.allSettled([
    connectSecure(a, { ...base, ...device }),
    acceptSecure(b, { hostId, keyPair: hostKeys, clock, ...host }),
  ]);
  await settle();
  return results.map((each) =>
    each.status === 'fulfilled' ? 'resolved' : (each.reason as { code: string }).code,
  );
}

describe('C4: the handshake', () => {
  it('C4: both purposes make a channel; the host learns purpose and device', async () => {
    for (const purpose of ['pair', 'connect'] as const) {
      const { device, host } = await securePair({ purpose, psk, aead: fastestAead() });
      assert.equal(host.purpose, purpose);
      assert.deepEqual(new Uint8Array(host.remoteStatic), deviceKeys.publicKey);
      assert.deepEqual(device.remoteStatic, hostKeys.publicKey);
      device.close();
    }
  });

  it('C4: a first frame is a purpose byte and a message of 96 bytes', async () => {
    const { links } = await securePair();
    assert.deepEqual([links[0].sent[0]![0], links[0].sent[0]!.length], [0x12, 97]);
    assert.equal(links[1].sent[0]!.length, 48);
  });

  it('C4: another host id, host key or secret, or a pairing without a secret, gives no channel', async () => {
    const other = toBase64Url(new Uint8Array(32).fill(1));
    const failed = 'handshake_failed';
    assert.deepEqual(await outcomes({ hostId: other }, {}), [failed, failed]);
    assert.deepEqual(await outcomes({ hostKey: generateKeyPair().publicKey }, {}), [failed, failed]);
    const wrong = new Uint8Array(32).fill(8);
    assert.deepEqual(await outcomes({ purpose: 'pair', psk: wrong }, { psk }), [failed, 'closed']);
    assert.deepEqual(await outcomes({ purpose: 'pair', psk }, {}), [failed, failed]);
    assert.deepEqual(await outcomes({ purpose: 'pair' }, { psk }), [failed, failed]);
  });

  it('C4: the purpose cannot be changed on the way, and payloads are empty', async () => {
    const changed = linkPair();
    changed[0].bend((frame, index) => [
      index ? frame : Uint8Array.of(purposeByte('pair'), ...frame.slice(1)),
    ]);
    await assert.rejects(securePair({ links: changed, psk }), { code: 'handshake_failed' });

    const [a, b] = linkPair();
    const clock = new FakeClock();
    const accepted = acceptSecure(b, { hostId, keyPair: hostKeys, clock });
    const options = { pattern: IK, role: 'initiator', prologue: prologueOf('connect', hostId) } as const;
    const handshake = new HandshakeState({ ...options, s: deviceKeys, rs: hostKeys.publicKey });
    a.send(concat(Uint8Array.of(purposeByte('connect')), await handshake.writeMessage(Uint8Array.of(1))));
    await assert.rejects(accepted, { code: 'handshake_failed' });
  });

  it('C6: another channel version is told, and which side to update', async () => {
    for (const theirs of [CHANNEL + 1, 15]) {
      const links = linkPair();
      links[0].bend((frame) => [Uint8Array.of((theirs << 4) | 2, ...frame.slice(1))]);
      await assert.rejects(securePair({ links }), { code: 'version_mismatch' });
    }
    const [a, b] = linkPair();
    const clock = new FakeClock();
    const base = {
      purpose: 'connect',
      hostId,
      hostKey: hostKeys.publicKey,
      keyPair: deviceKeys,
      clock,
    } as const;
    const connected = connectSecure(a, base);
    b.send(Uint8Array.of(0, CHANNEL + 1));
    await assert.rejects(connected, { code: 'version_mismatch', next: /this page/ });
  });

  it('C7: both sides have the same six digits, other ones each time', async () => {
    const seen = new Set<string>();
    for (let i = 0; i < 5; i++) {
      const { device, host } = await securePair({ purpose: 'pair', psk });
      assert.equal(device.digits, host.digits);
      assert.match(device.digits, /^\d{6}$/);
      seen.add(device.digits);
    }
    assert.ok(seen.size > 1);
    assert.equal(digitsOf(new Uint8Array(32)), digitsOf(new Uint8Array(32)));
  });

  it('C8: a silent, talkative or gone peer ends the handshake in time, and no timer stays', async () => {
    const clock = new FakeClock();
    const options = { hostId, keyPair: hostKeys, clock };
    const [, silent] = linkPair();
    const late = assert.rejects(acceptSecure(silent, options), { code: 'handshake_failed' });
    await settle();
    clock.advance(limits.handshakeMs);
    await late;
    assert.ok(silent.closed);

    const [big, bigHost] = linkPair();
    const tooBig = assert.rejects(acceptSecure(bigHost, options), { code: 'handshake_failed' });
    big.send(new Uint8Array(limits.strangerMessageBytes + 1));
    await tooBig;

    const [gone, goneHost] = linkPair();
    const left = assert.rejects(acceptSecure(goneHost, options), { code: 'handshake_failed' });
    gone.close();
    await left;

    const [lost] = linkPair();
    const base = {
      purpose: 'connect',
      hostId,
      hostKey: hostKeys.publicKey,
      keyPair: deviceKeys,
      clock,
    } as const;
    const offline = assert.rejects(connectSecure(lost, base), { code: 'host_offline' });
    lost.cut({ code: 'host_offline', message: '', next: '' });
    await offline;
    assert.equal(clock.pending, 0);
  });
});

describe('C11: messages', () => {
  it('C11: messages wait a moment for company; urgent ones and controls go at once, in order', async () => {
    const { device, host, links, clock } = await securePair();
    const seen = watch(device);
    await settle();
    const before = links[1].sent.length;
    for (let i = 0; i < 20; i++) host.send(`chunk ${i}`);
    await settle();
    assert.equal(links[1].sent.length, before);
    clock.advance(limits.mergeMs);
    await settle();
    assert.equal(links[1].sent.length, before + 1);
    assert.equal(seen.messages.length, 20);
    host.send('a');
    host.send('b', { urgent: true });
    await settle();
    assert.deepEqual(seen.messages.slice(20), ['a', 'b']);
    host.send('c');
    host.sendControl(welcome);
    await settle();
    assert.deepEqual([seen.messages.at(-1), seen.controls], ['c', [welcome]]);
    assert.equal(links[1].sent.length, before + 3);
  });

  it('C11: a full record does not wait', async () => {
    const { device, host } = await securePair();
    const seen = watch(device);
    host.send('x'.repeat(70_000));
    await settle();
    assert.equal(seen.messages[0]?.length, 70_000);
  });

  it('C10: messages of every size cross both ways, whole and in order', async function () {
    this.timeout(60_000);
    const sizes = fc.array(fc.oneof(fc.nat(200), fc.nat(200_000)), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(sizes, sizes, async (up, down) => {
        const { device, host, links, clock } = await securePair({ aead: fastestAead() });
        host.trust();
        const [atDevice, atHost] = [watch(device), watch(host)];
        const texts = (lengths: number[]) => lengths.map((length, i) => `é${i}`.padEnd(length, 'ü'));
        for (const text of texts(up)) device.send(text);
        for (const text of texts(down)) host.send(text);
        clock.advance(limits.mergeMs);
        await until(() => atHost.messages.length === up.length && atDevice.messages.length === down.length);
        assert.deepEqual([atHost.messages, atDevice.messages], [texts(up), texts(down)]);
        for (const frame of [...links[0].sent, ...links[1].sent]) {
          assert.ok(frame.length <= limits.noiseMessageBytes);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('C12: a stranger may send little; after trust() a message may be large, never larger than its bound', async () => {
    const first = await securePair();
    const seen = watch(first.host);
    first.device.send('x'.repeat(limits.strangerMessageBytes + 1), { urgent: true });
    await settle();
    assert.deepEqual(
      seen.ends.map((end) => end?.code),
      ['message_too_large'],
    );
    const second = await securePair({ aead: fastestAead() });
    second.host.trust();
    const trusted = watch(second.host);
    second.device.send('x'.repeat(1_000_000), { urgent: true });
    await until(() => trusted.messages.length === 1);
    const own = watch(second.device);
    second.device.send('x'.repeat(limits.messageBytes + 1));
    await settle();
    assert.deepEqual([own.ends[0]?.code, trusted.ends[0]?.code], ['message_too_large', 'message_too_large']);
  });

  it('C13: what comes before the first subscription is kept, bounded, and never delivered inside the call', async () => {
    const { device, host } = await securePair();
    device.send('early', { urgent: true });
    device.sendControl({ type: 'closing', code: 'closed', message: 'bye', next: '' });
    await settle();
    const seen = watch(host);
    assert.equal(seen.messages.length + seen.controls.length + seen.ends.length, 0);
    await settle(1);
    assert.deepEqual(seen.messages, ['early']);
    assert.equal(seen.controls[0]?.type, 'closing');
    assert.deepEqual(seen.ends, [{ code: 'closed', message: 'bye', next: '' }]);

    const flooded = await securePair();
    for (let i = 0; i < 5; i++) flooded.device.send('x'.repeat(4_000), { urgent: true });
    await settle();
    const late = watch(flooded.host);
    await settle(1);
    assert.equal(late.ends[0]?.code, 'message_too_large');
    assert.equal(late.messages.length, 4);
  });

  it('C14: a message that throws in a listener closes the channel instead of being lost silently', async () => {
    const { device, host } = await securePair();
    host.onMessage(() => {
      throw new Error('a bug');
    });
    const seen = watch(host);
    await settle();
    device.send('x', { urgent: true });
    await settle();
    assert.deepEqual(
      seen.ends.map((end) => end?.code),
      ['internal'],
    );
  });
});

describe('C15: the end', () => {
  it('C15: an orderly end, an end with a reason and a cut can be told apart; close is idempotent', async () => {
    for (const [close, code] of [
      [undefined, undefined],
      [{ code: 'device_unknown', message: 'm', next: 'n' }, 'device_unknown'],
    ] as const) {
      const { device, host, clock } = await securePair();
      const [atDevice, atHost] = [watch(device), watch(host)];
      host.send('last words');
      host.close(close);
      host.close({ code: 'internal', message: '', next: '' });
      host.send('too late');
      host.sendControl(welcome);
      host.probe();
      await settle();
      assert.deepEqual(atDevice.messages, ['last words']);
      assert.deepEqual(atDevice.ends, [code && { code, message: 'm', next: 'n' }]);
      assert.deepEqual(
        atHost.ends.map((end) => end?.code),
        [code],
      );
      assert.equal(clock.pending, 0);
      const late: unknown[] = [];
      host.onClose((reason) => late.push(reason?.code));
      await settle(1);
      assert.deepEqual(late, [code]);
    }
    const { device, links } = await securePair();
    const seen = watch(device);
    links[0].cut(undefined);
    assert.deepEqual(
      seen.ends.map((end) => end?.code),
      ['closed'],
    );
  });

  it('C15: after a local close nothing is delivered any more', async () => {
    const { device, host } = await securePair();
    const seen = watch(host);
    device.send('in flight', { urgent: true });
    host.close();
    await settle();
    assert.deepEqual([seen.messages, seen.ends], [[], [undefined]]);
  });

  it('C15: a revocation arrives before the end', async () => {
    const { device, host } = await securePair();
    const seen = watch(device);
    host.sendControl({ type: 'revoked' });
    host.close();
    await settle();
    assert.deepEqual([seen.controls, seen.ends], [[{ type: 'revoked' }], [undefined]]);
  });
});

describe('C16: the heartbeat', () => {
  it('C16: an idle channel lives; a half-open one ends on both sides within two beats', async () => {
    const { device, host, links, clock } = await securePair();
    const [atDevice, atHost] = [watch(device), watch(host)];
    await pass(clock, 10 * 60_000);
    assert.deepEqual([atDevice.ends, atHost.ends], [[], []]);
    links[0].bend(() => []);
    links[1].bend(() => []);
    await pass(clock, limits.heartbeatMs + limits.heartbeatTimeoutMs);
    assert.deepEqual(
      [atDevice.ends, atHost.ends].map((ends) => ends.map((end) => end?.code)),
      [['heartbeat_missed'], ['heartbeat_missed']],
    );
    assert.equal(clock.pending, 0);
  });

  it('C16: one dead direction ends the channel too', async () => {
    const { device, host, links, clock } = await securePair();
    const [atDevice, atHost] = [watch(device), watch(host)];
    links[0].bend(() => []);
    await pass(clock, 2 * (limits.heartbeatMs + limits.heartbeatTimeoutMs));
    assert.equal(atHost.ends[0]?.code, 'heartbeat_missed');
    assert.equal(atDevice.ends.length, 1);
  });

  it('C17: a probe closes a dead channel sooner, whatever still trickles in, and spares a live one', async () => {
    const { device, host, links, clock } = await securePair();
    const seen = watch(device);
    await settle();
    device.probe();
    device.probe();
    await pass(clock, limits.probeTimeoutMs, 500);
    assert.equal(seen.ends.length, 0);
    links[0].bend(() => []);
    device.probe();
    host.send('buffered before the sleep', { urgent: true });
    await pass(clock, limits.probeTimeoutMs, 500);
    assert.equal(seen.messages.length, 1);
    assert.equal(seen.ends[0]?.code, 'heartbeat_missed');
  });
});

describe('C18: fresh keys', function () {
  this.timeout(60_000);

  it('C18: keys change every hour under traffic both ways; nothing is lost, doubled or reordered', async () => {
    const [slowDevice, slowHost] = [slow(deviceKeys, 2), slow(hostKeys, 5)];
    const { aead, keys } = counting();
    const pair = await securePair({ aead, deviceKeys: slowDevice, hostKeys: slowHost });
    const { device, host, clock } = pair;
    host.trust();
    const [atDevice, atHost] = [watch(device), watch(host)];
    let sent = 0;
    await pass(clock, 10_000);
    for (let hour = 0; hour < 3; hour++) {
      await pass(clock, limits.rehandshakeMs - 20_000, 5_000);
      // The handshake falls into these 20 seconds, and other records into each of its steps.
      for (let i = 0; i < 200; i++) {
        device.send(`up ${sent}`, { urgent: sent % 3 === 0 });
        host.send(`down ${sent}`, { urgent: sent % 2 === 0 });
        if (sent % 50 === 0) device.sendControl({ type: 'revoked' });
        sent++;
        clock.advance(100);
        if (i % 4 !== 0) await settle(1);
      }
      assert.equal(keys.size, 2 * (hour + 2));
    }
    clock.advance(limits.mergeMs);
    await until(() => atHost.messages.length === sent && atDevice.messages.length === sent);
    const numbers = Array.from({ length: sent }, (_, i) => i);
    assert.deepEqual(atHost.messages, numbers.map((i) => `up ${i}`)); // prettier-ignore
    assert.deepEqual(atDevice.messages, numbers.map((i) => `down ${i}`)); // prettier-ignore
    assert.deepEqual([atDevice.ends, atHost.ends], [[], []]);
    device.close();
    await settle();
    assert.equal(clock.pending, 0);
  });

  it('C18: records of the old keys are refused after it', async () => {
    const { device, host, links, clock } = await securePair();
    const seen = watch(host);
    device.send('old', { urgent: true });
    await settle();
    const old = links[0].sent.slice(1);
    await pass(clock, limits.rehandshakeMs + 30_000, 5_000);
    assert.equal(seen.ends.length, 0);
    links[1].inject(old[0]!);
    assert.deepEqual(
      seen.ends.map((end) => end?.code),
      ['frame_invalid'],
    );
    device.close();
  });

  it('C18: the device cannot become another one by it', async () => {
    const other = generateKeyPair();
    let keys: KeyPair = deviceKeys;
    const turncoat: KeyPair = {
      get publicKey() {
        return keys.publicKey;
      },
      dh: (peer) => keys.dh(peer),
    };
    const { host, clock } = await securePair({ deviceKeys: turncoat });
    const seen = watch(host);
    keys = other;
    await pass(clock, limits.rehandshakeMs + 10_000, 5_000);
    assert.deepEqual(
      seen.ends.map((end) => end?.code),
      ['frame_invalid'],
    );
  });

  it('C18: an answer that does not come ends the channel', async () => {
    let stuck = false;
    const dh = (peer: Uint8Array) => (stuck ? new Promise<never>(() => {}) : hostKeys.dh(peer));
    const { device, host, clock } = await securePair({ hostKeys: { publicKey: hostKeys.publicKey, dh } });
    const [atDevice, atHost] = [watch(device), watch(host)];
    stuck = true;
    await pass(clock, limits.rehandshakeMs - 1_000, 5_000);
    assert.equal(atDevice.ends.length, 0);
    await pass(clock, 30_000, 1_000);
    assert.match(atDevice.ends[0]?.code ?? '', /^(handshake_failed|heartbeat_missed)$/);
    host.close();
    assert.equal(atHost.ends.length, 1);
    assert.equal(clock.pending, 0);
  });
});

/** An AEAD that remembers the keys which sealed records. */
function counting(): { aead: Aead; keys: Set<string> } {
  const keys = new Set<string>();
  const inner = fastestAead();
  const seal: Aead['seal'] = (key, nonce, ad, text) => {
    if (text.length >= 128) keys.add(toHex(key));
    return inner.seal(key, nonce, ad, text);
  };
  return { aead: { ...inner, seal }, keys };
}

/** A key pair whose DH takes some turns of the event loop, as WebCrypto's does. */
function slow(keys: KeyPair, turns: number): KeyPair {
  return {
    publicKey: keys.publicKey,
    async dh(peer) {
      await settle(turns);
      return await keys.dh(peer);
    },
  };
}

describe('C29: logs', () => {
  it('C29: logs, errors and frames hold no key and no text, whatever happens', async () => {
    const lines: string[] = [];
    const log = {
      write: (level: string, message: string, fields?: LogFields) =>
        void lines.push(JSON.stringify([level, message, fields])),
    };
    const canary = 'CANARY-plaintext';
    const { device, host, links, clock } = await securePair({ purpose: 'pair', psk, log });
    const seen = watch(host);
    device.send(canary, { urgent: true });
    await pass(clock, 30_000);
    links[0].bend((frame) => [frame.map((byte, i) => (i === 3 ? byte ^ 1 : byte))]);
    device.send(canary, { urgent: true });
    await settle();
    assert.equal(seen.ends[0]?.code, 'frame_invalid');
    lines.push(JSON.stringify(seen.ends));
    await assert.rejects(securePair({ purpose: 'pair', log }), (error: Error) => {
      lines.push(JSON.stringify(error), String(error.stack), String(error.cause));
      return true;
    });
    const wire = concat(...links[0].sent, ...links[1].sent);
    const secrets = [deviceKeys.secret, hostKeys.secret, psk, deviceKeys.publicKey, hostKeys.publicKey];
    assert.ok(lines.length > 2);
    for (const secret of secrets) {
      for (const text of [toHex(secret), toBase64Url(secret), Buffer.from(secret).toString('base64')]) {
        assert.ok(!lines.join('\n').includes(text));
      }
      assert.equal(Buffer.from(wire).indexOf(Buffer.from(secret)), -1);
    }
    assert.ok(!lines.join('\n').includes(canary));
    assert.equal(Buffer.from(wire).indexOf(canary), -1);
  });
});
