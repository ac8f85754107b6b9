/** Slow, silent and hasty sockets at a real relay cost bounded memory and stop nobody else. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { silentLog } from '../../../src/base/log.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { RelayLink, type IncomingChannel } from '../../../src/remote/relay-link.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { Bench, hostFrame, makeIdentity, until, type Identity } from './kit.ts';

describe('relay: bounds', function () {
  this.timeout(90_000);
  const bench = new Bench();
  let identity: Identity;
  let ticket: string;
  before(async () => {
    identity = await makeIdentity();
    ticket = await identity.ticket(600);
  });
  afterEach(() => bench.end());

  it('R17: a device that takes nothing is closed tooSlow; others go on', async () => {
    const relay = await bench.relay();
    const host = await bench.host(relay, identity);
    const slow = await bench.device(relay, identity.hostId, { ticket });
    await slow.take('open');
    const { channel } = await host.take('opened');
    const quick = await bench.device(relay, identity.hostId, { ticket });
    await quick.take('open');
    const other = (await host.take('opened')).channel;
    slow.ws.pause();
    const payload = randomBytes(64 * 1024);
    let sent = 0;
    // A host that ignores the window; the kernel's buffers take some megabytes first.
    while (!host.controls.some(({ t }) => t === 'closed')) {
      assert.ok(sent < 64 * 1024 * 1024, 'the relay took it all');
      host.send(hostFrame(channel, payload));
      sent += payload.length;
      await until('the host’s socket', () => host.ws.bufferedAmount < 256 * 1024);
    }
    assert.equal((await host.take('closed')).channel, channel);
    host.send(hostFrame(other, Buffer.of(5)));
    assert.deepEqual([...(await quick.frame())], [5]);
    slow.ws.resume();
    assert.ok(['tooSlow', '1006'].includes(await slow.end()));
  });

  it('R17: what a host’s link sends a slow device arrives whole, R28: and it waits in bounds', async () => {
    const relay = await bench.relay();
    const { link, channels } = startLink(relay.url, identity);
    bench.onEnd(async () => link.dispose());
    await until('live', () => link.state.state === 'live');
    const device = await bench.device(relay, identity.hostId, { ticket });
    await device.take('open');
    await until('the channel', () => channels.length > 0);
    device.ws.pause();
    const payloads = Array.from({ length: 250 }, () => randomBytes(64 * 1024));
    for (const payload of payloads) channels[0]!.link.send(payload);
    const quick = await bench.device(relay, identity.hostId, { ticket });
    await quick.take('open');
    await until('the second channel', () => channels.length > 1);
    channels[1]!.link.send(Buffer.of(9));
    assert.deepEqual([...(await quick.frame())], [9]);
    assert.equal(device.ended, undefined);
    device.ws.resume();
    await until('all frames', () => device.frames.length === payloads.length, 60_000);
    assert.ok(Buffer.concat(device.frames).equals(Buffer.concat(payloads)));
  });

  it('R17: a device that sends faster than its host takes is read more slowly, and arrives whole', async () => {
    const relay = await bench.relay();
    const host = await bench.host(relay, identity);
    const device = await bench.device(relay, identity.hostId, { ticket });
    await device.take('open');
    await host.take('opened');
    host.ws.pause();
    const payload = randomBytes(64 * 1024);
    const count = 512;
    for (let i = 0; i < count; i++) device.send(payload);
    // 32 MiB: more than the kernel and the relay's buffer hold, so the device's own must fill.
    let last = 0;
    let since = Date.now();
    await until('the device’s socket to stand still', () => {
      if (device.ws.bufferedAmount !== last) since = Date.now();
      last = device.ws.bufferedAmount;
      return Date.now() - since > 200;
    });
    assert.ok(device.ws.bufferedAmount > 8 * 1024 * 1024, `${device.ws.bufferedAmount}`);
    assert.equal(host.ended, undefined);
    host.ws.resume();
    await until('all frames', () => host.frames.length === count, 60_000);
    assert.ok(host.frames.every((frame) => frame.subarray(17).equals(payload)));
  });

  it('R16: a hasty device is slowed down, a flood is closed limited', async () => {
    const relay = await bench.relay();
    const host = await bench.host(relay, identity);
    const stranger = await bench.device(relay, identity.hostId, { ticket: await identity.ticket(-600) });
    await stranger.take('open');
    await host.take('opened');
    const count = limits.relayStrangerFramesPerSecond * 2;
    const start = Date.now();
    for (let i = 0; i < count; i++) stranger.send(Buffer.of(i));
    await until('all frames', () => host.frames.length === count);
    stranger.send(Buffer.of(count));
    await until('one more', () => host.frames.length === count + 1);
    assert.ok(Date.now() - start > 500, 'not slowed down');
    assert.deepEqual(
      host.frames.map((frame) => frame.at(-1)),
      Array.from({ length: count + 1 }, (_, i) => i),
    );
    for (let i = 0; i < 20 * count; i++) stranger.send({ t: 'ping' });
    assert.equal(await stranger.end(), 'limited');
  });

  it('R8: who does not say who it is is closed in time, R15: who does not answer pings is gone', async () => {
    const clock = new FakeClock(Date.now());
    const relay = await bench.relay({ clock });
    const silent = [bench.probe(`${relay.url}v1/host`), bench.probe(`${relay.url}v1/device`)];
    for (const probe of silent) await until('open', () => probe.ws.readyState === WebSocket.OPEN);
    const host = await bench.host(relay, identity);
    const deaf = new WebSocket(`${relay.url.replace('http', 'ws')}v1/device`, { autoPong: false });
    await new Promise((resolve) => deaf.once('open', resolve));
    const gone = new Promise((resolve) => deaf.once('close', resolve));
    deaf.send(JSON.stringify({ t: 'join', v: 1, host: identity.hostId, ticket: await identity.ticket(600) }));
    await host.take('opened');
    clock.advance(limits.relayHelloMs);
    for (const probe of silent) assert.equal(await probe.end(), 'unauthorized');
    let pings = 0;
    host.ws.on('ping', () => pings++);
    clock.advance(limits.relayPingMs - limits.relayHelloMs);
    await until('a ping', () => pings === 1);
    // Answered, so the pong before it was heard as well.
    host.send({ t: 'drop', channel: 'A'.repeat(22) });
    await host.take('closed');
    clock.advance(limits.relayPingMs);
    await gone;
    await until('a second ping', () => pings === 2);
    assert.equal(host.ended, undefined);
  });

  it('R19: an address has so many connections, and then 429', async () => {
    const relay = await bench.relay({ mode: 'embedded', onlyHost: identity.hostId });
    const sockets: Socket[] = [];
    for (let i = 0; i < limits.relayConnectionsPerAddress; i++) {
      sockets.push(connect(relay.port, '127.0.0.1').on('error', () => {}));
    }
    bench.onEnd(async () => sockets.forEach((socket) => socket.destroy()));
    await until('all', () => relay.stats.connections === sockets.length);
    const refused = bench.probe(`${relay.url}v1/device`);
    await refused.end();
    assert.equal(refused.status, 429);
    for (const socket of sockets.splice(0)) socket.destroy();
    await until('none', () => relay.stats.connections === 0);
    await bench.host(relay, identity);
  });
});

function startLink(url: string, identity: Identity): { link: RelayLink; channels: IncomingChannel[] } {
  const channels: IncomingChannel[] = [];
  const link = new RelayLink({ url, sign: identity.sign, clock: systemClock, log: silentLog });
  link.onChannel((channel) => channels.push(channel));
  link.start();
  return { link, channels };
}
