/** Pairing and connecting for real: relay, link, gate and desk on one side, the device's own code on the other. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { systemClock, type Clock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { Welcome } from '../../../src/channel/control.ts';
import { decodeInvite, encodeInvite, newSecret, pskOf, slotOf } from '../../../src/channel/invite.ts';
import { generateKeyPair, keyPairFromSecret } from '../../../src/channel/keys.ts';
import { pairDevice, type PairOptions } from '../../../src/channel/pair.ts';
import { keepConnected, type ReconnectingConnection } from '../../../src/channel/reconnect.ts';
import { openRelaySocket } from '../../../src/channel/relay-socket.ts';
import { connectSecure } from '../../../src/channel/secure-transport.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { startRelay, type Relay } from '../../../src/relay/server.ts';
import type { DeviceConnection } from '../../../src/remote/device-connection.ts';
import { DeviceList } from '../../../src/remote/device-list.ts';
import { Gate } from '../../../src/remote/gate.ts';
import { openIdentity, type HostIdentity } from '../../../src/remote/identity.ts';
import { MachineFolder } from '../../../src/remote/machine-folder.ts';
import { PairingDesk, type Notice } from '../../../src/remote/pairing-desk.ts';
import { RelayLink } from '../../../src/remote/relay-link.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { freePort } from '../../support/ports.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { openWebSocket } from '../../support/test-device.ts';
import { eventually } from '../../support/wait.ts';

const soon = (what: string) => ({ what, timeoutMs: 20_000, everyMs: 5 });

/** What a page keeps of a computer. */
class Phone {
  readonly keyPair = generateKeyPair();
  readonly welcomes: Welcome[] = [];
  digits = '';
  ticket = '';
  connection: ReconnectingConnection | undefined;
  readonly states: string[] = [];

  async pair(url: string, options: Partial<PairOptions> = {}) {
    const result = await pairDevice({
      ...{ invite: decodeInvite(url), keyPair: this.keyPair, name: 'Pixel 9', clock: systemClock },
      ...{ scope: 'control', protectedPage: true, openWebSocket },
      onDigits: (digits) => (this.digits = digits),
      ...options,
    });
    this.ticket = result.ticket;
    return result;
  }

  connect(
    relay: string,
    identity: Pick<HostIdentity, 'hostId' | 'noisePublic'>,
    { ticket = this.ticket, clock = systemClock }: { ticket?: string; clock?: Clock } = {},
  ): void {
    this.connection?.dispose();
    const connection = keepConnected({
      ...{ relay, hostId: identity.hostId, hostKey: identity.noisePublic, keyPair: this.keyPair, ticket },
      ...{ clock, openWebSocket },
      onWelcome: (welcome) => {
        this.welcomes.push(welcome);
        this.ticket = welcome.ticket;
      },
    });
    this.connection = connection;
    connection.onState((state) => this.states.push(state.state));
  }

  /** The code it stopped for good with. */
  async stopped(): Promise<string> {
    return await eventually(() => {
      const state = this.connection?.state;
      return state?.state === 'stopped' ? state.error.code : undefined;
    }, soon('the connection to stop for good'));
  }

  async live(): Promise<void> {
    await eventually(() => this.connection?.state.state === 'live', soon('a live connection'));
  }
}

describe('remote: pairing story over a real relay', function () {
  this.timeout(60_000);
  let root: string;
  let relay: Relay;
  let identity: HostIdentity;
  let devices: DeviceList;
  let desk: PairingDesk;
  let gate: Gate;
  let link: RelayLink;
  /** The desk's alone, so that invites can expire without anyone waiting. */
  let deskClock: FakeClock;
  let phones: Phone[];
  let notices: Notice[];
  /** Of a test that plays a hostile relay. */
  let endServer: () => void;
  let connections: DeviceConnection[];

  async function startHost(): Promise<void> {
    const folder = await MachineFolder.open(root);
    identity = await openIdentity(folder);
    devices = await DeviceList.open(folder, systemClock, silentLog);
    link = new RelayLink({
      url: relay.url,
      sign: (nonce, origin) => identity.signAdmission(nonce, origin),
      clock: systemClock,
      log: silentLog,
    });
    deskClock = new FakeClock(Date.now());
    const shared = { identity, devices, hostName: () => 'workstation', log: silentLog };
    desk = new PairingDesk({ ...shared, slots: link, protectedPage: true, clock: deskClock });
    gate = new Gate({
      ...shared,
      ...{ keyPair: keyPairFromSecret(identity.noiseSecret), desk, clock: systemClock },
      onChannel: link.onChannel,
    });
    desk.onNotice((notice) => notices.push(notice));
    gate.onConnection((connection) => {
      connections.push(connection);
      connection.transport.onMessage((message) =>
        connection.transport.send(`${connection.scope}: ${message}`),
      );
    });
    link.start();
    await eventually(() => link.state.state === 'live', soon('the host to be admitted'));
  }

  function stopHost(): void {
    gate.dispose();
    desk.dispose();
    link.dispose();
    devices.dispose();
  }

  beforeEach(async () => {
    root = tempFolder();
    [phones, notices, connections] = [[], [], []];
    endServer = () => {};
    // Of the ports that nobody else is given while it is free.
    relay = await startRelay({ mode: 'embedded', host: '127.0.0.1', port: await freePort() });
    await startHost();
  });
  afterEach(async () => {
    endServer();
    for (const phone of phones) phone.connection?.dispose();
    stopHost();
    await relay.close();
    removeFolder(root);
  });

  function newPhone(): Phone {
    const phone = new Phone();
    phones.push(phone);
    return phone;
  }

  function invite(): string {
    const { secret } = desk.createInvite();
    return encodeInvite(relay.url, {
      ...{ hostId: identity.hostId, hostKey: identity.noisePublic },
      ...{ secret, relay: relay.url },
    });
  }

  const request = () => eventually(() => desk.requests[0], soon('a pairing request'));

  async function paired(options: Partial<PairOptions> = {}): Promise<Phone> {
    const phone = newPhone();
    const pairing = phone.pair(invite(), options);
    await desk.decide((await request()).id, true);
    await pairing;
    return phone;
  }

  it('D60: scan, compare digits, allow, connect, talk', async () => {
    const phone = newPhone();
    const pairing = phone.pair(invite());
    const { id, code, device } = await request();
    await eventually(() => phone.digits, soon('the digits on the phone'));
    assert.deepEqual([code, device], [phone.digits, 'Pixel 9']);
    await desk.decide(id, true);
    assert.deepEqual(
      { ...(await pairing), ticket: '' },
      { ticket: '', scope: 'control', hostName: 'workstation' },
    );
    phone.connect(relay.url, identity);
    await phone.live();
    const state = phone.connection!.state;
    assert.ok(state.state === 'live');
    const heard: string[] = [];
    state.transport.onMessage((message) => heard.push(message));
    state.transport.send('hello');
    await eventually(() => heard[0], soon('the answer'));
    assert.equal(heard[0], 'control: hello');
    assert.ok(gate.isOnline(devices.all[0]!.id));
  });

  it('D60: denied', async () => {
    const pairing = newPhone().pair(invite());
    await desk.decide((await request()).id, false);
    await assert.rejects(pairing, { code: 'pairing_denied' });
    assert.deepEqual(devices.all, []);
  });

  it('D60: nobody decides: denied', async () => {
    const pairing = newPhone().pair(invite());
    await request();
    const refused = assert.rejects(pairing, { code: 'pairing_denied' });
    deskClock.advance(limits.pairingDecisionMs);
    await refused;
    assert.deepEqual(desk.requests, []);
  });

  it('D60: expired, taken back, and never made: all read as an invite that is not open', async () => {
    const expired = invite();
    deskClock.advance(limits.inviteMs);
    await assert.rejects(newPhone().pair(expired), { code: 'invite_expired' });
    const takenBack = invite();
    desk.closeInvite();
    await assert.rejects(newPhone().pair(takenBack), { code: 'invite_expired' });
    const made = encodeInvite(relay.url, { ...decodeInvite(takenBack), secret: newSecret() });
    await assert.rejects(newPhone().pair(made), { code: 'invite_expired' });
    assert.deepEqual(desk.requests, []);
  });

  it('D60: used already', async () => {
    const url = invite();
    const first = newPhone().pair(url);
    await desk.decide((await request()).id, true);
    await first;
    await assert.rejects(newPhone().pair(url), { code: 'invite_used' });
    assert.equal(devices.all.length, 1);
  });

  it('D60: contested: both are told, the desk is warned', async () => {
    const url = invite();
    const first = newPhone().pair(url);
    const refused = assert.rejects(first, { code: 'invite_contested' });
    await request();
    await assert.rejects(newPhone().pair(url), { code: 'invite_contested' });
    await refused;
    assert.deepEqual(
      notices.map(({ code }) => code),
      ['invite_contested'],
    );
    assert.deepEqual([devices.all, desk.requests], [[], []]);
  });

  it('D60: a wrong secret with the right slot: no request, no reason, and the invite still works', async () => {
    const url = invite();
    const { secret } = decodeInvite(url);
    const socket = openRelaySocket({
      ...{ relay: relay.url, hostId: identity.hostId, credential: { slot: slotOf(secret) } },
      ...{ clock: systemClock, openWebSocket },
    });
    try {
      await assert.rejects(
        new Promise((resolve, reject) => {
          socket.onLink((frames) => {
            connectSecure(frames, {
              ...{ purpose: 'pair', hostId: identity.hostId, hostKey: identity.noisePublic },
              ...{ keyPair: generateKeyPair(), psk: pskOf(newSecret()), clock: systemClock },
            }).then(resolve, reject);
          });
        }),
        (error: { code?: string }) => ['handshake_failed', 'closed'].includes(error.code ?? ''),
      );
    } finally {
      socket.dispose();
    }
    assert.deepEqual(desk.requests, []);
    const pairing = newPhone().pair(url);
    await desk.decide((await request()).id, true);
    await pairing;
  });

  it('D60: the scope asked on an unprotected page is answer; the desk raises it, then and later', async () => {
    const phone = newPhone();
    const pairing = phone.pair(invite(), { protectedPage: false });
    const { id, scope } = await request();
    assert.equal(scope, 'answer');
    await desk.decide(id, true, 'view');
    assert.equal((await pairing).scope, 'view');
    phone.connect(relay.url, identity);
    await phone.live();
    await eventually(() => connections.length > 0, soon('the connection'));
    const connection = connections[0]!;
    const raised: string[] = [];
    connection.onChange((device) => raised.push(device.scope));
    await devices.setScope(connection.device.id, 'control');
    assert.equal(connection.scope, 'control');
    assert.deepEqual(raised, ['control']);
  });

  it('D61: each connection renews the ticket; the renewed one is enough after a restart of the host', async () => {
    const phone = await paired();
    const first = phone.ticket;
    phone.connect(relay.url, identity);
    await phone.live();
    assert.notEqual(phone.ticket, first);
    stopHost();
    await eventually(() => phone.states.at(-1) !== 'live', soon('the phone to notice'));
    await startHost();
    await eventually(() => phone.welcomes.length === 2, soon('the phone to be back'));
    await phone.live();
    assert.equal(devices.all.length, 1);
  });

  it('D61: after a restart of the relay the slot is open again and devices come back', async () => {
    const phone = await paired();
    phone.connect(relay.url, identity);
    await phone.live();
    const url = invite();
    const { port } = relay;
    await relay.close();
    relay = await startRelay({ mode: 'embedded', host: '127.0.0.1', port });
    await eventually(() => phone.welcomes.length === 2, soon('the phone to be back'));
    const second = newPhone();
    const pairing = second.pair(url);
    await desk.decide((await request()).id, true);
    await pairing;
    assert.deepEqual(
      devices.all.map(({ name }) => name),
      ['Pixel 9', 'Pixel 9 (2)'],
    );
  });

  it('D62: revoked while connected: out at once and for good; also after the host restarted', async () => {
    const phone = await paired();
    phone.connect(relay.url, identity);
    await phone.live();
    const { ticket } = phone;
    const [device] = devices.all;
    await devices.revoke(device!.id);
    assert.equal(await phone.stopped(), 'device_revoked');
    assert.equal(gate.isOnline(device!.id), false);
    stopHost();
    await startHost();
    phone.connect(relay.url, identity, { ticket });
    assert.equal(await phone.stopped(), 'device_revoked');
  });

  it('D62: revoked while away: told at the next connection', async () => {
    const phone = await paired();
    await devices.revoke(devices.all[0]!.id);
    phone.connect(relay.url, identity);
    assert.equal(await phone.stopped(), 'device_revoked');
    assert.deepEqual(connections, []);
  });

  it('D62: a relay cannot forge it: whatever it says, the device keeps its keys and tries again', async () => {
    const phone = await paired();
    const answers = [
      (send: (data: string | Uint8Array) => void) => send('{"t":"ended"}'),
      (send: (data: string | Uint8Array) => void) => send('{"type":"revoked"}'),
      (send: (data: string | Uint8Array) => void) => {
        send('{"t":"open"}');
        send(Buffer.from('{"type":"revoked"}'));
      },
      (send: (data: string | Uint8Array) => void) => {
        send('{"t":"open"}');
        send(Buffer.alloc(96, 1));
      },
    ];
    for (const answer of [...answers, 4401, 4404, 4400]) {
      const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
      endServer = () => {
        phone.connection?.dispose();
        for (const client of server.clients) client.terminate();
        server.close();
      };
      await once(server, 'listening');
      server.on('connection', (socket) => {
        socket.on('error', () => {});
        if (typeof answer === 'number') socket.close(answer);
        else answer((data) => socket.send(data));
      });
      phone.states.length = 0;
      const clock = new FakeClock(Date.now());
      phone.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, identity, { clock });
      await eventually(
        () => {
          // Time passes only here: what the relay leaves unanswered ends by its deadline.
          clock.advance(100);
          return phone.states.includes('waiting') || phone.states.includes('stopped');
        },
        soon(`what comes of ${String(answer)}`),
      );
      assert.ok(!phone.states.includes('stopped'), String(answer));
      endServer();
    }
    phone.connect(relay.url, identity);
    await phone.live();
  });

  it('D63: a device that this computer no longer knows is told to pair again, not to wipe', async () => {
    const phone = await paired();
    stopHost();
    // As after an expiry: no entry, no tombstone.
    rmSync(`${root}/devices.json`);
    await startHost();
    phone.connect(relay.url, identity);
    assert.equal(await phone.stopped(), 'device_unknown');
  });

  it('D63: an unprotected device is gone after stop; a protected one stays', async () => {
    const lan = await paired({ protectedPage: false });
    const kept = await paired();
    stopHost();
    await startHost();
    lan.connect(relay.url, identity);
    assert.equal(await lan.stopped(), 'device_unknown');
    kept.connect(relay.url, identity);
    await kept.live();
  });
});
