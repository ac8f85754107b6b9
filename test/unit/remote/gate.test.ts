/** The gate: who gets in, who is told what, and what strangers can cost. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { limits } from '../../../src/protocol/limits.ts';
import type { Device } from '../../../src/remote/device-list.ts';
import { hostKit, until, type HostKit, type KitPhone } from './host-kit.ts';

describe('remote/gate', function () {
  this.timeout(60_000);
  let kit: HostKit;
  beforeEach(async () => {
    kit = await hostKit();
  });
  afterEach(() => kit.dispose());

  async function known(
    extra: Partial<Pick<Device, 'scope' | 'ephemeral'>> = {},
  ): Promise<[KitPhone, Device]> {
    const phone = kit.phone();
    const device = await kit.devices.add({
      ...{ key: phone.keyPair.publicKey, name: 'Pixel 9', scope: 'control' },
      ...{ protectedPage: !extra.ephemeral, ephemeral: false },
      ...extra,
    });
    return [phone, device];
  }

  it('D50: a known device is welcomed with a fresh ticket and served', async () => {
    const [phone, device] = await known({ scope: 'answer' });
    kit.clock.advance(60_000);
    await phone.connect();
    const first = await phone.hears('welcome');
    assert.deepEqual([first.scope, first.hostName], ['answer', 'workstation']);
    const [connection] = kit.connections;
    assert.ok(connection);
    assert.equal(connection.device.id, device.id);
    assert.ok(kit.gate.isOnline(device.id));
    assert.equal(kit.devices.find(device.id)?.lastSeen, kit.clock.now());
    connection.transport.onMessage((message) =>
      connection.transport.send(message.toUpperCase(), { urgent: true }),
    );
    phone.transport?.send('hello', { urgent: true });
    await until(() => phone.messages.includes('HELLO'), 'the echo');
    await phone.connect();
    await until(() => phone.heard.length === 2, 'the second welcome');
    assert.notEqual((await phone.hears('welcome')).ticket, first.ticket);
  });

  it('D50: an expired ticket or a slot is as good: the key decides, not the relay', async () => {
    const [phone] = await known();
    await phone.connect('expired');
    await phone.hears('welcome');
    const stranger = kit.phone();
    await stranger.connect('ticket');
    assert.equal(await stranger.ends(), 'device_unknown');
  });

  it('D51: an unknown device is told so, sealed, and is not served', async () => {
    const phone = kit.phone();
    await phone.connect();
    assert.equal(await phone.ends(), 'device_unknown');
    assert.deepEqual(
      phone.heard.map(({ type }) => type),
      ['closing'],
    );
    assert.deepEqual(kit.connections, []);
  });

  it('D52: a connected device that is revoked hears it and is out at once', async () => {
    const [phone, device] = await known();
    await phone.connect();
    await phone.hears('welcome');
    const served: string[] = [];
    kit.connections[0]?.transport.onMessage((message) => served.push(message));
    const revoked = kit.devices.revoke(device.id);
    assert.equal(kit.gate.isOnline(device.id), false);
    phone.transport?.send('too late', { urgent: true });
    await revoked;
    await phone.hears('revoked');
    await phone.ends();
    assert.deepEqual(served, []);
  });

  it('D52: a tombstone lets the handshake complete, says revoked, and closes', async () => {
    const [phone, device] = await known();
    await kit.devices.revoke(device.id);
    await phone.connect();
    await phone.hears('revoked');
    assert.equal(await phone.ends(), '');
    assert.deepEqual(kit.connections, []);
  });

  it('D52: revoked during the handshake: out', async () => {
    const [phone, device] = await known();
    const connecting = phone.connect();
    const revoked = kit.devices.revoke(device.id);
    await connecting;
    await revoked;
    await phone.hears('revoked');
    assert.deepEqual(kit.connections, []);
  });

  it('D53: a change of scope or name reaches the live connection', async () => {
    const [phone, device] = await known();
    await phone.connect();
    await phone.hears('welcome');
    const connection = kit.connections[0]!;
    const seen: string[] = [];
    connection.onChange(({ name, scope }) => seen.push(`${name} ${scope}`));
    await kit.devices.setScope(device.id, 'view');
    await kit.devices.rename(device.id, 'Kitchen');
    assert.equal(connection.scope, 'view');
    assert.deepEqual(seen, ['Pixel 9 view', 'Kitchen view']);
  });

  it('D54: online follows the connections', async () => {
    const [phone, device] = await known();
    let changes = 0;
    kit.gate.onOnline(() => changes++);
    await phone.connect();
    await phone.hears('welcome');
    assert.equal(changes, 1);
    phone.link?.close();
    await until(() => !kit.gate.isOnline(device.id), 'the device to be offline');
    assert.equal(changes, 2);
    assert.deepEqual(kit.gate.connections, []);
  });

  it('D54: a device has a bounded number of connections; the next one waits', async () => {
    const [phone] = await known();
    for (let i = 0; i < limits.connectionsPerDevice; i++) {
      await phone.connect();
      await until(() => kit.connections.length === i + 1, 'a connection');
    }
    await phone.connect();
    assert.equal(await phone.ends(), 'closed');
    assert.equal(kit.gate.connections.length, limits.connectionsPerDevice);
  });

  it('D54: a long connection keeps its device from expiring', async () => {
    const [phone, device] = await known();
    await phone.connect();
    await phone.hears('welcome');
    const start = kit.clock.now();
    await kit.pass(limits.rehandshakeMs + 10_000, 5_000);
    assert.ok(kit.gate.isOnline(device.id));
    assert.ok(kit.devices.find(device.id)!.lastSeen > start);
  });

  it('D55: an ephemeral device is forgotten a while after its page left, and at stop', async () => {
    const [phone, device] = await known({ ephemeral: true });
    await phone.connect();
    await phone.hears('welcome');
    phone.link?.close();
    await until(() => !kit.gate.isOnline(device.id), 'the device to be offline');
    kit.clock.advance(limits.ephemeralDeviceMs - 1);
    assert.ok(kit.devices.find(device.id));
    await phone.connect();
    await until(() => kit.gate.isOnline(device.id), 'the device to be back');
    kit.clock.advance(5_000);
    assert.ok(kit.devices.find(device.id));
    phone.link?.close();
    await until(() => !kit.gate.isOnline(device.id), 'the device to be offline');
    kit.clock.advance(limits.ephemeralDeviceMs);
    assert.equal(kit.devices.find(device.id), undefined);
    const [, second] = await known({ ephemeral: true });
    const [, kept] = await known();
    kit.gate.dispose();
    assert.equal(kit.devices.find(second.id), undefined);
    assert.ok(kit.devices.find(kept.id));
  });

  it('D56: stop tells every device and closes every channel', async () => {
    const [phone] = await known();
    await phone.connect();
    await phone.hears('welcome');
    const stranger = kit.channel('ticket');
    kit.gate.dispose();
    kit.gate.dispose();
    assert.equal(await phone.ends(), 'host_offline');
    await until(() => stranger.closed, 'the stranger to be closed');
    assert.deepEqual(kit.gate.connections, []);
  });

  it('D57: strangers are few and have little time; devices with tickets have room of their own', async () => {
    const strangers = Array.from({ length: limits.strangerChannels + 3 }, () => kit.channel('expired'));
    await until(() => strangers.filter(({ closed }) => closed).length === 3, 'three to be refused');
    const [phone] = await known();
    await phone.connect();
    await phone.hears('welcome');
    kit.clock.advance(limits.handshakeMs);
    await until(() => strangers.every(({ closed }) => closed), 'all to be closed');
    await phone.connect('expired');
    await until(() => kit.connections.length === 2, 'room for a stranger again');
  });

  it('D57: whatever a stranger sends, it is closed without a word of plaintext, and the gate still serves', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom('slot', 'ticket', 'expired'),
        async (frames, admission) => {
          const link = kit.channel(admission as 'slot', admission === 'slot' ? 'A'.repeat(22) : undefined);
          const answers: Uint8Array[] = [];
          link.onFrame((frame) => answers.push(frame));
          for (const frame of frames) link.send(frame);
          await until(() => link.closed, 'the link to be closed');
          // At most the one byte that names a version.
          assert.ok(answers.every((answer) => answer.length <= 2));
        },
      ),
      { numRuns: 60 },
    );
    const [phone] = await known();
    await phone.connect();
    await phone.hears('welcome');
  });
});
