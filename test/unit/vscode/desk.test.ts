/** The window's host: made late, once, never where it may not run. */
import assert from 'node:assert/strict';
import { Emitter } from '../../../src/base/emitter.ts';
import { OffdeskError } from '../../../src/base/error.ts';
import type { HostPorts, RemoteHost } from '../../../src/host/api.ts';
import type { HostStatus } from '../../../src/protocol/host-status.ts';
import { Desk } from '../../../src/vscode/desk.ts';
import { off } from './statuses.ts';

class FakeHost implements RemoteHost {
  status: HostStatus = off;
  readonly #status = new Emitter<HostStatus>();
  readonly onStatus = this.#status.event;
  readonly onActivity = new Emitter<string>().event;
  readonly starts: ({ agent?: boolean } | undefined)[] = [];
  disposed = 0;
  suspended = 0;

  async start(options?: { agent?: boolean }): Promise<void> {
    this.starts.push(options);
    this.#become({ ...off, state: 'on' });
  }
  async stop(): Promise<void> {
    this.#become(off);
  }
  async suspend(): Promise<void> {
    this.suspended++;
    this.#become(off);
  }
  async chooseReach(): Promise<void> {}
  async createInvite(): Promise<void> {}
  async closeInvite(): Promise<void> {}
  async decidePairing(): Promise<void> {}
  async changeDevice(): Promise<void> {}
  dismissNotice(): void {}
  connectDesk(): { dispose(): void } {
    return { dispose() {} };
  }
  dispose(): void {
    this.disposed++;
  }
  #become(status: HostStatus): void {
    this.status = status;
    this.#status.fire(status);
  }
}

function setUp({ allowed = true, failLoads = 0 } = {}) {
  const hosts: FakeHost[] = [];
  let loads = 0;
  const desk = new Desk({
    async load() {
      loads++;
      if (loads <= failLoads) throw new Error('no such file');
      return {
        createRemoteHost() {
          const host = new FakeHost();
          hosts.push(host);
          return host;
        },
      };
    },
    hostPorts: () => ({}) as HostPorts,
    assertAllowed() {
      if (!allowed) throw new OffdeskError('untrusted_workspace', 'Not trusted.');
    },
  });
  return { desk, hosts, loads: () => loads };
}

describe('desk', () => {
  it('V1: nothing is loaded until the host is needed, and then once', async () => {
    const { desk, hosts, loads } = setUp();
    assert.equal(desk.status, undefined);
    assert.equal(loads(), 0);
    const [one, two] = await Promise.all([desk.host(), desk.host()]);
    assert.equal(one, two);
    assert.equal(hosts.length, 1);
  });

  it('V2: where it is not allowed nothing is loaded', async () => {
    const { desk, loads } = setUp({ allowed: false });
    await assert.rejects(desk.start(), { code: 'untrusted_workspace' });
    assert.equal(loads(), 0);
  });

  it('V5: options of start reach the host, and its status is passed on', async () => {
    const { desk, hosts } = setUp();
    const states: string[] = [];
    desk.onStatus(({ state }) => states.push(state));
    await desk.start({ agent: false });
    assert.deepEqual(hosts[0]?.starts, [{ agent: false }]);
    assert.deepEqual(states, ['off', 'on']);
    assert.equal(desk.status?.state, 'on');
  });

  it('V11: stop makes no host', async () => {
    const { desk, loads } = setUp();
    await desk.stop();
    assert.equal(loads(), 0);
  });

  it('V11: a failed load can be tried again', async () => {
    const { desk } = setUp({ failLoads: 1 });
    await assert.rejects(desk.host());
    await desk.stop();
    await desk.start();
    assert.equal(desk.status?.state, 'on');
  });

  it('V11, V15: the end suspends and disposes the host once; none is made after', async () => {
    const { desk, hosts } = setUp();
    await desk.start();
    await desk.end();
    await desk.end();
    assert.equal(hosts[0]?.status.state, 'off');
    assert.equal(hosts[0]?.disposed, 1);
    assert.equal(hosts[0]?.suspended, 1);
    await assert.rejects(desk.host(), { code: 'closed' });
  });

  it('V11: a host that is made while the window closes is disposed at once', async () => {
    const { desk, hosts } = setUp();
    const made = desk.host();
    desk.dispose();
    await assert.rejects(made, { code: 'closed' });
    assert.equal(hosts[0]?.disposed ?? 0, hosts.length);
    assert.equal(desk.status, undefined);
  });
});
