/** Terminals of a real host over the real channel: two viewers, late joins, floods, sizes, scopes and ends. */
import assert from 'node:assert/strict';
import { methods, type ClientState, type Scope } from '../../../src/protocol/methods.ts';
import { nodePty } from '../../../src/terminal/node-pty.ts';
import { processesWithEnv } from '../../support/process-table.ts';
import { ProbeClient } from '../../support/probe-client.ts';
import { TerminalProbe } from '../../support/terminal-probe.ts';
import { TestDevice } from '../../support/test-device.ts';
import { testHost, type TestHost } from '../../support/test-host.ts';
import { transportPair } from '../../support/transport-pair.ts';
import { eventually } from '../../support/wait.ts';

type Row = NonNullable<ClientState['terminals']>[number];

describe('shared terminals', function () {
  this.timeout(180_000);
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

  async function phone({ host }: TestHost, scope: Scope = 'control'): Promise<ProbeClient> {
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
    const { id } = await client.request<{ id: string }>(methods.terminal.open, {
      cols: 80,
      rows: 24,
      ...more,
    });
    return id;
  }

  const rowOf = (client: ProbeClient, id: string): Promise<Row> =>
    eventually(() => client.state?.terminals?.find((one) => one.id === id), { what: 'the row' });

  const refused = (code: string) => (error: { data?: { offdesk?: { code?: string } } }) =>
    error.data?.offdesk?.code === code;

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
    await eventually(() => there.text === here.text, { what: 'the same screen' });
    const row = await rowOf(b, id);
    assert.deepEqual([row.name, row.running, row.cwd], ['build', true, test.ports.cwd]);
  });

  it('O2: who comes late has the same screen, alternate screen, colours and scrollback', async () => {
    const test = await start();
    const client = await desk(test);
    const id = await open(client);
    const here = await TerminalProbe.attach(client, id);
    await here.type('i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo line-$i; done\r');
    await here.shows('line-200');
    const late = await TerminalProbe.attach(await desk(test), id);
    await late.shows('line-200');
    // A shell that starts slower than one types has its prompt before the first line.
    assert.ok(
      late.lines.some((line) => line.endsWith('line-1')),
      'the scrollback',
    );
    await here.type("printf '\\033[?1049h\\033[2J\\033[5;10Hat \\033[31mfive ten\\033[0m'; read wait\r");
    await here.shows('at five ten');
    const second = await TerminalProbe.attach(await phone(test), id);
    await second.shows('at five ten');
    assert.equal(second.alternate, true);
    assert.deepEqual(second.cursor, here.cursor);
    assert.deepEqual(second.rows, here.rows);
    await here.type("\r printf '\\033[?1049l'\r");
    await eventually(() => !second.alternate && second.text === here.text, {
      what: 'the first screen again',
    });
    assert.ok(second.text.includes('line-200'));
  });

  it('O3: `yes` hurts nobody, and Ctrl-C of a second viewer stops it', async () => {
    const test = await start();
    const [a, b] = [await desk(test), await phone(test)];
    const id = await open(a);
    const [here, there] = [await TerminalProbe.attach(a, id), await TerminalProbe.attach(b, id)];
    await here.type('yes\r');
    await eventually(() => here.chars > 500_000, { what: 'a flood', timeoutMs: 60_000 });
    await there.type('\x03');
    await there.type('echo over-$((40+2))\r');
    await Promise.all([here.shows('over-42'), there.shows('over-42')]);
    await eventually(() => here.text === there.text, { what: 'the same screen' });
  });

  it('O4: a viewer that takes nothing costs bounded memory, and starts anew when it returns', async () => {
    const test = await start();
    const client = await desk(test);
    const id = await open(client);
    const here = await TerminalProbe.attach(client, id);
    const silent = await TerminalProbe.attach(await desk(test), id);
    silent.acks = false;
    silent.ack();
    await here.type('head -c 5000000 /dev/zero | tr "\\0" x | fold -w 79; echo done-$((1+1))\r');
    await here.shows('done-2');
    assert.ok(silent.chars < 200_000, `${silent.chars} characters were sent to who took none`);
    silent.acks = true;
    silent.ack();
    await silent.shows('done-2');
    assert.ok(silent.anew > 0);
    await eventually(() => silent.text === here.text, { what: 'the same screen' });
  });

  it('O5: it has the size of who typed last, and says whose', async () => {
    const test = await start();
    const [a, b] = [await desk(test), await phone(test)];
    const id = await open(a);
    const [here, there] = [await TerminalProbe.attach(a, id), await TerminalProbe.attach(b, id)];
    await there.resize(40, 20);
    await here.type('stty size\r');
    await here.shows('24 80');
    assert.deepEqual((await rowOf(a, id)).sizedBy, 'the desk');
    await there.type('stty size\r');
    await there.shows('20 40');
    await eventually(() => here.size === '40x20' && there.size === '40x20', { what: 'the size' });
    await eventually(() => a.state?.terminals?.[0]?.sizedBy === 'Test phone', { what: 'whose size it is' });
    // Who did not type last changes nothing.
    await here.resize(120, 30);
    await there.type('echo still; stty size\r');
    await eventually(() => /still[^]*20 40/.test(there.text), { what: 'the same size' });
    // Until nobody who did is there.
    await b.request(methods.terminal.detach, { id });
    await here.resize(121, 31);
    await eventually(() => here.size === '121x31', { what: 'the size of who is left' });
  });

  it('O6: its end is told with code or signal, and what it showed can be looked at', async () => {
    const test = await start();
    const client = await desk(test);
    const id = await open(client, { command: 'echo last words; exit 3' });
    await eventually(async () => (await rowOf(client, id)).running === false, { what: 'its end' });
    assert.equal((await rowOf(client, id)).exitCode, 3);
    await (await TerminalProbe.attach(client, id)).shows('last words');
    const killed = await open(client, { command: 'kill -9 $$' });
    await eventually(async () => (await rowOf(client, killed)).signal === 'SIGKILL', { what: 'the signal' });
    await client.request(methods.terminal.close, { id });
    await eventually(() => !client.state?.terminals?.some((one) => one.id === id), { what: 'it to be gone' });
    await assert.rejects(client.request(methods.terminal.attach, { id }), refused('terminal_unknown'));
  });

  it('O7: who may only look sees it and cannot type, resize, open or close', async () => {
    const test = await start();
    const client = await desk(test);
    const id = await open(client);
    const here = await TerminalProbe.attach(client, id);
    const no = refused('scope_insufficient');
    for (const scope of ['view', 'answer'] as const) {
      const viewer = await phone(test, scope);
      const there = await TerminalProbe.attach(viewer, id);
      await assert.rejects(there.type('echo never\r'), no);
      await assert.rejects(there.type(''), no);
      await assert.rejects(there.resize(10, 10), no);
      await assert.rejects(open(viewer), no);
      await assert.rejects(open(viewer, { command: 'true' }), no);
      await assert.rejects(viewer.request(methods.terminal.close, { id }), no);
      await viewer.connection.agent.notify(methods.terminal.input, { id, data: 'echo never\r' });
      await viewer.connection.agent.notify(methods.terminal.resize, { id, cols: 10, rows: 10 });
      await here.type(`echo seen-$((1+1))-${scope}\r`);
      await there.shows(`seen-2-${scope}`);
      assert.ok(!there.text.includes('never'));
      assert.equal(there.size, '80x24');
      await viewer.request(methods.terminal.detach, { id });
    }
    assert.equal((await rowOf(client, id)).running, true);
  });

  it('O11: without the native part opening says so on every surface, and all else works', async () => {
    const missing = nodePty({
      ...{ groupsIn: () => [], signalGroups: () => {}, anyRuns: () => false },
      load: () => Promise.reject(new Error('no such module')),
    });
    const test = await testHost({}, { pty: missing });
    running.push(test);
    await test.host.start();
    for (const [n, client] of [await desk(test), await phone(test)].entries()) {
      await assert.rejects(open(client), refused('terminals_missing'));
      await assert.rejects(open(client, { command: 'true' }), refused('terminals_missing'));
      const { id } = await eventually(() => client.state?.sessions[0], { what: 'the session' });
      await client.resume(id, { tail: 10 });
      assert.equal((await client.prompt(id, `prompt-${n}`, 'hello')).stopReason, 'end_turn');
    }
  });

  it('O8: closing leaves no process, whatever ran in it; so does the end of its session and of remote control', async () => {
    const mark = `t${process.pid}${Date.now()}`;
    const left = () => processesWithEnv('TERMINAL_MARK', mark).length;
    const test = await start();
    const client = await desk(test);
    const stubborn = `export TERMINAL_MARK=${mark}; (trap '' HUP TERM; sleep 301) & setsid sleep 302 & sleep 303`;
    const id = await open(client, { command: stubborn });
    await eventually(() => left() >= 3, { what: 'its processes' });
    await client.request(methods.terminal.close, { id });
    assert.equal(left(), 0);
    await open(client, { command: stubborn });
    await eventually(() => left() >= 3, { what: 'its processes' });
    await test.host.stop();
    assert.equal(left(), 0);
    await test.host.start({ agent: false });
    const after = await desk(test);
    await eventually(() => after.state, { what: 'the state' });
    assert.deepEqual(after.state?.terminals, []);
  });

  it('O9: it has the environment of the user without what is Offdesk’s own', async () => {
    process.env['OFFDESK_REGISTRATION_TOKEN'] = 'secret-token';
    try {
      const test = await start();
      const client = await desk(test);
      const id = await open(client, { command: 'env; echo all-of-it; sleep 60' });
      const here = await TerminalProbe.attach(client, id);
      await here.shows('all-of-it');
      const lines = here.lines.join('\n');
      assert.match(lines, /TERM=xterm-256color/);
      assert.doesNotMatch(lines, /secret-token|OFFDESK_REGISTRATION_TOKEN/);
    } finally {
      delete process.env['OFFDESK_REGISTRATION_TOKEN'];
    }
  });
});
