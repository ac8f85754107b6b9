/** Terminals of a real host over the real channel: two viewers, late joins, floods, sizes, scopes and ends. */
import assert from 'node:assert/strict';
import { methods, type ClientState } from '../../../src/protocol/methods.ts';
import { processTree } from '../../support/process-table.ts';
import { ProbeClient } from '../../support/probe-client.ts';
import { TerminalProbe } from '../../support/terminal-probe.ts';
import { TestDevice } from '../../support/test-device.ts';
import { testHost, type TestHost } from '../../support/test-host.ts';
import { transportPair } from '../../support/transport-pair.ts';
import { eventually } from '../../support/wait.ts';

type Row = NonNullable<ClientState['terminals']>[number];

describe('shared terminals', function () {
  this.timeout(120_000);
  const running: TestHost[] = [];
  const devices: TestDevice[] = [];

  async function start(): Promise<TestHost> {
    const test = await testHost({}, { shell: () => '/bin/sh' });
    running.push(test);
    await test.host.start({ agent: false });
    return test;
  }

  async function desk({ host }: TestHost): Promise<ProbeClient> {
    const [here, there] = transportPair();
    host.connectDesk(there);
    const probe = new ProbeClient(here);
    await probe.initialize();
    return probe;
  }

  async function phone({ host }: TestHost, scope: 'view' | 'control' = 'control'): Promise<ProbeClient> {
    if (!host.status.invite) await host.createInvite();
    const invite = await eventually(() => host.status.invite, { what: 'an invite' });
    const device = new TestDevice();
    devices.push(device);
    const paired = device.pair(invite.url, { scope });
    const request = await eventually(() => host.status.pairings[0], { what: 'the pairing request' });
    await host.decidePairing(request.id, true, scope);
    await paired;
    return device.connect();
  }

  async function open(client: ProbeClient, more: object = {}): Promise<string> {
    const { id } = await client.request<{ id: string }>(methods.terminal.open, { cols: 80, rows: 24, ...more });
    return id;
  }

  const rowOf = (client: ProbeClient, id: string): Promise<Row> =>
    eventually(() => client.state?.terminals?.find((one) => one.id === id), { what: 'the row' });

  afterEach(async () => {
    for (const device of devices.splice(0)) device.dispose();
    for (const { host } of running.splice(0)) await host.stop();
  });

  it('O1: what one types all see, at the desk and on the phone (C13)', async () => {
    const test = await start();
    const [a, b] = [await desk(test), await phone(test)];
    const id = await open(a, { name: 'build' });
    const [here, there] = [await TerminalProbe.attach(a, id), await TerminalProbe.attach(b, id)];
    await here.type('echo one-$((1+1))\r');
    await Promise.all([here.shows('one-2'), there.shows('one-2')]);
    await there.type('echo two-$((2+2))\r');
    await Promise.all([here.shows('two-4'), there.shows('two-4')]);
    assert.deepEqual(there.rows, here.rows);
    const row = await rowOf(b, id);
    assert.equal(row.name, 'build');
    assert.equal(row.running, true);
  });
});
