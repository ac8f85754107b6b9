/** The device's connection over a fake relay and a real channel. */
import assert from 'node:assert/strict';
import type { Welcome } from '../../../src/channel/control.ts';
import type { FrameLink } from '../../../src/channel/link.ts';
import { keepConnected, type ConnectionState } from '../../../src/channel/reconnect.ts';
import { refusal } from '../../../src/channel/handshake.ts';
import { acceptSecure, type AcceptedTransport } from '../../../src/channel/secure-transport.ts';
import { closeCodes } from '../../../src/protocol/envelope.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { PROTOCOL } from '../../../src/protocol/version.ts';
import { FakeClock, until } from '../../support/fake-clock.ts';
import { FakeRelay } from './fake-relay.ts';
import { deviceKeys, hostId, hostKeys, pass, settle, watch } from './secure-pair.ts';

const welcome: Welcome = {
  ...{ type: 'welcome', ticket: 'renewed', scope: 'control', hostName: 'desk' },
  ...{ protocol: PROTOCOL, build: 'b' },
};

function start(random = 1) {
  const clock = new FakeClock();
  const relay = new FakeRelay();
  const welcomes: Welcome[] = [];
  const connection = keepConnected({
    ...{ relay: 'https://r.test/', hostId, hostKey: hostKeys.publicKey, keyPair: deviceKeys },
    ...{ ticket: 'stored', clock, random: () => random, openWebSocket: relay.openWebSocket },
    onWelcome: (message) => welcomes.push(message),
  });
  const states: ConnectionState[] = [];
  connection.onState((state) => states.push(state));
  const accept = async (link: FrameLink): Promise<AcceptedTransport> => {
    return await acceptSecure(link, { hostId, keyPair: hostKeys, clock });
  };
  const goLive = async (): Promise<AcceptedTransport> => {
    const host = await accept(relay.connect());
    host.trust();
    host.sendControl(welcome);
    await until(() => connection.state.state === 'live', 'live');
    return host;
  };
  return { clock, relay, connection, states, welcomes, accept, goLive };
}

const names = (states: ConnectionState[]) => states.map((state) => state.state);
const errorOf = (state: ConnectionState) => ('error' in state ? state.error.code : undefined);

describe('C25: the reconnecting connection', () => {
  it('C25: is live after the welcome, with the renewed ticket for next time', async () => {
    const { connection, relay, states, welcomes, goLive, clock } = start();
    assert.equal(errorOf(connection.state), undefined);
    const host = await goLive();
    assert.deepEqual([names(states), welcomes], [['live'], [welcome]]);
    const live: ConnectionState = connection.state;
    assert.ok(live.state === 'live');
    assert.deepEqual(live.welcome, welcome);
    const seen = watch(live.transport);
    host.send('{}', { urgent: true });
    await settle();
    assert.deepEqual(seen.messages, ['{}']);
    relay.last.end();
    await settle();
    assert.equal(seen.ends.length, 1);
    assert.equal(connection.state.state, 'waiting');
    clock.advance(limits.reconnectMinMs);
    assert.equal(relay.sockets.length, 2);
    relay.last.accept();
    assert.deepEqual(relay.last.controls, [{ t: 'join', v: 1, host: hostId, ticket: 'renewed' }]);
    connection.dispose();
    connection.dispose();
    host.close();
    await settle();
    assert.equal(clock.pending, 0);
    assert.ok(relay.sockets.every((socket) => socket.closed));
  });

  it('C25: waits longer each time, with full jitter, up to the bound; a welcome begins anew', async () => {
    const { connection, relay, clock, goLive } = start();
    const waits: number[] = [];
    for (let i = 0; i < 10; i++) {
      relay.last.end();
      assert.ok(connection.state.state === 'waiting');
      assert.equal(connection.state.error.code, 'relay_unreachable');
      waits.push(connection.state.until - clock.now());
      clock.advance(waits.at(-1)!);
    }
    const doubling = waits.map((_, i) => Math.min(limits.reconnectMaxMs, limits.reconnectMinMs * 2 ** i));
    assert.deepEqual(waits, doubling);
    await goLive();
    relay.last.end();
    assert.ok(connection.state.state === 'waiting');
    assert.equal(connection.state.until - clock.now(), limits.reconnectMinMs);
    connection.dispose();

    const jittered = start(0.1);
    jittered.relay.last.end(closeCodes.unauthorized.code);
    const { state } = jittered.connection;
    assert.ok(state.state === 'waiting');
    assert.equal(state.until - jittered.clock.now(), limits.reconnectMaxMs / 10);
    assert.equal(state.error.code, 'relay_refused');
    jittered.connection.dispose();
  });

  it('C25: says that the computer is away and since when, keeps the socket, and is live when it is back', async () => {
    const { connection, relay, clock, goLive } = start();
    const host = await goLive();
    const left = clock.now();
    relay.last.say({ t: 'away' });
    await settle();
    assert.deepEqual(connection.state, { state: 'hostAway', since: left });
    clock.advance(5_000);
    relay.last.say({ t: 'away' });
    assert.deepEqual(connection.state, { state: 'hostAway', since: left });
    host.close();
    const again = await goLive();
    assert.equal(relay.sockets.length, 1);
    // The host came back before the relay noticed that it was gone.
    const third = await goLive();
    assert.equal(relay.sockets.length, 1);
    assert.notEqual(again, third);
    connection.dispose();
  });

  it('C25: a channel that the host ends, a host that is silent or another one is tried again', async () => {
    const ended = start();
    (await ended.goLive()).close({ code: 'host_offline', message: 'stopped', next: '' });
    await settle();
    assert.equal(errorOf(ended.connection.state), 'host_offline');
    ended.clock.advance(limits.reconnectMinMs);
    await ended.goLive();
    ended.connection.dispose();

    const silent = start();
    const host = await silent.accept(silent.relay.connect());
    await pass(silent.clock, limits.handshakeMs);
    assert.equal(errorOf(silent.connection.state), 'host_offline');
    host.close();
    silent.connection.dispose();

    const foreign = start();
    foreign.relay.connect().send(new Uint8Array(48));
    await until(() => foreign.connection.state.state === 'waiting');
    assert.equal(errorOf(foreign.connection.state), 'handshake_failed');
    foreign.connection.dispose();
    await settle();
    for (const { clock } of [ended, silent, foreign]) assert.equal(clock.pending, 0);
  });

  it('C26: wake() connects at once when waiting, probes when live or away, and replaces a stuck attempt', async () => {
    const { connection, relay, clock, goLive } = start();
    relay.last.end();
    connection.wake();
    assert.deepEqual([relay.sockets.length, connection.state.state], [2, 'connecting']);
    connection.wake();
    assert.equal(relay.sockets.length, 2);
    clock.advance(limits.probeTimeoutMs);
    connection.wake();
    assert.equal(relay.sockets.length, 3);
    assert.ok(relay.sockets[1]!.closed);
    const host = await goLive();
    connection.wake();
    await pass(clock, limits.probeTimeoutMs, 500);
    assert.equal(connection.state.state, 'live');
    // The network is gone without a word.
    relay.last.send = () => {};
    connection.wake();
    await pass(clock, limits.probeTimeoutMs, 500);
    assert.equal(errorOf(connection.state), 'heartbeat_missed');
    host.close();
    connection.wake();
    relay.last.accept();
    relay.last.say({ t: 'away' });
    connection.wake();
    clock.advance(limits.probeTimeoutMs);
    assert.equal(errorOf(connection.state), 'relay_unreachable');
    connection.dispose();
    connection.wake();
    await settle();
    assert.equal(clock.pending, 0);
  });

  it('C27: only a sealed revocation, an unknown device or another version stops it for good', async () => {
    const cases: [string, (host: AcceptedTransport) => void][] = [
      ['device_revoked', (host) => host.sendControl({ type: 'revoked' })],
      ['device_unknown', (host) => host.close({ code: 'device_unknown', message: 'm', next: 'n' })],
      ['version_mismatch', (host) => host.sendControl({ ...welcome, protocol: PROTOCOL + 1 })],
    ];
    for (const [code, act] of cases) {
      for (const wasLive of [false, true]) {
        const { connection, relay, clock, accept, goLive, welcomes } = start();
        const host = wasLive ? await goLive() : await accept(relay.connect());
        act(host);
        host.close();
        await until(() => connection.state.state === 'stopped');
        assert.equal(errorOf(connection.state), code);
        assert.equal(welcomes.length, wasLive ? 1 : 0);
        connection.wake();
        await pass(clock, 60_000, 20_000);
        assert.equal(relay.sockets.length, 1);
        assert.equal(clock.pending, 0);
      }
    }
  });

  it('C27: an unsealed word of another version is believed when it comes again and again', async () => {
    const { connection, relay, clock, goLive } = start();
    const refuse = async () => {
      const link = relay.connect();
      await settle();
      link.send(refusal);
      await until(() => connection.state.state === 'waiting' || connection.state.state === 'stopped');
      return connection.state.state;
    };
    const again = () => {
      assert.ok(connection.state.state === 'waiting');
      clock.advance(connection.state.until - clock.now());
    };
    for (let i = 1; i < limits.otherVersionWords; i++) {
      assert.equal(await refuse(), 'waiting');
      again();
    }
    // A host that had just come back: the next handshake is answered.
    (await goLive()).close();
    await until(() => connection.state.state === 'waiting');
    for (let i = 1; i < limits.otherVersionWords; i++) {
      again();
      assert.equal(await refuse(), 'waiting');
    }
    again();
    assert.equal(await refuse(), 'stopped');
    assert.equal(errorOf(connection.state), 'version_mismatch');
    connection.dispose();
  });

  it('C27: nothing that a relay can say makes it stop, but another version', async () => {
    for (const { code } of Object.values(closeCodes)) {
      const { connection, relay } = start();
      relay.last.end(code);
      const expected = code === closeCodes.versionMismatch.code ? 'stopped' : 'waiting';
      assert.equal(connection.state.state, expected);
      connection.dispose();
    }
  });
});
