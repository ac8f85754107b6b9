/** The device's socket to the relay. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../../src/base/clock.ts';
import type { FrameLink } from '../../../src/channel/link.ts';
import { endOf } from '../../../src/channel/reasons.ts';
import { deviceUrl, openRelaySocket, type RelaySocketEnd } from '../../../src/channel/relay-socket.ts';
import { closeCodes } from '../../../src/protocol/envelope.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeRelay } from './fake-relay.ts';
import { hostId, settle } from './secure-pair.ts';

function start(credential: { slot: string } | { ticket: string } = { ticket: 'jwt' }) {
  const clock = new FakeClock();
  const relay = new FakeRelay();
  const { openWebSocket } = relay;
  const options = { relay: 'https://r.test/x/', hostId, credential, clock, openWebSocket };
  const socket = openRelaySocket(options);
  const links: FrameLink[] = [];
  const ends: RelaySocketEnd[] = [];
  const aways: number[] = [];
  socket.onLink((link) => links.push(link));
  socket.onEnd((end) => ends.push(end));
  socket.onAway(() => aways.push(clock.now()));
  return { clock, relay, socket, links, ends, aways, wire: relay.last };
}

describe('C23: the relay socket', () => {
  it('C23: joins with slot or ticket at the address under the prefix', () => {
    assert.equal(deviceUrl('http://127.0.0.1:80/'), 'ws://127.0.0.1:80/v1/device');
    for (const credential of [{ ticket: 'jwt' }, { slot: 's'.repeat(22) }]) {
      const { wire, socket } = start(credential);
      assert.equal(wire.url, 'wss://r.test/x/v1/device');
      assert.equal(wire.binaryType, 'arraybuffer');
      wire.accept();
      assert.deepEqual(wire.controls, [{ t: 'join', v: 1, host: hostId, ...credential }]);
      socket.dispose();
      socket.dispose();
      assert.ok(wire.closed);
    }
  });

  it('C23: each open is a fresh link; away and ended close the one before', async () => {
    const { wire, links, aways, ends, clock, socket } = start();
    wire.accept();
    const host = wire.open();
    const got: string[] = [];
    const over: (string | undefined)[] = [];
    for (const each of [0, 1, 2]) {
      if (each > 0) wire.open();
      links[each]!.onFrame((frame) => got.push(`${each}:${frame.join()}`));
      links[each]!.onClose((reason) => over.push(reason?.code));
    }
    host.send(Uint8Array.of(9));
    await settle();
    assert.equal(got.length, 0);
    assert.deepEqual(over, ['host_offline', 'host_offline']);
    wire.say({ t: 'away' });
    wire.raw(Uint8Array.of(1).buffer);
    assert.deepEqual([over.length, aways.length], [3, 1]);
    const again = wire.open();
    links[3]!.onFrame((frame) => got.push(`3:${frame.join()}`));
    links[3]!.onClose((reason) => over.push(reason?.code ?? 'orderly'));
    again.send(Uint8Array.of(7));
    await settle();
    again.close();
    await settle();
    assert.deepEqual([got, over.at(-1), ends], [['3:7'], 'orderly', []]);
    socket.dispose();
    assert.equal(clock.pending, 0);
  });

  it('C23: every close code of the relay becomes an error and a word on retrying', () => {
    for (const { code, retry } of Object.values(closeCodes)) {
      const { wire, ends, clock } = start();
      wire.accept();
      wire.end(code);
      assert.equal(ends.length, 1);
      assert.equal(ends[0]!.retry, retry);
      assert.equal(clock.pending, 0);
    }
    assert.equal(endOf(closeCodes.slotUnknown.code).error.code, 'invite_expired');
    assert.equal(endOf(closeCodes.versionMismatch.code).error.code, 'version_mismatch');
    assert.deepEqual([endOf(1006).error.code, endOf(1006).retry], ['relay_unreachable', true]);
  });

  it('C23: what the relay should not say ends the socket', () => {
    for (const data of ['{', '{"t":"other"}', 'x'.repeat(limits.relayControlBytes + 1), 5]) {
      const { wire, ends } = start();
      wire.accept();
      wire.raw(data);
      assert.equal(ends[0]?.error.code, 'relay_refused');
      assert.ok(wire.closed);
    }
  });

  it('C23: frames before the first subscription are kept, bounded; a stuck network ends the socket', async () => {
    const kept = start();
    kept.wire.accept();
    const host = kept.wire.open();
    host.send(Uint8Array.of(1));
    await settle();
    const got: Uint8Array[] = [];
    kept.links[0]!.onFrame((frame) => got.push(frame));
    await settle(1);
    assert.equal(got.length, 1);
    kept.wire.bufferedAmount = 2 * limits.messageBytes + 1;
    kept.links[0]!.send(Uint8Array.of(1));
    assert.equal(kept.ends[0]?.error.code, 'relay_limit');

    const flooded = start();
    flooded.wire.accept();
    const flood = flooded.wire.open();
    for (let i = 0; i < 10; i++) flood.send(new Uint8Array(60_000));
    await settle();
    assert.equal(flooded.ends.length, 1);
  });

  it('C23: an address that no WebSocket takes ends it, after the caller could subscribe', async () => {
    const clock = new FakeClock();
    const ends: RelaySocketEnd[] = [];
    const socket = openRelaySocket({
      ...{ relay: 'https://r.test/', hostId, credential: { ticket: 't' }, clock },
      openWebSocket: () => {
        throw new SyntaxError('refused by the page');
      },
    });
    socket.onEnd((end) => ends.push(end));
    await settle(1);
    assert.equal(ends[0]?.error.code, 'relay_unreachable');
    assert.equal(clock.pending, 0);
  });

  it('C24: silence ends it: no first word, no pong, and sooner after a probe; a live one stays', () => {
    const mute = start();
    mute.clock.advance(limits.relayHelloMs);
    assert.equal(mute.ends[0]?.error.code, 'relay_unreachable');

    const away = start();
    away.wire.accept();
    away.wire.say({ t: 'away' });
    for (let i = 0; i < 5; i++) {
      away.clock.advance(limits.relayPingMs);
      assert.equal(away.wire.controls.length, 2 + i);
      away.wire.say({ t: 'pong' });
    }
    away.socket.probe();
    away.clock.advance(limits.probeTimeoutMs - 1);
    away.wire.say({ t: 'pong' });
    away.clock.advance(limits.probeTimeoutMs);
    assert.equal(away.ends.length, 0);
    away.socket.probe();
    away.clock.advance(limits.probeTimeoutMs);
    assert.equal(away.ends[0]?.error.code, 'relay_unreachable');
    assert.equal(away.clock.pending, 0);

    const open = start();
    open.wire.accept();
    open.wire.open();
    open.clock.advance(60 * 60_000);
    assert.deepEqual([open.ends.length, open.wire.controls.length], [0, 1]);
  });

  it('C23: the WebSocket of `ws` fits, binary frames, close codes and all', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    server.on('connection', (peer, request) => {
      assert.equal(request.url, '/p/v1/device');
      peer.once('message', () => peer.send('{"t":"open"}'));
      peer.on('message', (data, binary) => {
        if (binary) peer.send(data, () => peer.close(closeCodes.slotUnknown.code));
      });
    });
    const { port } = server.address() as AddressInfo;
    const socket = openRelaySocket({
      ...{ relay: `http://127.0.0.1:${port}/p/`, hostId, credential: { ticket: 't' } },
      ...{ clock: systemClock, openWebSocket: (url: string) => new WebSocket(url) },
    });
    const got: Uint8Array[] = [];
    const end = await new Promise<RelaySocketEnd>((resolve) => {
      socket.onEnd(resolve);
      socket.onLink((link) => {
        link.onFrame((frame) => got.push(frame));
        link.send(Uint8Array.of(1, 2, 3));
      });
    });
    assert.equal(end.error.code, 'invite_expired');
    assert.deepEqual(got, [Uint8Array.of(1, 2, 3)]);
    server.close();
    await once(server, 'close');
  });
});
