/** Pairing from the device's side, over a fake relay and a real channel. */
import assert from 'node:assert/strict';
import type { ControlMessage } from '../../../src/channel/control.ts';
import { newSecret, pskOf, slotOf } from '../../../src/channel/invite.ts';
import { pairDevice } from '../../../src/channel/pair.ts';
import { acceptSecure } from '../../../src/channel/secure-transport.ts';
import { closeCodes } from '../../../src/protocol/envelope.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { FakeClock, until } from '../../support/fake-clock.ts';
import { FakeRelay } from './fake-relay.ts';
import { deviceKeys, hostId, hostKeys, pass, settle, watch } from './secure-pair.ts';

function start(signal?: AbortSignal) {
  const clock = new FakeClock();
  const relay = new FakeRelay();
  const invite = { hostId, hostKey: hostKeys.publicKey, secret: newSecret(), relay: 'https://r.test/' };
  const digits: string[] = [];
  const result = pairDevice({
    ...{ invite, keyPair: deviceKeys, name: 'Pixel', scope: 'control', protectedPage: true, clock },
    ...{ onDigits: (text) => digits.push(text), openWebSocket: relay.openWebSocket },
    ...(signal ? { signal } : {}),
  });
  // Its outcome is looked at later.
  result.catch(() => {});
  const accept = async () => {
    const psk = pskOf(invite.secret);
    const host = await acceptSecure(relay.connect(), { hostId, keyPair: hostKeys, psk, clock });
    const seen = watch(host);
    await until(() => seen.controls.length === 1, 'hello');
    return { host, seen };
  };
  return { clock, relay, invite, digits, result, accept };
}

/** After pairing, however it went, nothing stays open. */
async function assertClean({ clock, relay }: ReturnType<typeof start>): Promise<void> {
  await settle();
  assert.ok(relay.sockets.every((socket) => socket.closed));
  assert.equal(clock.pending, 0);
}

describe('C28: pairing', () => {
  it('C28: joins by the slot, shows the digits of the desk, says hello, and gets a ticket', async () => {
    const flow = start();
    const { host, seen } = await flow.accept();
    assert.equal(flow.relay.last.controls[0]?.t, 'join');
    assert.deepEqual(flow.relay.last.controls[0], {
      t: 'join',
      v: 1,
      host: hostId,
      slot: slotOf(flow.invite.secret),
    });
    assert.equal(host.purpose, 'pair');
    assert.deepEqual(flow.digits, [host.digits]);
    const hello = seen.controls[0]!;
    assert.ok(hello.type === 'hello');
    assert.deepEqual([hello.name, hello.scope, hello.protectedPage], ['Pixel', 'control', true]);
    host.sendControl({ type: 'paired', ticket: 'jwt', scope: 'answer', hostName: 'desk' });
    assert.deepEqual(await flow.result, { ticket: 'jwt', scope: 'answer', hostName: 'desk' });
    await assertClean(flow);
    assert.deepEqual(seen.ends, [undefined]);
  });

  it('C28: each refusal of the host has its code', async () => {
    const said: ControlMessage[] = [
      ...(['pairing_denied', 'invite_expired', 'invite_used', 'invite_contested'] as const).map(
        (code) => ({ type: 'denied', code }) as const,
      ),
      { type: 'closing', code: 'version_mismatch', message: 'm', next: 'n' },
    ];
    for (const message of said) {
      const flow = start();
      const { host } = await flow.accept();
      host.sendControl(message);
      host.close();
      assert.ok('code' in message);
      await assert.rejects(flow.result, { code: message.code });
      await assertClean(flow);
    }
  });

  it('C28: a relay that refuses or is down, a host that is away, gone or not the one, have theirs', async () => {
    const cases: [string, (flow: ReturnType<typeof start>) => unknown][] = [
      ['invite_expired', ({ relay }) => relay.last.end(closeCodes.slotUnknown.code)],
      ['relay_unreachable', ({ relay }) => relay.last.end()],
      ['relay_limit', ({ relay }) => relay.last.end(closeCodes.limited.code)],
      ['relay_unreachable', ({ clock }) => clock.advance(limits.relayHelloMs)],
      [
        'host_offline',
        ({ relay }) => {
          relay.last.accept();
          relay.last.say({ t: 'away' });
        },
      ],
      ['handshake_failed', ({ relay }) => relay.connect().send(new Uint8Array(48))],
      ['handshake_failed', ({ relay }) => relay.connect().close()],
      ['closed', async ({ accept, relay }) => void (await accept(), relay.last.end())],
    ];
    for (const [code, act] of cases) {
      const flow = start();
      await act(flow);
      await assert.rejects(flow.result, (error: { code: string }) => {
        // The socket's own reason may come first.
        assert.ok(
          error.code === code || (code === 'closed' && error.code === 'relay_unreachable'),
          error.code,
        );
        return true;
      });
      await assertClean(flow);
    }
  });

  it('C28: nobody decides, or the user gives up', async () => {
    const forgotten = start();
    await forgotten.accept();
    await pass(forgotten.clock, limits.pairingDecisionMs);
    await assert.rejects(forgotten.result, { code: 'invite_expired' });
    await assertClean(forgotten);

    const controller = new AbortController();
    const stopped = start(controller.signal);
    const { seen } = await stopped.accept();
    controller.abort();
    await assert.rejects(stopped.result, { code: 'closed' });
    await assertClean(stopped);
    assert.equal(seen.ends.length, 1);

    const early = start(controller.signal);
    await assert.rejects(early.result, { code: 'closed' });
    assert.equal(early.relay.sockets.length, 0);
  });
});
