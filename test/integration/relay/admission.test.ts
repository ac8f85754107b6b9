/** Who gets in at a real relay, as what, and who does not. */
import assert from 'node:assert/strict';
import { SignJWT } from 'jose';
import { limits } from '../../../src/protocol/limits.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { Bench, makeIdentity, randomId, until, type Identity } from './kit.ts';

describe('relay: admission', function () {
  this.timeout(90_000);
  const bench = new Bench();
  let identity: Identity;
  let other: Identity;
  before(async () => {
    identity = await makeIdentity();
    other = await makeIdentity();
  });
  afterEach(() => bench.end());

  it('R1: a host that signs nonce and origin is admitted under its key’s thumbprint', async () => {
    const relay = await bench.relay();
    const host = await bench.knockingHost(relay, identity);
    assert.deepEqual(await host.take('admitted'), { t: 'admitted', host: identity.hostId });
    assert.equal(relay.stats.hosts, 1);
  });

  it('R1: a wrong signature is unauthorized', async () => {
    const relay = await bench.relay();
    const mixed = await bench.knockingHost(relay, {
      ...identity,
      async sign(nonce, origin) {
        const [head, body] = (await identity.sign(nonce, origin)).split('.');
        const [, , signature] = (await other.sign(nonce, origin)).split('.');
        return [head, body, signature].join('.');
      },
    });
    assert.equal(await mixed.end(), 'unauthorized');
    for (const proof of ['', 'a.b.c', await identity.ticket(60)]) {
      const host = await bench.knockingHost(relay, { ...identity, sign: async () => proof });
      assert.equal(await host.end(), 'unauthorized');
    }
  });

  it('R2: a replayed nonce is unauthorized', async () => {
    const relay = await bench.relay();
    const first = bench.probe(`${relay.url}v1/host`);
    const { nonce } = await first.take('challenge');
    const second = await bench.knockingHost(relay, identity, { nonce: String(nonce) });
    assert.equal(await second.end(), 'unauthorized');
  });

  it('R2: a proof made for another relay is unauthorized', async () => {
    const relay = await bench.relay({ publicUrl: 'https://relay.test' });
    const at = { url: `http://127.0.0.1:${relay.port}/` };
    for (const origin of ['https://evil.test', `http://127.0.0.1:${relay.port}`, 'nonsense']) {
      assert.equal(await (await bench.knockingHost(at, identity, { origin })).end(), 'unauthorized');
    }
    const host = await bench.knockingHost(at, identity, { origin: 'https://relay.test' });
    await host.take('admitted');
  });

  it('R3: a relay with a registration token wants it', async () => {
    const relay = await bench.relay({ registrationToken: 'sesame' });
    for (const registration of [undefined, '', 'Sesame', 'sesame ']) {
      const more = registration === undefined ? {} : { registration };
      const host = await bench.knockingHost(relay, identity, more);
      assert.equal(await host.end(), 'unauthorized');
      assert.match(host.reason, /registration/);
    }
    const host = await bench.knockingHost(relay, identity, { registration: 'sesame' });
    await host.take('admitted');
  });

  it('R4: an embedded relay is for one host', async () => {
    const relay = await bench.relay({ mode: 'embedded', onlyHost: identity.hostId });
    assert.equal(await (await bench.knockingHost(relay, other)).end(), 'unauthorized');
    await bench.host(relay, identity);
    const ticket = await other.ticket(60);
    assert.equal(await (await bench.device(relay, other.hostId, { ticket })).end(), 'unauthorized');
    const slot = randomId();
    assert.equal(await (await bench.device(relay, other.hostId, { slot })).end(), 'unauthorized');
    const device = await bench.device(relay, identity.hostId, { ticket: await identity.ticket(60) });
    await device.take('open');
  });

  it('R5: a device joins by an open slot, R6: until that is closed', async () => {
    const relay = await bench.relay();
    const host = await bench.host(relay, identity);
    const slot = randomId();
    host.send({ t: 'slot', id: slot, ms: 60_000 });
    const device = await bench.device(relay, identity.hostId, { slot });
    await device.take('open');
    const opened = await host.take('opened');
    assert.deepEqual([opened.admission, opened.slot], ['slot', slot]);
    host.send({ t: 'unslot', id: slot });
    // Answered, so what was sent before was obeyed.
    host.send({ t: 'drop', channel: randomId() });
    await host.take('closed');
    assert.equal(await (await bench.device(relay, identity.hostId, { slot })).end(), 'slotUnknown');
    assert.equal(device.ended, undefined);
  });

  it('R6: a slot ends by its time and with its host', async () => {
    const clock = new FakeClock(Date.now());
    const relay = await bench.relay({ clock });
    const host = await bench.host(relay, identity);
    const [short, long] = [randomId(), randomId()];
    host.send({ t: 'slot', id: short, ms: 1 });
    host.send({ t: 'slot', id: long, ms: 60_000 });
    host.send({ t: 'drop', channel: randomId() });
    await host.take('closed');
    clock.advance(1);
    assert.equal(await (await bench.device(relay, identity.hostId, { slot: short })).end(), 'slotUnknown');
    await host.close();
    await until('no host', () => relay.stats.hosts === 0);
    assert.equal(await (await bench.device(relay, identity.hostId, { slot: long })).end(), 'slotUnknown');
  });

  it('R5: a device joins by ticket, valid or expired, and says which', async () => {
    const relay = await bench.relay();
    const host = await bench.host(relay, identity);
    for (const [seconds, admission] of [
      [60, 'ticket'],
      [-60, 'expired'],
    ] as const) {
      const ticket = await identity.ticket(seconds);
      const device = await bench.device(relay, identity.hostId, { ticket });
      await device.take('open');
      assert.equal((await host.take('opened')).admission, admission);
    }
  });

  it('R5: forged, foreign and misused tickets are unauthorized', async () => {
    const relay = await bench.relay();
    await bench.host(relay, identity);
    const foreign = await other.ticket(60);
    const claimed = await new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA', jwk: identity.jwk })
      .setExpirationTime('1h')
      .sign(other.key);
    const eternal = await new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA', jwk: identity.jwk })
      .sign(identity.key);
    const [head] = (await identity.ticket(60)).split('.');
    const none = `${Buffer.from(JSON.stringify({ alg: 'none', jwk: identity.jwk })).toString('base64url')}.e30.`;
    const proof = await identity.sign('nonce', 'origin');
    for (const ticket of [foreign, claimed, eternal, `${head}.e30.AAAA`, none, proof, 'x', '']) {
      const device = await bench.device(relay, identity.hostId, { ticket });
      assert.equal(await device.end(), 'unauthorized', ticket);
    }
    // A slot does not heal a forged ticket.
    const both = { slot: randomId(), ticket: foreign };
    assert.equal(await (await bench.device(relay, identity.hostId, both)).end(), 'unauthorized');
    assert.equal(await (await bench.device(relay, identity.hostId, {})).end(), 'unauthorized');
  });

  it('R7: strangers are few per host', async () => {
    const relay = await bench.relay();
    const host = await bench.host(relay, identity);
    const slot = randomId();
    host.send({ t: 'slot', id: slot, ms: 60_000 });
    for (let i = 0; i < limits.relayStrangersPerHost; i++) {
      await (await bench.device(relay, identity.hostId, { slot })).take('open');
    }
    assert.equal(await (await bench.device(relay, identity.hostId, { slot })).end(), 'limited');
    const ticket = await identity.ticket(60);
    await (await bench.device(relay, identity.hostId, { ticket })).take('open');
  });

  it('R19: a host opens no more slots than its limit', async () => {
    const relay = await bench.relay();
    const host = await bench.host(relay, identity);
    for (let i = 0; i <= limits.relaySlotsPerHost; i++) host.send({ t: 'slot', id: randomId(), ms: 60_000 });
    assert.equal(await host.end(), 'limited');
  });

  it('R8: another envelope version is told so', async () => {
    const relay = await bench.relay();
    const device = bench.probe(`${relay.url}v1/device`);
    await until('open', () => device.ws.readyState === 1);
    device.send({ t: 'join', v: 2, host: identity.hostId });
    assert.equal(await device.end(), 'versionMismatch');
    const host = bench.probe(`${relay.url}v1/host`);
    await host.take('challenge');
    host.send({ t: 'admit', v: 2, proof: '' });
    assert.equal(await host.end(), 'versionMismatch');
  });
});
