/** Devices and hosts talk, leave, come back and are replaced. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { limits } from '../../../src/protocol/limits.ts';
import { MemoryBus } from '../../../src/relay/memory-bus.ts';
import type { Relay } from '../../../src/relay/server.ts';
import { Bench, hostFrame, makeIdentity, randomId, until, type Identity } from './kit.ts';

describe('relay: channels', function () {
  this.timeout(90_000);
  const bench = new Bench();
  let identity: Identity;
  let ticket: string;
  let relay: Relay;
  before(async () => {
    identity = await makeIdentity();
    ticket = await identity.ticket(600);
  });
  beforeEach(async () => {
    relay = await bench.relay();
  });
  afterEach(() => bench.end());

  it('R10: payloads cross unchanged and in order, both ways', async () => {
    const host = await bench.host(relay, identity);
    const device = await bench.device(relay, identity.hostId, { ticket });
    await device.take('open');
    const { channel } = await host.take('opened');
    const payloads = [1, 2, 255, 4_096, limits.relayFrameBytes].map((size) => randomBytes(size));
    for (const payload of payloads) device.send(payload);
    for (const payload of payloads) {
      assert.ok((await host.frame()).equals(hostFrame(channel, payload)));
      host.send(hostFrame(channel, payload));
    }
    for (const payload of payloads) assert.ok((await device.frame()).equals(payload));
  });

  it('R10: channels do not mix, and a frame for none is answered closed', async () => {
    const host = await bench.host(relay, identity);
    const devices = [];
    for (let i = 0; i < 3; i++) {
      const device = await bench.device(relay, identity.hostId, { ticket });
      await device.take('open');
      devices.push({ device, channel: (await host.take('opened')).channel });
    }
    for (const [i, { channel }] of devices.entries()) host.send(hostFrame(channel, Buffer.of(i)));
    for (const [i, { device }] of devices.entries()) assert.deepEqual([...(await device.frame())], [i]);
    const stray = randomId();
    host.send(hostFrame(stray, Buffer.of(1)));
    assert.deepEqual(await host.take('closed'), { t: 'closed', channel: stray });
    assert.equal(host.ended, undefined);
  });

  it('R12: drop ends the device, leaving is told to the host', async () => {
    const host = await bench.host(relay, identity);
    const dropped = await bench.device(relay, identity.hostId, { ticket });
    host.send({ t: 'drop', channel: (await host.take('opened')).channel });
    assert.equal(await dropped.end(), '1000');
    assert.ok(dropped.controls.some(({ t }) => t === 'ended'));
    const leaving = await bench.device(relay, identity.hostId, { ticket });
    const { channel } = await host.take('opened');
    await leaving.close();
    assert.deepEqual(await host.take('closed'), { t: 'closed', channel });
    await until('no device', () => relay.stats.devices === 0);
  });

  it('R11: a device with a ticket waits for its host: away, then open, again and again', async () => {
    for (const admitting of [ticket, await identity.ticket(-600)]) {
      const device = await bench.device(relay, identity.hostId, { ticket: admitting });
      for (let round = 0; round < 3; round++) {
        await device.take('away');
        const host = await bench.host(relay, identity);
        await device.take('open');
        await host.take('opened');
        device.send(Buffer.of(round));
        assert.equal((await host.frame()).at(-1), round);
        await host.close();
      }
      await device.take('away');
      assert.deepEqual(device.controls, []);
      await device.close();
    }
  });

  it('R11: a device with a slot alone does not wait', async () => {
    const slot = randomId();
    assert.equal(await (await bench.device(relay, identity.hostId, { slot })).end(), 'slotUnknown');
    const host = await bench.host(relay, identity);
    host.send({ t: 'slot', id: slot, ms: 60_000 });
    const device = await bench.device(relay, identity.hostId, { slot });
    await device.take('open');
    await host.close();
    assert.equal(await device.end(), 'stopping');
  });

  it('R9: a device that speaks before open is closed invalid', async () => {
    const device = bench.probe(`${relay.url}v1/device`);
    await until('open', () => device.ws.readyState === 1);
    device.send(Buffer.of(1));
    assert.equal(await device.end(), 'unauthorized');
  });

  it('R9: ping is answered at any time', async () => {
    const device = bench.probe(`${relay.url}v1/device`);
    await until('open', () => device.ws.readyState === 1);
    device.send({ t: 'ping' });
    await device.take('pong');
    device.send({ t: 'join', v: 1, host: identity.hostId, ticket });
    await device.take('away');
    device.send({ t: 'ping' });
    await device.take('pong');
  });

  it('R13: a host admitted again replaces its older connection', async () => {
    const older = await bench.host(relay, identity);
    const device = await bench.device(relay, identity.hostId, { ticket });
    await device.take('open');
    const first = await older.take('opened');
    const newer = await bench.host(relay, identity);
    assert.equal(await older.end(), 'replaced');
    await device.take('away');
    await device.take('open');
    const second = await newer.take('opened');
    assert.notEqual(second.channel, first.channel);
    device.send(Buffer.of(7));
    assert.ok((await newer.frame()).equals(hostFrame(second.channel, Buffer.of(7))));
    assert.equal(relay.stats.hosts, 1);
  });

  it('R14: host and device at two nodes of one bus, R13: replaced across nodes', async () => {
    const bus = new MemoryBus();
    const [a, b] = [await bench.relay({ bus }), await bench.relay({ bus })];
    const device = await bench.device(b, identity.hostId, { ticket });
    await device.take('away');
    const host = await bench.host(a, identity);
    await device.take('open');
    const { channel } = await host.take('opened');
    device.send(Buffer.of(1));
    assert.ok((await host.frame()).equals(hostFrame(channel, Buffer.of(1))));
    host.send(hostFrame(channel, Buffer.of(2)));
    assert.deepEqual([...(await device.frame())], [2]);
    const slot = randomId();
    host.send({ t: 'slot', id: slot, ms: 60_000 });
    await until('the slot', () => host.ws.bufferedAmount === 0);
    host.send({ t: 'drop', channel: randomId() });
    await host.take('closed');
    await (await bench.device(b, identity.hostId, { slot })).take('open');
    const newer = await bench.host(b, identity);
    assert.equal(await host.end(), 'replaced');
    await device.take('open');
    await newer.take('opened');
    // The bus is shared, so a node that stops leaves it alone.
    await a.close();
    device.send(Buffer.of(3));
    await newer.frame();
  });

  it('R20: a relay that stops says so, and nothing listens afterwards', async () => {
    const host = await bench.host(relay, identity);
    const device = await bench.device(relay, identity.hostId, { ticket });
    await device.take('open');
    await Promise.all([relay.close(), relay.close()]);
    assert.equal(await host.end(), 'stopping');
    assert.equal(await device.end(), 'stopping');
    await relay.close();
    assert.deepEqual(relay.stats, { hosts: 0, devices: 0, connections: 0 });
    const refused = bench.probe(`${relay.url}v1/device`);
    assert.equal(await refused.end(), '1006');
  });

  it('R20: what a host sent just before its relay stops still arrives', async () => {
    const host = await bench.host(relay, identity);
    const device = await bench.device(relay, identity.hostId, { ticket });
    await device.take('open');
    const { channel } = await host.take('opened');
    for (let i = 0; i < 10; i++) host.send(hostFrame(channel, Buffer.of(i)));
    host.ws.close();
    await relay.close();
    await device.end();
    assert.deepEqual(
      device.frames.map(([byte]) => byte),
      Array.from({ length: 10 }, (_, i) => i),
    );
  });

  it('R20: a relay with silent sockets stops all the same', async () => {
    const device = await bench.device(relay, identity.hostId, { ticket });
    await device.take('away');
    device.ws.pause();
    const start = Date.now();
    await relay.close();
    assert.ok(Date.now() - start < 2_000);
  });
});
