/** The phone's own state against a real host and relay: pair, talk, reopen, lose the relay, be revoked. */
import assert from 'node:assert/strict';
import { systemClock } from '../../../src/base/clock.ts';
import { decodeInvite } from '../../../src/channel/invite.ts';
import type { Machine } from '../../../src/web/connection/machine.ts';
import { memoryStore } from '../../../src/web/connection/pairing-store.ts';
import { PhoneState, type Page } from '../../../src/web/phone/phone-state.ts';
import { openWebSocket } from '../../support/test-device.ts';
import { testHost, type TestHost } from '../../support/test-host.ts';
import { eventually } from '../../support/wait.ts';

const soon = (what: string) => ({ what, timeoutMs: 20_000, everyMs: 10 });

describe('web: the phone with a real host', function () {
  this.timeout(60_000);
  let test: TestHost;
  let store: ReturnType<typeof memoryStore>;
  let storage: Storage;
  let phones: PhoneState[];

  function newPhone(): PhoneState {
    const phone = new PhoneState({
      ...{ store, storage, clock: systemClock, protectedPage: true, installFirst: false, openWebSocket },
      frame: (call) => queueMicrotask(call),
      deviceName: () => Promise.resolve('Pixel 9'),
    });
    phones.push(phone);
    return phone;
  }

  async function page<Kind extends Page['kind']>(phone: PhoneState, kind: Kind) {
    return eventually(
      () =>
        phone.page.value.kind === kind ? (phone.page.value as Extract<Page, { kind: Kind }>) : undefined,
      soon(`the page ${kind}, not ${JSON.stringify(phone.page.value.kind)}`),
    );
  }

  async function invite(): Promise<string> {
    await test.host.createInvite();
    return test.host.status.invite!.url;
  }

  async function pair(phone: PhoneState, link: string): Promise<Machine> {
    void phone.follow(link);
    const { digits } = await page(phone, 'digits');
    const asked = await eventually(() => test.host.status.pairings[0], soon('the desk to be asked'));
    assert.equal(asked.code, digits);
    assert.equal(asked.device, 'Pixel 9');
    await test.host.decidePairing(asked.id, true);
    return (await page(phone, 'machine')).machine;
  }

  const connected = (machine: Machine) =>
    eventually(
      () => machine.way.value.kind === 'connected' && machine.host.phase.value.kind === 'ready',
      soon('the connection'),
    );

  async function session(machine: Machine) {
    await connected(machine);
    const id = await eventually(() => machine.host.state.value?.sessions[0]?.id, soon('a session'));
    const client = machine.host.session(id);
    await eventually(() => client.sync.value === 'live', soon('the session to be live'));
    return client;
  }

  beforeEach(async () => {
    test = await testHost();
    store = memoryStore();
    storage = storageLike();
    phones = [];
    await test.host.start();
  });

  afterEach(async () => {
    for (const phone of phones) for (const machine of phone.machines.value) machine.dispose();
    await test.host.stop();
    test.host.dispose();
  });

  it('A4: pairs by the digits of both screens, sends a prompt, and is there again when reopened', async () => {
    const phone = newPhone();
    await phone.open('http://phone.test/');
    assert.equal(phone.page.value.kind, 'welcome');
    const machine = await pair(phone, await invite());
    const client = await session(machine);
    client.prompt([{ type: 'text', text: 'hello' }]);
    const answered = () => client.record.transcript.value.items.some((item) => item.kind === 'message');
    await eventually(answered, soon('an answer'));
    assert.equal(client.outbox.entries.value.length, 0);
    machine.dispose();

    const later = newPhone();
    await later.open('http://phone.test/');
    const again = (await page(later, 'machine')).machine;
    const resumed = await session(again);
    assert.equal(again.name.value, 'test-host');
    assert.deepEqual(
      resumed.record.transcript.value.items.map((item) => item.id),
      client.record.transcript.value.items.map((item) => item.id),
    );
  });

  it('A5: a revoked phone is out at once, says so, and has wiped what it kept', async () => {
    const phone = newPhone();
    const machine = await pair(phone, await invite());
    await connected(machine);
    machine.keep.set('draft.s1', 'half a sentence');
    assert.equal((await store.all()).length, 1);
    await test.host.changeDevice(test.host.status.devices[0]!.id, { revoke: true });
    assert.equal((await page(phone, 'revoked')).hostName, 'test-host');
    assert.deepEqual(await store.all(), []);
    assert.equal(Object.keys(storage).length, 0);
    assert.equal(phone.machines.value.length, 0);
  });

  it('A4: a used link, a denied pairing and a damaged link each say so', async () => {
    const link = await invite();
    await pair(newPhone(), link);
    const second = newPhone();
    void second.follow(link);
    const { error } = await page(second, 'failed');
    assert.match(error.code, /^invite_(used|expired|invalid)$/);

    const third = newPhone();
    void third.follow(await invite());
    await page(third, 'digits');
    const asked = await eventually(() => test.host.status.pairings[0], soon('the desk to be asked'));
    await test.host.decidePairing(asked.id, false);
    assert.equal((await page(third, 'failed')).error.code, 'pairing_denied');

    const fourth = newPhone();
    await fourth.follow('https://phone.test/#i=AAAA');
    const welcome = await page(fourth, 'welcome');
    assert.equal(welcome.error?.code, 'invite_invalid');
  });

  it('N11: an iPhone tab is advised to install first, and may go on; Cancel goes back', async () => {
    const phone = new PhoneState({
      ...{ store, storage, clock: systemClock, protectedPage: false, installFirst: true, openWebSocket },
      frame: (call) => queueMicrotask(call),
      deviceName: () => Promise.resolve('iPhone'),
    });
    phones.push(phone);
    await phone.follow(await invite());
    const install = await page(phone, 'install');
    void phone.pair(install.invite);
    // What is not protected asks for less.
    assert.equal((await page(phone, 'digits')).scope, 'answer');
    phone.home();
    assert.equal(phone.page.value.kind, 'welcome');
  });

  it('N2: says since when it reconnects, and is back by itself', async () => {
    const phone = newPhone();
    const machine = await pair(phone, await invite());
    await connected(machine);
    await test.host.stop();
    await eventually(() => machine.way.value.kind !== 'connected', soon('the connection to go'));
    assert.equal(machine.host.phase.value.kind, 'apart');
    await test.host.start();
    machine.wake();
    await connected(machine);
  });

  it('N2: a link to a session shows that session; of a stranger, how to pair', async () => {
    const phone = newPhone();
    const machine = await pair(phone, await invite());
    const { hostId } = decodeInvite(await invite());
    machine.host.terminals.value = { session: null, id: null };
    await phone.follow(`http://phone.test/#h=${hostId}&s=abc`);
    assert.equal(machine.session.value, 'abc');
    assert.equal(machine.host.terminals.value, null, 'it is what is shown');
    await phone.follow(`http://phone.test/#h=${'x'.repeat(43)}&s=abc`);
    assert.deepEqual(phone.page.value, { kind: 'welcome', error: null, stranger: true });
  });
});

/** Keys are own properties, as those of a browser's Storage are. */
function storageLike(): Storage {
  const storage: { [key: string]: unknown } = Object.create({
    getItem: (key: string) => storage[key] ?? null,
    setItem: (key: string, value: string) => (storage[key] = value),
    removeItem: (key: string) => delete storage[key],
  }) as { [key: string]: unknown };
  return storage as unknown as Storage;
}
