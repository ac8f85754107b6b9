/** However long and however it comes: an outage or a sleep ends, and the connection is back by itself. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { keepConnected, type ReconnectingConnection } from '../../../src/channel/reconnect.ts';
import { acceptSecure, type AcceptedTransport } from '../../../src/channel/secure-transport.ts';
import { watchSleep } from '../../../src/channel/sleep-watch.ts';
import { closeCodes } from '../../../src/protocol/envelope.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { PROTOCOL } from '../../../src/protocol/version.ts';
import { FakeClock, until } from '../../support/fake-clock.ts';
import { FakeRelay } from './fake-relay.ts';
import { deviceKeys, hostId, hostKeys, pass, settle } from './secure-pair.ts';

const hour = 3_600_000;
/** Read anew each time. */
const named = ({ state }: ReconnectingConnection): string => state.state;

function start() {
  const clock = new FakeClock();
  const relay = new FakeRelay();
  const connection = keepConnected({
    ...{ relay: 'https://r.test/', hostId, hostKey: hostKeys.publicKey, keyPair: deviceKeys },
    ...{ ticket: 'stored', clock, openWebSocket: relay.openWebSocket },
  });
  let tries = 0;
  const longest = { wait: 0 };

  /** Every try fails by this code for so long; the relay says nothing else. */
  const outage = (ms: number, code: number): void => {
    const end = clock.now() + ms;
    while (clock.now() < end) {
      const { state } = connection;
      if (state.state === 'waiting') {
        const wait = state.until - clock.now();
        longest.wait = Math.max(longest.wait, wait);
        clock.advance(Math.max(1, wait));
        continue;
      }
      tries++;
      relay.last.end(code);
      relay.sockets.length = 0;
    }
  };
  const goLive = async (): Promise<AcceptedTransport> => {
    const host = await acceptSecure(relay.connect(), { hostId, keyPair: hostKeys, clock });
    host.trust();
    host.sendControl({
      ...{ type: 'welcome', ticket: 'renewed', scope: 'control', hostName: 'desk' },
      ...{ protocol: PROTOCOL, build: 'b' },
    });
    await until(() => connection.state.state === 'live', 'live');
    return host;
  };
  /** As long as nobody is told: what is due happens. */
  const back = async (): Promise<AcceptedTransport> => {
    if (connection.state.state === 'waiting') {
      const { until: at } = connection.state;
      assert.ok(at - clock.now() <= limits.reconnectMaxMs);
      clock.advance(at - clock.now());
    }
    return goLive();
  };
  return { clock, relay, connection, outage, goLive, back, longest, tries: () => tries };
}

const transient = Object.values(closeCodes)
  .map(({ code }) => code as number)
  .filter((code) => code !== closeCodes.versionMismatch.code);

describe('C31: outages', function () {
  this.timeout(30_000);

  it('C31: days of an outage end nothing: tried at most every reconnectMaxMs, and back at the next try', async () => {
    const { clock, connection, outage, goLive, back, longest, tries } = start();
    await goLive();
    outage(72 * hour, 1006);
    assert.ok(longest.wait <= limits.reconnectMaxMs);
    // Full jitter waits half of the longest on average.
    assert.ok(tries() > 12_000 && tries() < 24_000, String(tries()));
    assert.ok(clock.pending <= 3, String(clock.pending));
    const host = await back();
    connection.dispose();
    host.close();
    await settle();
    assert.equal(clock.pending, 0);
  });

  it('C31: any mix of outages, refusals, an absent computer, sleeps and a clock that is set ends live', async () => {
    const event = fc.oneof(
      fc.record({
        kind: fc.constant('outage' as const),
        ms: fc.integer({ min: 1, max: 2 * hour }),
        code: fc.constantFrom(1006, 1011, ...transient),
      }),
      fc.record({ kind: fc.constant('sleep' as const), ms: fc.integer({ min: -hour, max: 80 * 24 * hour }) }),
      fc.record({ kind: fc.constant('away' as const), ms: fc.integer({ min: 1, max: limits.relayPingMs }) }),
      fc.constant({ kind: 'wake' as const }),
      fc.constant({ kind: 'live' as const }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 12 }), async (events) => {
        const { clock, relay, connection, outage, back } = start();
        const hosts: AcceptedTransport[] = [];
        for (const one of events) {
          if (one.kind === 'outage') outage(one.ms, one.code);
          else if (one.kind === 'wake') connection.wake();
          else if (one.kind === 'live') hosts.push(await back());
          else if (one.kind === 'sleep') {
            clock.sleep(one.ms);
            await pass(clock, limits.sleepTickMs);
          } else {
            if (connection.state.state === 'waiting') clock.advance(limits.reconnectMaxMs);
            relay.last.accept();
            relay.last.say({ t: 'away' });
            await pass(clock, one.ms);
          }
          assert.notEqual(connection.state.state, 'stopped');
        }
        hosts.push(await back());
        connection.dispose();
        for (const host of hosts) host.close();
        await settle();
        assert.equal(clock.pending, 0);
      }),
      { numRuns: 40 },
    );
  });
});

describe('C32: sleep', () => {
  it('C32: after a sleep it connects at once when it waited, and asks when it was live', async () => {
    const { clock, relay, connection, outage, goLive } = start();
    outage(10 * 60_000, 1006);
    if (connection.state.state === 'connecting') relay.last.end();
    assert.equal(named(connection), 'waiting');
    clock.sleep(8 * hour);
    clock.advance(limits.sleepTickMs);
    assert.equal(named(connection), 'connecting');
    const host = await goLive();
    const lost: string[] = [];
    connection.onState((state) => {
      if (state.state === 'waiting') lost.push(state.error.code);
    });

    // Nobody answers any more, and nobody says so.
    relay.last.send = () => undefined;
    clock.sleep(8 * hour);
    await pass(clock, limits.sleepTickMs + limits.probeTimeoutMs, 1_000);
    assert.match(named(connection), /^(waiting|connecting)$/);
    assert.deepEqual(lost, ['heartbeat_missed']);
    connection.dispose();
    host.close();
    await settle();
    assert.equal(clock.pending, 0);
  });

  it('C32: one that slept while all went well stays as it is', async () => {
    const { clock, connection, goLive } = start();
    const host = await goLive();
    clock.sleep(hour);
    await pass(clock, limits.sleepTickMs + limits.probeTimeoutMs, 500);
    assert.equal(connection.state.state, 'live');
    connection.dispose();
    host.close();
  });

  it('C32: sleeps are noticed within a tick of their end, waking time is not', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.integer({ min: 1, max: 10 * 60_000 }).map((awake) => ({ awake })),
            fc
              .integer({ min: limits.sleepSlackMs + limits.sleepTickMs, max: 100 * 24 * hour })
              .map((asleep) => ({ asleep })),
          ),
        ),
        (times) => {
          const clock = new FakeClock();
          let woke = 0;
          const watch = watchSleep(clock, () => woke++);
          let sleeps = 0;
          for (const time of times) {
            if ('awake' in time) clock.advance(time.awake);
            else {
              clock.sleep(time.asleep);
              sleeps++;
              clock.advance(limits.sleepTickMs);
            }
            assert.equal(woke, sleeps);
          }
          watch.dispose();
          watch.dispose();
          clock.sleep(hour);
          clock.advance(limits.sleepTickMs);
          assert.deepEqual([woke, clock.pending], [sleeps, 0]);
        },
      ),
    );
  });
});
