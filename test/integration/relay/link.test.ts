/** The host's link to a real relay: through restarts, cuts, silence and refusals. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { silentLog } from '../../../src/base/log.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { RelayLink, type IncomingChannel, type RelayLinkOptions } from '../../../src/remote/relay-link.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FaultProxy } from '../../support/fault-proxy.ts';
import { freePort } from '../../support/ports.ts';
import { createTestCa } from '../../support/tls.ts';
import { Bench, makeIdentity, randomId, until, type Identity } from './kit.ts';

describe('relay link', function () {
  this.timeout(90_000);
  const bench = new Bench();
  let identity: Identity;
  let ticket: string;
  before(async () => {
    identity = await makeIdentity();
    ticket = await identity.ticket(600);
  });
  afterEach(() => bench.end());

  function startLink(url: string, options: Partial<RelayLinkOptions> = {}) {
    const channels: IncomingChannel[] = [];
    const states: string[] = [];
    const link = new RelayLink({
      url,
      sign: identity.sign,
      clock: systemClock,
      log: silentLog,
      random: () => 0.1,
      ...options,
    });
    link.onChannel((channel) => channels.push(channel));
    link.onState(({ state }) => states.push(state));
    link.start();
    link.start();
    bench.onEnd(async () => link.dispose());
    const error = () => ('error' in link.state ? link.state.error.code : undefined);
    const reach = (state: string) =>
      until(`${state}, is ${link.state.state}`, () => link.state.state === state);
    return { link, channels, states, error, reach };
  }

  it('R25: is live when admitted, R9: and brings channels both ways', async () => {
    const relay = await bench.relay({ registrationToken: 'sesame' });
    const { link, channels, reach } = startLink(relay.url, { registration: async () => 'sesame' });
    await reach('live');
    const slot = randomId();
    link.openSlot(slot, 60_000);
    const byTicket = await bench.device(relay, identity.hostId, { ticket });
    await byTicket.take('open');
    byTicket.send(Buffer.of(1, 2, 3));
    const bySlot = await bench.device(relay, identity.hostId, { slot });
    await bySlot.take('open');
    await until('channels', () => channels.length === 2);
    assert.deepEqual(
      channels.map(({ admission, slot }) => [admission, slot]),
      [
        ['ticket', undefined],
        ['slot', slot],
      ],
    );
    // R28: it came before anyone listened.
    const heard: number[][] = [];
    channels[0]!.link.onFrame((frame) => heard.push([...frame]));
    await until('a frame', () => heard.length === 1);
    assert.deepEqual(heard, [[1, 2, 3]]);
    channels[0]!.link.send(Buffer.of(4, 5));
    assert.deepEqual([...(await byTicket.frame())], [4, 5]);
    channels[0]!.link.close();
    channels[0]!.link.close();
    channels[0]!.link.send(Buffer.of(6));
    assert.equal(await byTicket.end(), '1000');
    const ends: unknown[] = [];
    channels[1]!.link.onClose((error) => ends.push(error));
    await bySlot.close();
    await until('its end', () => ends.length === 1);
    assert.deepEqual(ends, [undefined]);
    link.closeSlot(slot);
    const byTicketAgain = await bench.device(relay, identity.hostId, { ticket });
    await byTicketAgain.take('open');
    assert.equal(await (await bench.device(relay, identity.hostId, { slot })).end(), 'slotUnknown');
    link.dispose();
    link.dispose();
    assert.equal(link.state.state, 'stopped');
    await byTicketAgain.take('away');
  });

  it('R26: comes back after the relay restarts, R25: with its slots, and channels end', async () => {
    // Of the ports that nobody else is given while it is free.
    const first = await bench.relay({ port: await freePort() });
    const { link, channels, reach } = startLink(first.url);
    await reach('live');
    const [kept, closed] = [randomId(), randomId()];
    link.openSlot(kept, 60_000);
    link.openSlot(closed, 60_000);
    await (await bench.device(first, identity.hostId, { ticket })).take('open');
    await until('the channel', () => channels.length === 1);
    const ends: (string | undefined)[] = [];
    channels[0]!.link.onClose((error) => ends.push(error?.code));
    await first.close();
    await reach('waiting');
    assert.deepEqual(ends, ['relay_unreachable']);
    link.closeSlot(closed);
    const late = randomId();
    link.openSlot(late, 60_000);
    const second = await bench.relay({ port: first.port });
    await reach('live');
    for (const slot of [kept, late])
      await (await bench.device(second, identity.hostId, { slot })).take('open');
    assert.equal(await (await bench.device(second, identity.hostId, { slot: closed })).end(), 'slotUnknown');
  });

  it('R26: a cut link comes back; its device gets a fresh channel', async () => {
    const relay = await bench.relay();
    const proxy = await FaultProxy.start({ target: { port: relay.port } });
    bench.onEnd(() => proxy.close());
    // The Host header names the proxy, as it names a reverse proxy that passes it on.
    const { channels, states, reach } = startLink(`http://127.0.0.1:${proxy.port}`);
    await reach('live');
    const device = await bench.device(relay, identity.hostId, { ticket });
    await device.take('open');
    for (let round = 1; round <= 3; round++) {
      proxy.cut();
      await device.take('open');
      await until('the channel', () => channels.length === round + 1);
      const { link } = channels[round]!;
      const frames: Uint8Array[] = [];
      link.onFrame((frame) => frames.push(frame));
      device.send(Buffer.of(round));
      await until('the frame', () => frames.length === 1);
    }
    assert.equal(states.filter((state) => state === 'live').length, 4);
  });

  it('R9, R26: to a relay of the same process it needs no network: frames both ways, and each end’s end is seen', async () => {
    const relay = await bench.relay();
    let inner: Duplex | undefined;
    const { link, channels, reach } = startLink(relay.url, { connect: () => (inner = relay.connect()) });
    await reach('live');
    const device = await bench.device(relay, identity.hostId, { ticket });
    await device.take('open');
    await until('the channel', () => channels.length === 1);
    const large = Buffer.alloc(limits.relayFrameBytes, 7);
    for (let n = 0; n < 20; n++) channels[0]!.link.send(large);
    for (let n = 0; n < 20; n++) assert.equal((await device.frame()).length, large.length);
    let came = 0;
    channels[0]!.link.onFrame(({ length }) => (came += length));
    for (let n = 0; n < 20; n++) device.send(large);
    await until('all frames', () => came === 20 * large.length);
    // Torn off, as a lost connection: both sides know it.
    inner!.destroy();
    await device.take('away');
    await device.take('open');
    await until('a fresh channel', () => channels.length === 2);
    assert.equal(relay.stats.hosts, 1);
    link.dispose();
    await until('the host to be gone', () => relay.stats.hosts === 0);
    await until('its socket to be gone', () => relay.stats.connections === 1);
    await relay.close();
    assert.equal(relay.connect().destroyed, true);
  });

  it('R26: a half-open link is noticed within heartbeat and timeout', async () => {
    const relay = await bench.relay();
    const proxy = await FaultProxy.start({ target: { port: relay.port } });
    bench.onEnd(() => proxy.close());
    const clock = new FakeClock(Date.now());
    const { link, channels, states, error, reach } = startLink(`http://127.0.0.1:${proxy.port}`, { clock });
    await reach('live');
    for (let beat = 1; beat <= 3; beat++) {
      const before = proxyBytes(proxy);
      clock.advance(limits.heartbeatMs);
      await until('a pong', () => proxyBytes(proxy) > before);
      // Comes after the pong on the same socket, so that was heard too.
      await (await bench.device(relay, identity.hostId, { ticket })).take('open');
      await until('the channel', () => channels.length === beat);
    }
    assert.equal(link.state.state, 'live');
    proxy.halfOpen();
    clock.advance(limits.heartbeatMs + limits.heartbeatTimeoutMs - 1);
    assert.equal(link.state.state, 'live');
    clock.advance(1);
    await reach('waiting');
    assert.equal(error(), 'heartbeat_missed');
    proxy.heal();
    link.retryNow();
    await reach('live');
    assert.deepEqual(states, ['connecting', 'live', 'waiting', 'connecting', 'live']);
  });

  it('R26: after a sleep it tries at once when it waited, and asks for a sign of life when it was live', async () => {
    const relay = await bench.relay();
    const proxy = await FaultProxy.start({ target: { port: relay.port } });
    bench.onEnd(() => proxy.close());
    const clock = new FakeClock(Date.now());
    const { link, states, error, reach } = startLink(`http://127.0.0.1:${proxy.port}`, { clock });
    await reach('live');
    const before = proxyBytes(proxy);
    clock.sleep(8 * 3_600_000);
    clock.advance(limits.sleepTickMs);
    await until('a pong', () => proxyBytes(proxy) > before);
    // Comes after the pong on the same socket.
    await (await bench.device(relay, identity.hostId, { ticket })).take('open');
    clock.advance(limits.probeTimeoutMs);
    assert.equal(link.state.state, 'live');
    proxy.halfOpen();
    clock.sleep(8 * 3_600_000);
    clock.advance(limits.sleepTickMs);
    clock.advance(limits.probeTimeoutMs);
    await reach('waiting');
    assert.equal(error(), 'heartbeat_missed');
    proxy.heal();
    clock.sleep(8 * 3_600_000);
    clock.advance(limits.sleepTickMs);
    await reach('live');
    assert.deepEqual(states, ['connecting', 'live', 'waiting', 'connecting', 'live']);
  });

  it('R26: waits grow, jittered, up to their most', async () => {
    const relay = await bench.relay();
    await relay.close();
    const clock = new FakeClock(Date.now());
    const { link, reach } = startLink(relay.url, { clock, random: () => 1 });
    const waits: number[] = [];
    for (let i = 0; i < 10; i++) {
      await reach('waiting');
      if (link.state.state === 'waiting') waits.push(link.state.until - clock.now());
      clock.advance(waits.at(-1)!);
    }
    assert.deepEqual(waits.slice(0, 4), [250, 500, 1_000, 2_000]);
    assert.equal(waits.at(-1), limits.reconnectMaxMs);
  });

  it('R26: a relay that accepts and says nothing is given up in time', async () => {
    const proxy = await FaultProxy.start({ target: { port: 1 } });
    bench.onEnd(() => proxy.close());
    proxy.halfOpen();
    const clock = new FakeClock(Date.now());
    const { error, reach } = startLink(`http://127.0.0.1:${proxy.port}`, { clock });
    await until('a connection', () => proxy.connections.open === 1);
    clock.advance(limits.relayHelloMs);
    await reach('waiting');
    assert.equal(error(), 'relay_unreachable');
  });

  it('R27: refused, replaced: stopped for good, with a code', async () => {
    const relay = await bench.relay({ registrationToken: 'sesame' });
    const refused = startLink(relay.url, { registration: async () => 'wrong' });
    await refused.reach('stopped');
    assert.equal(refused.error(), 'relay_refused');
    const registration = async () => 'sesame';
    const older = startLink(relay.url, { registration });
    await older.reach('live');
    const newer = startLink(relay.url, { registration });
    await newer.reach('live');
    await older.reach('stopped');
    assert.equal(older.error(), 'host_replaced');
    older.link.start();
    older.link.retryNow();
    assert.equal(older.link.state.state, 'stopped');
    assert.equal(newer.link.state.state, 'live');
  });

  it('R27: what can not be reached is tried again, and says what to check', async () => {
    const web = createServer((_request, response) => response.writeHead(502).end());
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    bench.onEnd(async () => void web.close());
    const closed = await bench.relay();
    await closed.close();
    const ca = await createTestCa();
    bench.onEnd(async () => ca.dispose());
    const { cert, key } = await ca.issue('localhost');
    const tls = await bench.relay({ tls: { cert, key } });
    const embedded = await bench.relay({ mode: 'embedded' });
    const web502 = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
    for (const [url, code] of [
      [closed.url, 'relay_unreachable'],
      ['http://relay.invalid', 'relay_unreachable'],
      [web502, 'relay_unreachable'],
      // Signed by nobody that this process trusts; for another name; another protocol.
      [tls.url, 'relay_unreachable'],
      [tls.url.replace('https', 'http'), 'relay_unreachable'],
      [`http://127.0.0.2:${embedded.port}`, 'relay_unreachable'],
    ] as const) {
      const { link, reach } = startLink(url, { random: () => 1, clock: slowRetry() });
      await reach('waiting');
      if (link.state.state !== 'waiting') throw new Error('not waiting');
      assert.equal(link.state.error.code, code, url);
      assert.ok(link.state.error.next.length > 0);
      link.dispose();
    }
    const wrongName = startLink(tls.url, { ca: ca.cert, clock: slowRetry() });
    await wrongName.reach('waiting');
    const trusted = startLink(`https://localhost:${tls.port}`, { ca: ca.cert });
    await trusted.reach('live');
  });

  it('R2: a link that came through another name than the relay’s own is refused', async () => {
    const relay = await bench.relay({ publicUrl: 'https://relay.test' });
    const { error, reach } = startLink(`http://127.0.0.1:${relay.port}`);
    await reach('stopped');
    assert.equal(error(), 'relay_refused');
  });

  it('R25: disposed while it dials, it stays stopped', async () => {
    const relay = await bench.relay();
    const { link, states } = startLink(relay.url);
    link.dispose();
    link.start();
    link.openSlot(randomId(), 1_000);
    await until('no socket', () => relay.stats.connections === 0);
    assert.deepEqual(states, ['connecting', 'stopped']);
  });
});

function proxyBytes(proxy: FaultProxy): number {
  return proxy.recordings.reduce((sum, { down }) => sum + down.length, 0);
}

/** Real time, but nothing is dialed again. */
function slowRetry() {
  return {
    now: systemClock.now,
    after: (ms: number, call: () => void) => systemClock.after(ms < 1_000 ? 60_000 : ms, call),
  };
}
