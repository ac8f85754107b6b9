/** The phone while the computer is off or the network gone: what it knows can be read, what is written is kept. */
import assert from 'node:assert/strict';
import { systemClock } from '../../../src/base/clock.ts';
import type { WebSocketPort } from '../../../src/channel/relay-socket.ts';
import type { HistoryCache } from '../../../src/web/client/history-cache.ts';
import type { Machine } from '../../../src/web/connection/machine.ts';
import { memoryStore } from '../../../src/web/connection/pairing-store.ts';
import { PhoneState, type ForgottenPort } from '../../../src/web/phone/phone-state.ts';
import { openWebSocket } from '../../support/test-device.ts';
import { testHost, type TestHost } from '../../support/test-host.ts';
import { eventually } from '../../support/wait.ts';

const soon = (what: string) => ({ what, timeoutMs: 20_000, everyMs: 10 });

/** What a browser keeps from one page to the next. */
class Device {
  readonly store = memoryStore();
  readonly values = new Map<string, string>();
  readonly kept = new Map<string, string>();
  online = true;
  readonly #phones: PhoneState[] = [];

  /** A page that is opened. */
  async page(): Promise<PhoneState> {
    const phone = new PhoneState({
      ...{ store: this.store, storage: this.#storage(), clock: systemClock },
      ...{ protectedPage: true, installFirst: false, openCache: () => this.#cache() },
      forgotten: this.#tab(),
      openWebSocket: (url) => openWebSocket(this.online ? url : 'ws://127.0.0.1:1/'),
      frame: (call) => queueMicrotask(call),
      deviceName: () => Promise.resolve('Pixel 9'),
    });
    this.#phones.push(phone);
    await phone.open('http://phone.test/');
    return phone;
  }

  readonly #tabs: ForgottenPort[] = [];
  #tab(): ForgottenPort {
    const tab: ForgottenPort = {
      onmessage: null,
      postMessage: (data) => {
        const others = this.#tabs.filter((other) => other !== tab);
        for (const { onmessage } of others) queueMicrotask(() => onmessage?.({ data } as MessageEvent));
      },
    };
    this.#tabs.push(tab);
    return tab;
  }

  close(): void {
    for (const phone of this.#phones.splice(0)) {
      for (const machine of phone.machines.value) machine.dispose();
    }
  }

  #cache(): HistoryCache {
    let cleared = false;
    return {
      read: (name) => {
        const text = this.kept.get(name);
        return Promise.resolve(text === undefined ? undefined : (JSON.parse(text) as unknown));
      },
      write: (name, value) => {
        if (!cleared) this.kept.set(name, JSON.stringify(value));
        return Promise.resolve();
      },
      clear: () => {
        cleared = true;
        this.kept.clear();
        return Promise.resolve();
      },
    };
  }

  /** Keys are own properties, as those of a browser's Storage are. */
  #storage(): Storage {
    const target = {
      getItem: (key: string) => this.values.get(key) ?? null,
      setItem: (key: string, value: string) => void this.values.set(key, value),
      removeItem: (key: string) => void this.values.delete(key),
    };
    return new Proxy(target, { ownKeys: () => [...this.values.keys()], getOwnPropertyDescriptor }) as never;
  }
}

const getOwnPropertyDescriptor = () => ({ enumerable: true, configurable: true });

describe('web: the phone while the computer is off', function () {
  this.timeout(60_000);
  let test: TestHost;
  let device: Device;

  async function pair(phone: PhoneState): Promise<Machine> {
    const before = phone.machines.value[0];
    await test.host.createInvite();
    void phone.follow(test.host.status.invite!.url);
    const asked = await eventually(() => test.host.status.pairings[0], soon('the desk to be asked'));
    await test.host.decidePairing(asked.id, true);
    const paired = () => phone.machines.value.find((machine) => machine !== before);
    return eventually(paired, soon('the computer'));
  }

  const sessionOf = async (machine: Machine) => {
    const id = await eventually(() => machine.host.state.value?.sessions[0]?.id, soon('a session'));
    return machine.host.session(id);
  };
  const texts = (client: Awaited<ReturnType<typeof sessionOf>>) =>
    client.record.transcript.value.items.map((item) => (item.kind === 'message' ? item.text : item.kind));

  /** A conversation that a page had, and left as a phone ends pages. */
  async function hadConversation(): Promise<string[]> {
    const phone = await device.page();
    const machine = await pair(phone);
    const client = await sessionOf(machine);
    await eventually(() => client.sync.value === 'live', soon('the session to be live'));
    client.prompt([{ type: 'text', text: 'hello' }]);
    await eventually(
      () => texts(client).length >= 2 && !client.record.transcript.value.turn,
      soon('an answer'),
    );
    phone.flush();
    await eventually(() => device.kept.size >= 2, soon('the copies'));
    const said = texts(client);
    device.close();
    return said;
  }

  beforeEach(async () => {
    test = await testHost();
    device = new Device();
    await test.host.start();
  });
  afterEach(async () => {
    device.close();
    await test.host.stop();
    test.host.dispose();
  });

  it('K8: a page that is opened without a network shows the sessions, and when the computer was last there', async () => {
    const before = Date.now();
    const said = await hadConversation();
    const left = Date.now();
    device.online = false;
    const machine = (await device.page()).machines.value[0]!;
    const client = await sessionOf(machine);
    await eventually(() => texts(client).length > 0, soon('the conversation'));
    assert.deepEqual(texts(client), said);
    const { others, warnings } = machine.host.state.value!;
    assert.deepEqual([others, warnings], [[], []]);
    await eventually(() => machine.way.value.kind === 'reconnecting', soon('the connection to fail'));
    const way = machine.way.value;
    assert.ok(way.kind === 'reconnecting' && way.last === true);
    assert.ok(way.since >= before && way.since <= left);
  });

  it('K9: a message that is written meanwhile survives the page, and goes out once', async () => {
    const said = await hadConversation();
    device.online = false;
    const first = await device.page();
    const offline = await sessionOf(first.machines.value[0]!);
    offline.prompt([{ type: 'text', text: 'written offline' }]);
    assert.equal(offline.outbox.entries.value[0]?.state, 'here');
    device.close();
    const second = await device.page();
    const machine = second.machines.value[0]!;
    const client = await sessionOf(machine);
    assert.deepEqual(
      client.outbox.entries.value.map(({ state }) => state),
      ['here'],
    );
    device.online = true;
    second.wake();
    await eventually(() => machine.way.value.kind === 'connected', soon('the connection'));
    await eventually(() => client.outbox.entries.value.length === 0, soon('the message to be sent'));
    const own = () =>
      client.record.transcript.value.items.filter(
        (item) => item.kind === 'prompt' && JSON.stringify(item.blocks).includes('written offline'),
      );
    await eventually(() => own().length > 0, soon('the message in the journal'));
    await eventually(() => !client.record.transcript.value.turn, soon('its answer'));
    assert.equal(own().length, 1);
    assert.deepEqual(texts(client).slice(0, said.length), said);
    const way = machine.way.value;
    assert.equal(way.kind, 'connected');
  });

  it('K6: a sealed revocation wipes it, and what was written meanwhile; so does forgetting', async () => {
    await hadConversation();
    const phone = await device.page();
    const machine = phone.machines.value[0]!;
    await eventually(() => machine.way.value.kind === 'connected', soon('the connection'));
    machine.keep.set('draft.s1', 'half a sentence');
    await test.host.changeDevice(test.host.status.devices[0]!.id, { revoke: true });
    await eventually(() => phone.page.value.kind === 'revoked', soon('the page to say so'));
    assert.deepEqual([device.kept.size, device.values.size, await device.store.all()], [0, 0, []]);

    await hadConversation();
    const again = await device.page();
    await again.forget(again.machines.value[0]!);
    assert.equal(again.page.value.kind, 'welcome');
    assert.deepEqual([device.kept.size, device.values.size, await device.store.all()], [0, 0, []]);
  });

  it('K6: a computer that one tab forgets is forgotten by all, whatever they still have to write', async () => {
    await hadConversation();
    const tabs = [await device.page(), await device.page()] as const;
    const [first, second] = tabs;
    const machine = second.machines.value[0]!;
    await eventually(() => machine.way.value.kind === 'connected', soon('the connection'));
    await first.forget(first.machines.value[0]!);
    await eventually(() => second.page.value.kind === 'welcome', soon('the other tab to hear of it'));
    assert.equal(second.machines.value.length, 0);
    assert.deepEqual([device.kept.size, device.values.size, await device.store.all()], [0, 0, []]);
    // A renewed ticket does not bring a pairing back.
    await device.store.put({ hostId: 'gone' } as never, true);
    assert.deepEqual(await device.store.all(), []);
  });

  it('K6: nothing else does: not closing, not a relay that refuses, not an unknown device, not pairing again', async () => {
    const said = await hadConversation();
    const kept = device.kept.size;
    // What a relay can say, it says.
    const refusing = await device.page();
    refusing.machines.value[0]!.dispose();
    assert.equal(device.kept.size, kept);
    for (const code of [4400, 4401, 4403, 4404, 4409, 4426, 4429, 4503, 1008, 1011]) {
      const phone = new PhoneState({
        ...{ store: device.store, storage: undefined, clock: systemClock, protectedPage: true },
        ...{ installFirst: false, openWebSocket: () => closedBy(code), openCache: () => noTouch },
        frame: (call) => queueMicrotask(call),
        deviceName: () => Promise.resolve('Pixel 9'),
      });
      await phone.open('http://phone.test/');
      const machine = phone.machines.value[0]!;
      await eventually(() => /reconnecting|stopped/.test(machine.way.value.kind), soon('the refusal'));
      machine.dispose();
    }
    assert.equal((await device.store.all()).length, 1);

    const phone = await device.page();
    phone.welcome();
    assert.equal(device.kept.size, kept);
    const client = await sessionOf(await pair(phone));
    await eventually(() => client.sync.value === 'live', soon('the session'));
    assert.deepEqual(texts(client), said);
  });
});

const noTouch: HistoryCache = {
  read: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
  clear: () => Promise.reject(new Error('wiped')),
};

/** A relay that closes at once. */
function closedBy(code: number): WebSocketPort {
  const socket: WebSocketPort = {
    ...{ binaryType: '', bufferedAmount: 0, onopen: null, onmessage: null, onclose: null, onerror: null },
    send: () => undefined,
    close: () => undefined,
  };
  setImmediate(() => (socket.onclose as ((event: { code: number }) => void) | null)?.({ code }));
  return socket;
}
