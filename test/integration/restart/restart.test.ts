/** Hosts that end, cleanly or by SIGKILL, and what the next one on the same machine folder makes of it. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { methods, type PastResult } from '../../../src/protocol/methods.ts';
import { encodeLine } from '../../../src/session/disk-journal/lines.ts';
import { SmallDisk } from '../../faults/small-disk.ts';
import { CliHost } from '../../support/cli-host.ts';
import { isRunning } from '../../support/process-table.ts';
import { ProbeClient } from '../../support/probe-client.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { TestDevice } from '../../support/test-device.ts';
import { testHost, type TestHost } from '../../support/test-host.ts';
import { transportPair } from '../../support/transport-pair.ts';
import { eventually, within } from '../../support/wait.ts';

const lastingAgent = resolve('test/support/lasting-agent.mjs');

/** What reached the agent of a folder, by process. */
function agentLog(folder: string): { pid: number; what: string }[] {
  if (!existsSync(join(folder, 'log'))) return [];
  const lines = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');
  return lines.map((line) => ({ pid: Number(line.split(' ')[0]), what: line.split(' ').slice(1).join(' ') }));
}

/** The conversation as a client has it: texts and events in their order. */
function story(probe: ProbeClient): string[] {
  return probe.facts.flatMap(({ event, update }) => {
    if (event?.type === 'turn_ended') return [`${event.id} ${event.outcome}`];
    if (event?.type === 'queue_held') return ['held'];
    const { content, sessionUpdate } = update as { content?: { text?: string }; sessionUpdate: string };
    return sessionUpdate === 'agent_message_chunk' ? [content?.text ?? ''] : [];
  });
}

describe('hosts that come back', function () {
  this.timeout(120_000);
  const running: TestHost[] = [];
  const devices: TestDevice[] = [];
  const clis: CliHost[] = [];

  afterEach(async () => {
    for (const device of devices.splice(0)) device.dispose();
    for (const { host } of running.splice(0)) await host.stop();
    for (const cli of clis.splice(0)) await cli.stop();
  });

  /** A host on the folders of `before`, or on new ones. */
  async function host(before?: TestHost, ports: Parameters<typeof testHost>[1] = {}): Promise<TestHost> {
    const { machineFolder, cwd } = before?.ports ?? {};
    const test = await testHost(
      before ? { ...before.settings } : {},
      before ? { machineFolder: machineFolder!, cwd: cwd!, ...ports } : ports,
    );
    running.push(test);
    return test;
  }

  async function client({ host }: TestHost): Promise<{ probe: ProbeClient; session: string }> {
    const [near, far] = transportPair();
    host.connectDesk(far);
    const probe = new ProbeClient(near);
    await probe.initialize();
    const session = (await eventually(() => host.status.session, { what: 'a session' })).id;
    return { probe, session };
  }

  const past = (probe: ProbeClient, params: object = { limit: 50 }) =>
    probe.request<PastResult>(methods.past, params);

  it('B9, B10: suspended, the next host opens the same session, with its own agent, which runs if it ran', async () => {
    const first = await host();
    await first.host.start();
    const one = await client(first);
    const { head } = await one.probe.resume(one.session, { tail: 50 });
    await one.probe.prompt(one.session, 'prompt-01', 'one two');
    const waiting = one.probe.prompt(one.session, 'prompt-02', 'wait').catch(() => {});
    await one.probe.fact(
      'the turn',
      ({ event }) => event?.type === 'turn_started' && event.id === 'prompt-02',
    );
    await first.host.suspend();
    await waiting;
    assert.equal(first.host.status.state, 'off');

    const second = await host(first);
    // The settings name another agent by now.
    second.settings.agent = { kind: 'named', name: 'demo' };
    await second.host.start({ agent: false });
    const two = await client(second);
    assert.equal(two.session, one.session);
    const resumed = await two.probe.resume(two.session, { tail: 50 });
    assert.equal(resumed.head.epoch, head.epoch);
    await eventually(() => second.host.status.agent?.state === 'ready', { what: 'the agent by itself' });
    assert.equal(second.host.status.agent?.demo, false);
    await eventually(() => story(two.probe).includes('prompt-02 interrupted'), {
      what: 'the end of the turn',
    });
    await assert.rejects(two.probe.prompt(two.session, 'prompt-02', 'wait'));
    assert.deepEqual(await two.probe.prompt(two.session, 'prompt-01', 'one two'), { stopReason: 'end_turn' });
    await two.probe.prompt(two.session, 'prompt-03', 'three');
    assert.equal(story(two.probe).join('').split('one ').length, 2, 'said once');

    // An agent that did not run is not started.
    await second.host.suspend();
    const third = await host(first);
    await third.host.start({ agent: false });
    await eventually(() => third.host.status.agent?.state === 'ready', { what: 'the agent by itself' });
    const [id] = readdirSync(join(first.ports.machineFolder, 'sessions'));
    await third.host.suspend();
    const file = join(first.ports.machineFolder, 'sessions', id!, 'session.json');
    const stored = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    assert.deepEqual([stored['open'], stored['agentRuns'], stored['process']], [true, true, undefined]);
    writeFileSync(file, JSON.stringify({ ...stored, agentRuns: false }));
    const fourth = await host(first);
    await fourth.host.start({ agent: false });
    assert.equal((await client(fourth)).session, one.session);
    assert.equal(fourth.host.status.agent?.state, 'none');
  });

  it('B9, B11: Stop ends the session: the next start has a new one, and the old one can be read', async () => {
    const first = await host();
    await first.host.start();
    const one = await client(first);
    await one.probe.resume(one.session, { tail: 50 });
    await one.probe.prompt(one.session, 'prompt-01', 'one two');
    await first.host.stop();
    // Nothing was asked in this one: it is not kept.
    await first.host.start();
    const empty = await client(first);
    assert.notEqual(empty.session, one.session);
    await first.host.stop();

    const second = await host(first);
    await second.host.start({ agent: false });
    const two = await client(second);
    assert.ok(![one.session, empty.session].includes(two.session));
    const { sessions, next } = await past(two.probe);
    assert.deepEqual([sessions.map(({ id }) => id), next], [[one.session], null]);
    assert.deepEqual([sessions[0]?.title, sessions[0]?.state], ['one two', 'ended']);
    await two.probe.resume(one.session, { tail: 50 });
    await eventually(() => story(two.probe).includes('prompt-01 done'), { what: 'what was said' });
    await assert.rejects(two.probe.prompt(one.session, 'prompt-09', 'late'));
  });

  it('B9: a client that asks for a session while it is being opened again gets that one, and its journal has one writer', async () => {
    const first = await host();
    await first.host.start();
    const one = await client(first);
    await one.probe.resume(one.session, { tail: 50 });
    await one.probe.prompt(one.session, 'prompt-01', 'one two');
    await first.host.suspend();

    const second = await host(first);
    const [near, far] = transportPair();
    second.host.connectDesk(far);
    const probe = new ProbeClient(near);
    await probe.initialize();
    const started = second.host.start();
    // Before, while and after it is opened.
    let asking = true;
    const asked = (async () => {
      while (asking) {
        await probe.resume(one.session, { tail: 50 }).catch(() => undefined);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await started;
    asking = false;
    await asked;
    await probe.resume(one.session, { tail: 50 });
    await probe.prompt(one.session, 'prompt-02', 'three');
    await second.host.suspend();
    const folder = join(first.ports.machineFolder, 'sessions', one.session);
    const segments = readdirSync(folder).filter((name) => name.endsWith('.log'));
    const lines = segments.flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'));
    for (const line of lines) assert.match(line, /^[0-9a-f]{8} \{.*\}$/);
    assert.equal(
      lines.filter((line) => line.endsWith('{"closed":true}')).length,
      2,
      'closed by each host once',
    );
  });

  it('B9, H5: a session whose agent or journal is gone does not stop remote control, and says so', async () => {
    const first = await host();
    await first.host.start();
    const one = await client(first);
    await one.probe.prompt(one.session, 'prompt-01', 'one two');
    await first.host.suspend();
    const folder = join(first.ports.machineFolder, 'sessions', one.session);
    const file = join(folder, 'session.json');
    const stored = JSON.parse(readFileSync(file, 'utf8')) as { agent: object };
    const choice = { kind: 'command', command: 'no-such-agent', args: [] };
    writeFileSync(file, JSON.stringify({ ...stored, agent: { ...stored.agent, choice } }));
    const second = await host(first);
    await second.host.start({ agent: false });
    const two = await client(second);
    assert.equal(two.session, one.session);
    await two.probe.resume(two.session, { tail: 50 });
    await eventually(() => story(two.probe).includes('prompt-01 done'), { what: 'what was said' });
    await eventually(() => second.host.status.error?.code === 'agent_missing', { what: 'what is wrong' });
    assert.equal(second.host.status.state, 'on');
    await second.host.suspend();

    // Its journal was written by a newer Offdesk.
    const segment = join(folder, readdirSync(folder).filter((name) => name.endsWith('.log'))[0]!);
    const [header = '', ...lines] = readFileSync(segment, 'latin1').split('\n');
    const newer = encodeLine(header.slice(9).replace(/"version":\d+/, '"version":99')).toString('latin1');
    writeFileSync(segment, newer + lines.join('\n'), 'latin1');
    const before = readFileSync(segment);
    const third = await host(first);
    await third.host.start({ agent: false });
    const three = await client(third);
    assert.equal(third.host.status.state, 'on');
    assert.notEqual(three.session, one.session);
    assert.deepEqual(
      third.host.status.notices.map(({ code }) => code),
      ['storage_failed'],
    );
    assert.deepEqual(readFileSync(segment), before);
    await assert.rejects(three.probe.resume(one.session, { tail: 50 }));
    await three.probe.prompt(three.session, 'prompt-02', 'hello');
  });

  it('B9: what is damaged, of another version or half made is passed over and left as it is', async () => {
    const first = await host();
    const sessions = join(first.ports.machineFolder, 'sessions');
    const odd = { 'half-made': undefined, newer: '{"version":2,"id":"newer"}', torn: '{"version":1,' };
    for (const [id, text] of Object.entries(odd)) {
      mkdirSync(join(sessions, id), { recursive: true });
      if (text !== undefined) writeFileSync(join(sessions, id, 'session.json'), text);
    }
    writeFileSync(join(sessions, 'no-folder'), '');
    await first.host.start({ agent: false });
    const { probe, session } = await client(first);
    assert.deepEqual((await past(probe)).sessions, []);
    await first.host.suspend();
    assert.deepEqual(readdirSync(sessions).sort(), [...Object.keys(odd), 'no-folder', session].sort());
    assert.equal(readFileSync(join(sessions, 'torn', 'session.json'), 'utf8'), odd.torn);
  });

  it('B11, B12: past sessions come in pages, and go by age and size, the oldest first, open ones never', async () => {
    const first = await host();
    const sessions = join(first.ports.machineFolder, 'sessions');
    const day = 24 * 60 * 60 * 1000;
    const now = Date.now();
    const write = (id: string, ageDays: number, kilobytes: number, open = false, cwd = '/elsewhere') => {
      mkdirSync(join(sessions, id), { recursive: true });
      const agent = { choice: { kind: 'named', name: 'demo' }, title: 'Demo agent', demo: true };
      const times = { createdAt: now - ageDays * day, updatedAt: now - ageDays * day };
      const stored = { version: 1, id, cwd, title: id, agent, open, agentRuns: false, ...times };
      writeFileSync(join(sessions, id, 'session.json'), JSON.stringify(stored));
      writeFileSync(join(sessions, id, '000000000001.log'), Buffer.alloc(kilobytes * 1024));
    };
    for (const [id, age] of [
      ['a', 1],
      ['b', 2],
      ['c', 3],
      ['d', 4],
    ] as const)
      write(id, age, 600);
    write('old', 91, 1);
    write('old-open', 400, 600, true);
    first.settings.history = { maxAgeDays: 90, maxSizeMB: 2 };
    await first.host.start({ agent: false });
    const { probe } = await client(first);
    // 5 × 600 KB exceed 2 MB by two.
    await eventually(async () => (await past(probe)).sessions.length === 3, { what: 'the old ones to go' });
    const pages: string[][] = [];
    for (let before: string | null | undefined; before !== null;) {
      const page = await past(probe, { limit: 2, ...(before === undefined ? {} : { before }) });
      pages.push(page.sessions.map(({ id }) => id));
      before = page.next;
    }
    assert.deepEqual(pages, [['a', 'b'], ['old-open']]);
    const kept = () => readdirSync(sessions).filter((id) => id.length < 9);
    await eventually(() => kept().sort().join() === 'a,b,old-open', { what: 'their folders to go' });
    await assert.rejects(past(probe, { limit: 2, before: 'nonsense' }));
    await assert.rejects(probe.resume('d', { tail: 50 }));
  });

  it('B13, B8: a full disk is said on every surface until there is room; what is refused can be sent again', async function () {
    const folder = tempFolder('small');
    const disk = SmallDisk.mount(folder);
    if (!disk) {
      console.log('      skipped: only root can mount a small disk');
      this.skip();
    }
    try {
      const test = await host(undefined, { machineFolder: folder });
      await test.host.start();
      const { probe, session } = await client(test);
      await probe.resume(session, { tail: 50 });
      const many = 3_000;
      const running = probe.prompt(session, 'prompt-01', 'word '.repeat(many));
      await eventually(() => story(probe).length > 0, { what: 'the turn' });
      disk.fill();
      assert.equal((await within(running, 30_000, 'the turn to go on')).stopReason, 'end_turn');
      await eventually(() => probe.state?.warnings.length === 1, { what: 'the warning' });
      const refused = await probe.prompt(session, 'prompt-02', 'two').catch((error: unknown) => error);
      const { data } = refused as { data?: { offdesk?: { code: string } } };
      assert.equal(data?.offdesk?.code, 'storage_failed');
      const codes = () => test.host.status.notices.map(({ code }) => code);
      await eventually(() => codes().includes('storage_failed'), { what: 'the notice' });
      await eventually(() => story(probe).includes('prompt-01 done'), { what: 'the end of the turn' });

      disk.free();
      await eventually(() => probe.state?.warnings.length === 0, { what: 'room' });
      await eventually(() => !codes().includes('storage_failed'), { what: 'the notice to go' });
      assert.equal((await probe.prompt(session, 'prompt-02', 'two')).stopReason, 'end_turn');
      const told = story(probe).join('');
      assert.equal(told.split('word').length, many + 1);
      await test.host.suspend();
      const next = await host(test);
      await next.host.start({ agent: false });
      const again = await client(next);
      await again.probe.resume(session, { tail: 50 });
      await eventually(() => story(again.probe).includes('prompt-02 done'), { what: 'all of it' });
      assert.equal(story(again.probe).join(''), told);
      await next.host.stop();
    } finally {
      disk.close();
    }
  });

  it('B10, B14, B3: killed in a turn, the same session comes back on the phone, nothing runs twice or is left over', async () => {
    for (const ability of ['loads', 'forgets']) {
      const folder = tempFolder('lasting');
      const home = tempFolder('od-home');
      const cwd = tempFolder('od-ws');
      const args = ['--agent-command', `${process.execPath} ${lastingAgent} ${folder} ${ability}`];
      const start = () => {
        const cli = new CliHost({ args, home, cwd });
        clis.push(cli);
        return cli;
      };
      /** The device on the next host, as soon as that is there. */
      const next = async () => {
        const cli = start();
        device.probe = undefined;
        await cli.ready();
        device.connection!.wake();
        const probe = await eventually(() => device.probe, {
          what: 'the device to come back',
          timeoutMs: 40_000,
        });
        return { cli, probe };
      };
      const first = start();
      const device = new TestDevice();
      devices.push(device);
      const paired = device.pair(await first.ready());
      await first.event('pairing');
      first.say('y');
      await paired;
      const one = await device.connect();
      const session = await eventually(() => one.state?.sessions[0]?.id, { what: 'a session' });
      const { head } = await one.resume(session, { tail: 50 });
      await one.prompt(session, 'prompt-01', 'hello');
      for (const [id, text] of [
        ['prompt-02', 'wait'],
        ['prompt-03', 'later'],
      ] as const) {
        one.prompt(session, id, text).catch(() => {});
      }
      await one.fact(
        'the queue',
        ({ event }) => event?.type === 'prompt_received' && event.id === 'prompt-03',
      );
      await eventually(() => story(one).includes('echo wait'), { what: 'the turn' });
      const cursor = { epoch: head.epoch, seq: one.facts.at(-1)!.seq };
      const orphan = agentLog(folder)[0]!.pid;
      first.process.signal('SIGKILL');
      await first.process.exited;
      assert.ok(isRunning(orphan), 'this agent does not end with its host');

      const { cli: second, probe: two } = await next();
      await eventually(() => two.state?.sessions[0]?.id === session, { what: 'the same session' });
      const resumed = await two.resume(session, { after: cursor });
      assert.deepEqual([resumed.reset, resumed.head.epoch], [false, head.epoch]);
      await eventually(() => story(two).includes('held'), { what: 'the queue to be held' });
      assert.deepEqual(story(two), ['prompt-02 interrupted', 'held']);
      await assert.rejects(two.prompt(session, 'prompt-02', 'wait'));
      const later = two.prompt(session, 'prompt-03', 'later');
      await two.request(methods.queueResume, { sessionId: session, change: 'change-01' });
      assert.equal((await within(later, 20_000, 'what waited')).stopReason, 'end_turn');
      const log = agentLog(folder);
      assert.deepEqual(
        log.filter(({ what }) => what.startsWith('prompt')).map(({ what }) => what),
        ['prompt hello', 'prompt wait', 'prompt later'],
      );
      const how = ability === 'loads' ? 'load lasting-1' : 'new';
      assert.deepEqual(
        log.filter(({ pid }) => pid !== orphan).map(({ what }) => what),
        ['started', how, 'prompt later'],
      );
      assert.ok(!isRunning(orphan), 'the agent of before is gone');
      const notices = two.facts.filter(({ update }) => update.sessionUpdate === 'notice');
      assert.equal(notices.length, ability === 'loads' ? 1 : 2);

      // A terminal that closes leaves it open; Ctrl-C ends it.
      second.process.signal('SIGHUP');
      assert.deepEqual(await second.process.exited, { code: 0, signal: null });
      const { cli: third, probe: three } = await next();
      await eventually(() => three.state?.sessions[0]?.id === session, { what: 'the same session' });
      // Killed, and then started elsewhere: the agent that is left is nobody else's to end.
      await eventually(() => agentLog(folder).at(-1)?.what === how, { what: 'the agent by itself' });
      const { pid: left } = agentLog(folder).at(-1)!;
      third.process.signal('SIGKILL');
      await third.process.exited;
      assert.ok(isRunning(left));
      const elsewhere = new CliHost({ home });
      clis.push(elsewhere);
      await elsewhere.ready();
      await eventually(() => !isRunning(left), { what: 'the agent of the other folder to be gone' });
      await elsewhere.stop();
      const { cli: sixth, probe: six } = await next();
      await eventually(() => six.state?.sessions[0]?.id === session, { what: 'the same session' });
      await sixth.stop();
      const { cli: fourth, probe: four } = await next();
      const fresh = await eventually(() => four.state?.sessions[0]?.id, { what: 'a session' });
      assert.notEqual(fresh, session);
      const { sessions } = await past(four);
      assert.deepEqual(
        sessions.map(({ id }) => id),
        [session],
      );
      await fourth.stop();
      device.dispose();
    }
  });
});
