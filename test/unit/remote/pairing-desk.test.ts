/** Pairing: one invite, one device, six digits on both screens, and no for an answer by default. */
import assert from 'node:assert/strict';
import { newSecret, slotOf } from '../../../src/channel/invite.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { PROTOCOL } from '../../../src/protocol/version.ts';
import { hostKit, until, type HostKit } from './host-kit.ts';

describe('remote/pairing-desk', function () {
  this.timeout(60_000);
  let kit: HostKit;
  beforeEach(async () => {
    kit = await hostKit();
  });
  afterEach(() => kit.dispose());

  it('D30: the whole story: invite, hello, the same digits on both sides, allow, connect', async () => {
    const { secret, expiresAt } = kit.desk.createInvite();
    assert.equal(secret.length, 16);
    assert.equal(expiresAt, kit.clock.now() + limits.inviteMs);
    assert.deepEqual([...kit.slots], [slotOf(secret)]);
    const phone = kit.phone();
    await phone.pair(secret);
    const request = await kit.request();
    assert.match(request.code, /^\d{6}$/);
    assert.equal(request.code, phone.transport?.digits);
    assert.deepEqual([request.device, request.scope, request.protectedPage], ['Pixel 9', 'control', true]);
    assert.equal(kit.desk.invite, undefined);
    await kit.desk.decide(request.id, true);
    const paired = await phone.hears('paired');
    assert.deepEqual([paired.scope, paired.hostName], ['control', 'workstation']);
    assert.deepEqual(kit.desk.requests, []);
    await phone.connect();
    const welcome = await phone.hears('welcome');
    assert.equal(welcome.scope, 'control');
    assert.notEqual(welcome.ticket, paired.ticket);
  });

  it('D31: a request counts when the first transport message decrypted, and shows with its hello', async () => {
    const { secret } = kit.desk.createInvite();
    const phone = kit.phone();
    await phone.pairSilently(secret);
    await until(() => kit.desk.invite === undefined, 'the use to count');
    assert.deepEqual(kit.desk.requests, []);
    // Without a hello the invite is free again.
    await kit.pass(limits.handshakeMs);
    await phone.ends();
    await until(() => kit.desk.invite !== undefined, 'the invite to be open again');
  });

  it('D32: a wrong secret fails the handshake, is told nothing, and leaves the invite as it was', async () => {
    const { secret } = kit.desk.createInvite();
    const stranger = kit.phone();
    await assert.rejects(stranger.pair(newSecret(), {}, slotOf(secret)), { code: 'handshake_failed' });
    await assert.rejects(kit.phone().pair(newSecret()), { code: 'handshake_failed' });
    assert.equal(stranger.link?.closed, true);
    assert.deepEqual([kit.desk.requests, kit.notices, kit.devices.all], [[], [], []]);
    assert.deepEqual(kit.desk.invite?.secret, secret);
  });

  it('D33: denied: the device is told, the invite is used up', async () => {
    const { secret } = kit.desk.createInvite();
    const phone = kit.phone();
    await phone.pair(secret);
    await kit.desk.decide((await kit.request()).id, false);
    assert.equal((await phone.hears('denied')).code, 'pairing_denied');
    assert.deepEqual(kit.devices.all, []);
    const again = kit.phone();
    await again.pair(secret);
    assert.equal((await again.hears('denied')).code, 'invite_used');
  });

  it('D33: nobody answers: denied', async () => {
    const { secret } = kit.desk.createInvite();
    const phone = kit.phone();
    await phone.pair(secret);
    await kit.request();
    await kit.pass(limits.pairingDecisionMs);
    assert.equal((await phone.hears('denied')).code, 'pairing_denied');
    assert.deepEqual(kit.desk.requests, []);
    assert.deepEqual(kit.devices.all, []);
  });

  it('D33: a decision comes once', async () => {
    const { secret } = kit.desk.createInvite();
    await kit.phone().pair(secret);
    const { id } = await kit.request();
    const first = kit.desk.decide(id, true);
    await assert.rejects(kit.desk.decide(id, false), { code: 'pairing_denied' });
    await first;
    assert.equal(kit.devices.all.length, 1);
  });

  it('D34: used: refused, and the desk hears of it once', async () => {
    const { secret } = kit.desk.createInvite();
    await kit.phone().pair(secret);
    await kit.desk.decide((await kit.request()).id, true);
    for (let i = 0; i < 2; i++) {
      const late = kit.phone();
      await late.pair(secret);
      assert.equal((await late.hears('denied')).code, 'invite_used');
    }
    assert.deepEqual(
      kit.notices.map(({ code }) => code),
      ['invite_used'],
    );
    assert.equal(kit.devices.all.length, 1);
  });

  it('D35: expired: a device that the relay let in too late is told', async () => {
    const { secret } = kit.desk.createInvite();
    let changes = 0;
    kit.desk.onChange(() => changes++);
    kit.clock.advance(limits.inviteMs);
    assert.equal(kit.desk.invite, undefined);
    assert.equal(changes, 1);
    const phone = kit.phone();
    await phone.pair(secret);
    assert.equal((await phone.hears('denied')).code, 'invite_expired');
    assert.deepEqual(kit.desk.requests, []);
  });

  it('D36: a second device while one is pending voids both and warns', async () => {
    const { secret } = kit.desk.createInvite();
    const [one, two, three] = [kit.phone(), kit.phone(), kit.phone()];
    await one.pair(secret);
    const { id } = await kit.request();
    await two.pair(secret);
    assert.equal((await one.hears('denied')).code, 'invite_contested');
    assert.equal((await two.hears('denied')).code, 'invite_contested');
    assert.deepEqual(
      kit.notices.map(({ severity, code }) => `${severity} ${code}`),
      ['warning invite_contested'],
    );
    await assert.rejects(kit.desk.decide(id, true), { code: 'pairing_denied' });
    await three.pair(secret);
    assert.equal((await three.hears('denied')).code, 'invite_contested');
    assert.deepEqual(kit.devices.all, []);
  });

  it('D36: also before the first one has said hello', async () => {
    const { secret } = kit.desk.createInvite();
    const [one, two] = [kit.phone(), kit.phone()];
    await one.pairSilently(secret);
    await until(() => kit.desk.invite === undefined, 'the first use');
    await two.pair(secret);
    assert.equal((await one.hears('denied')).code, 'invite_contested');
    assert.equal((await two.hears('denied')).code, 'invite_contested');
    assert.deepEqual(kit.desk.requests, []);
  });

  it('D37: the same device again (its network changed) takes the place of its own request', async () => {
    const { secret } = kit.desk.createInvite();
    const phone = kit.phone();
    await phone.pair(secret);
    const first = await kit.request();
    await phone.pair(secret);
    await until(
      () => kit.desk.requests[0]?.id !== first.id && kit.desk.requests.length === 1,
      'the new request',
    );
    assert.deepEqual(kit.notices, []);
    assert.equal(kit.desk.requests[0]?.code, phone.transport?.digits);
    await kit.desk.decide(kit.desk.requests[0]!.id, true);
    await phone.hears('paired');
  });

  it('D37: a device that leaves before the decision takes its request along; the invite stays open', async () => {
    const { secret } = kit.desk.createInvite();
    const phone = kit.phone();
    await phone.pair(secret);
    const { id } = await kit.request();
    phone.link?.close();
    await until(() => kit.desk.requests.length === 0, 'the request to go');
    await assert.rejects(kit.desk.decide(id, true), { code: 'pairing_denied' });
    assert.deepEqual(kit.desk.invite?.secret, secret);
    await kit.phone().pair(secret);
    await kit.request();
  });

  it('D37: not for ever: after some attempts the invite is void', async () => {
    const { secret } = kit.desk.createInvite();
    for (let i = 0; i < limits.inviteAttempts; i++) {
      const phone = kit.phone();
      await phone.pair(secret);
      await kit.request();
      phone.transport?.close();
      await until(() => kit.desk.requests.length === 0, 'the request to go');
    }
    const last = kit.phone();
    await last.pair(secret);
    assert.equal((await last.hears('denied')).code, 'invite_expired');
    assert.equal(kit.desk.invite, undefined);
  });

  it('D38: the scope: what is asked, at most answer without a protected page, and the desk has the last word', async () => {
    const cases = [
      {
        hello: { scope: 'control', protectedPage: true },
        shown: 'control',
        given: undefined,
        got: 'control',
      },
      { hello: { scope: 'answer', protectedPage: true }, shown: 'answer', given: undefined, got: 'answer' },
      { hello: { scope: 'control', protectedPage: false }, shown: 'answer', given: undefined, got: 'answer' },
      { hello: { scope: 'answer', protectedPage: false }, shown: 'answer', given: 'control', got: 'control' },
      { hello: { scope: 'control', protectedPage: true }, shown: 'control', given: 'view', got: 'view' },
    ] as const;
    for (const { hello, shown, given, got } of cases) {
      const { secret } = kit.desk.createInvite();
      const phone = kit.phone();
      await phone.pair(secret, hello);
      const request = await kit.request();
      assert.equal(request.scope, shown);
      await kit.desk.decide(request.id, true, given);
      assert.equal((await phone.hears('paired')).scope, got);
      const device = kit.devices.all.at(-1);
      assert.equal(device?.scope, got);
      assert.equal(device.ephemeral, !hello.protectedPage);
    }
  });

  it('D38, D14: a page at an address that is not protected cannot say that it is', async () => {
    const lan = await hostKit({ protectedPage: false });
    try {
      const { secret } = lan.desk.createInvite();
      await lan.phone().pair(secret, { scope: 'control', protectedPage: true });
      const request = await lan.request();
      assert.deepEqual([request.scope, request.protectedPage], ['answer', false]);
      await lan.desk.decide(request.id, true);
      assert.equal(lan.devices.all[0]?.ephemeral, true);
    } finally {
      lan.dispose();
    }
  });

  it('D39: the name at the desk is made safe', async () => {
    const { secret } = kit.desk.createInvite();
    await kit.phone().pair(secret, { name: 'Pixel\u202e\n9' });
    assert.equal((await kit.request()).device, 'Pixel 9');
  });

  it('D40: another protocol is told which side to update, and does not use up the invite', async () => {
    const { secret } = kit.desk.createInvite();
    const phone = kit.phone();
    await phone.pair(secret, { protocol: PROTOCOL + 1 });
    assert.equal(await phone.ends(), 'version_mismatch');
    await until(() => kit.desk.invite !== undefined, 'the invite to be open again');
    assert.deepEqual(kit.desk.requests, []);
  });

  it('D41: a new invite voids the open one; one that is taken back is refused', async () => {
    const first = kit.desk.createInvite();
    const second = kit.desk.createInvite();
    assert.deepEqual([...kit.slots], [slotOf(second.secret)]);
    const phone = kit.phone();
    await phone.pair(first.secret);
    assert.equal((await phone.hears('denied')).code, 'invite_expired');
    kit.desk.closeInvite();
    assert.equal(kit.desk.invite, undefined);
    assert.deepEqual([...kit.slots], []);
  });

  it('D41: a request that waits survives a new invite', async () => {
    const first = kit.desk.createInvite();
    const phone = kit.phone();
    await phone.pair(first.secret);
    const { id } = await kit.request();
    for (let i = 0; i < 2 * limits.openInvites; i++) kit.desk.createInvite();
    assert.ok(kit.slots.size <= limits.openInvites);
    assert.ok(kit.desk.invite);
    await kit.desk.decide(id, true);
    await phone.hears('paired');
  });

  it('D42: a full list refuses before anyone scans, and at the decision', async () => {
    const { secret } = kit.desk.createInvite();
    const phone = kit.phone();
    await phone.pair(secret);
    const { id } = await kit.request();
    for (let n = 0; n < limits.devices; n++) {
      await kit.devices.add({
        ...{ key: new Uint8Array(32).fill(n), name: `${n}`, scope: 'view' },
        ...{ protectedPage: false, ephemeral: true },
      });
    }
    assert.throws(() => kit.desk.createInvite(), { code: 'pairing_denied' });
    await assert.rejects(kit.desk.decide(id, true), { code: 'pairing_denied' });
    assert.equal((await phone.hears('denied')).code, 'pairing_denied');
  });

  it('D43: stop denies what waits and closes the slots', async () => {
    const { secret } = kit.desk.createInvite();
    const phone = kit.phone();
    await phone.pair(secret);
    await kit.request();
    kit.desk.createInvite();
    kit.desk.dispose();
    kit.desk.dispose();
    assert.equal((await phone.hears('denied')).code, 'pairing_denied');
    assert.deepEqual(kit.devices.all, []);
  });
});
