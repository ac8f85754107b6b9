/** Sessions of agents that share one process, over real processes: whose is what, and what becomes of the others. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { markVariable } from '../../../src/agent/family.ts';
import type { Sharing } from '../../../src/agent/known/known-agent.ts';
import { endAbandoned, endOrphan, type ProcessIdentity } from '../../../src/agent/orphan.ts';
import { SharedProcesses } from '../../../src/agent/shared-processes.ts';
import { Upstream, type UpstreamOptions } from '../../../src/agent/upstream.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { QuestionEnd } from '../../../src/session/agent-port.ts';
import { KeptSink, type KeptQuestion } from '../../support/kept-sink.ts';
import { root } from '../../support/paths.ts';
import { isRunning, processesWithEnv } from '../../support/process-table.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { eventually, within } from '../../support/wait.ts';

const program = join(root, 'test', 'integration', 'host', 'several-agent.mjs');
const markName = 'OFFDESK_TEST_SHARED';
const words = (text: string) => [{ type: 'text', text }];

/** A session with what it was told. */
interface Member {
  agent: Upstream;
  sink: KeptSink;
  cwd: string;
  session: string;
  pid: number;
}

describe('a process that sessions share', function () {
  this.timeout(60_000);
  const agents: Upstream[] = [];
  let mark = '';
  let count = 0;
  let home: string;
  let shared: SharedProcesses;

  beforeEach(() => {
    mark = `${process.pid}-${++count}`;
    home = tempFolder('od-shared');
    shared = new SharedProcesses(home);
  });
  afterEach(async () => {
    await Promise.all(agents.splice(0).map((agent) => agent.stop()));
    assert.deepEqual(processesWithEnv(markName, mark), [], 'nothing is left');
  });

  function upstream(options: Partial<UpstreamOptions> = {}, sharing: Sharing | undefined = 'all'): Upstream {
    const agent = new Upstream({
      ...{ name: 'Test agent', command: process.execPath, args: [program] },
      ...{ installHint: 'Install it.', authMethod: undefined, loginHint: 'Log in.' },
      ...{ cwd: tempFolder(), log: silentLog, shared, ...(sharing && { quirks: { sharing } }) },
      ...options,
      env: { [markName]: mark, ...options.env },
    });
    agents.push(agent);
    return agent;
  }

  async function started(agent: Upstream, cwd = '', earlier?: string): Promise<Member> {
    const sink = new KeptSink();
    const { session } = await within(agent.start(sink, earlier), 30_000, 'a start');
    return { agent, sink, cwd, session, pid: await pidOf(agent, sink) };
  }

  /** As the agent says itself. */
  async function pidOf(agent: Upstream, sink: KeptSink): Promise<number> {
    await agent.prompt(words('pid'));
    return Number(/pid (\d+)/.exec(sink.text.slice(sink.text.lastIndexOf('pid ')))?.[1]);
  }

  async function member(options: Partial<UpstreamOptions> = {}, sharing?: Sharing): Promise<Member> {
    const cwd = options.cwd ?? tempFolder();
    return started(upstream({ ...options, cwd }, sharing), cwd);
  }

  const together = (many: number, ...options: Parameters<typeof member>) =>
    Promise.all(Array.from({ length: many }, () => member(...options)));
  const pids = (members: readonly Member[]) => new Set(members.map(({ pid }) => pid)).size;
  const running = () => processesWithEnv(markName, mark).length;

  it('A27: sessions that start at once share a process, each in its own folder; it ends with the last of them', async () => {
    const members = await together(4);
    assert.equal(pids(members), 1);
    assert.equal(running(), 1);
    await Promise.all(members.map(({ agent }, i) => agent.prompt(words(`write own.txt of ${i}`))));
    for (const { cwd } of members) assert.ok(existsSync(join(cwd, 'own.txt')));
    assert.ok(!existsSync(join(home, 'own.txt')));
    const [first, ...others] = members;
    for (const { agent } of others) await agent.stop();
    assert.deepEqual(await first!.agent.prompt(words('on')), { stopReason: 'end_turn' });
    await first!.agent.stop();
    assert.equal(running(), 0);
  });

  it('A27: not those that are started otherwise, have no such agent, or whose agent closes no session', async () => {
    const one = await member();
    const others = [
      await member({ env: { OTHER: 'x' } }),
      await member({ args: [program, 'other'] }),
      await member({ quirks: {} }),
    ];
    assert.equal(pids([one, ...others]), 4);
    assert.equal(pids(await together(2, { args: [program, 'unclosed'] })), 2);
  });

  it('A27: a process that wanted a login is joined no more, since it may not know of one that came; who works there goes on', async () => {
    const [one, two] = (await together(2)) as [Member, Member];
    await assert.rejects(one.agent.prompt(words('log-in')), { code: 'agent_login_required' });
    const later = await member();
    assert.notEqual(later.pid, two.pid);
    assert.equal((await started(one.agent, one.cwd, one.session)).pid, later.pid);
    assert.deepEqual(await two.agent.prompt(words('on')), { stopReason: 'end_turn' });
  });

  it('A27: of an agent whose lasting answers hold in a folder, one session of each folder, also of one that left', async () => {
    const cwd = tempFolder();
    const [one, elsewhere] = [await member({ cwd }, 'folders'), await member({}, 'folders')];
    assert.equal(pids([one, elsewhere]), 1);
    const same = await member({ cwd }, 'folders');
    assert.notEqual(same.pid, one.pid);
    await one.agent.stop();
    const later = await member({ cwd }, 'folders');
    assert.equal(new Set([elsewhere.pid, same.pid, later.pid]).size, 3);
  });

  it('A28: at the same time each is told what is its own, from before it has a name, and asked what is its own', async () => {
    const members = await together(5);
    const turns = members.map(async ({ agent, sink }, i) => {
      sink.answer = (_, { kind, request }) => Promise.resolve(answerOf(kind, request, i));
      for (let round = 0; round < 10; round++) {
        const what = ['say', 'ask', 'form'][(round * 7 + i) % 3]!;
        await agent.prompt(words(`${what} ${i}.${round}`));
      }
    });
    await within(Promise.all(turns), 30_000, 'all turns');
    for (const [i, { sink, session }] of members.entries()) {
      const commands = sink.updates.filter((update) => update.sessionUpdate === 'available_commands_update');
      assert.deepEqual(
        commands.map((update) => (update['availableCommands'] as { name: string }[])[0]?.name),
        [`of-${session}`],
      );
      const said = [...sink.text.matchAll(/(\d)\.(\d)(?: (yes|colour\d))?/g)];
      assert.deepEqual(
        said.map(([, own, round]) => `${own}.${round}`),
        Array.from({ length: 10 }, (_, r) => `${i}.${r}`),
      );
      for (const { request } of sink.questions) assert.equal(request['sessionId'], session);
      assert.equal(sink.questions.length, said.filter(([, , , answer]) => answer !== undefined).length);
      assert.ok(
        said.every(([, , , answer]) => answer === undefined || answer === 'yes' || answer === `colour${i}`),
      );
    }
  });

  function answerOf(kind: KeptQuestion['kind'], request: Record<string, unknown>, i: number): QuestionEnd {
    const asked = JSON.stringify(request);
    assert.match(asked, new RegExp(`[" ]${i}\\.\\d`), 'only its own question');
    return kind === 'permission'
      ? { outcome: 'selected', optionId: 'yes' }
      : { action: 'accept', content: { colour: `colour${i}` } };
  }

  it('A29: a cancel is of its session alone', async () => {
    const [one, two] = (await together(2)) as [Member, Member];
    const [first, second] = [one.agent.prompt(words('wait')), two.agent.prompt(words('wait'))];
    await eventually(() => one.sink.text.includes('wait') && two.sink.text.includes('wait'), {
      what: 'both turns',
    });
    one.agent.cancel();
    assert.deepEqual(await first, { stopReason: 'cancelled' });
    assert.ok(isRunning(two.pid));
    two.agent.cancel();
    assert.deepEqual(await second, { stopReason: 'cancelled' });
  });

  it('A29: one that is started again goes on in another process; who works is let be, and who comes later joins that one', async () => {
    const [one, two] = (await together(2)) as [Member, Member];
    const turn = two.agent.prompt(words('wait'));
    await eventually(() => two.sink.text.includes('wait'), { what: 'the turn' });
    const again = await started(one.agent, one.cwd, one.session);
    assert.equal(again.session, one.session);
    assert.notEqual(again.pid, one.pid);
    assert.equal((await member()).pid, again.pid);
    assert.equal(two.sink.end, undefined);
    two.agent.cancel();
    assert.deepEqual(await turn, { stopReason: 'cancelled' });
    // The last one of the first process.
    await started(two.agent, two.cwd, two.session);
    assert.ok(!isRunning(one.pid));
  });

  it('A29: a turn that goes on after its cancel ends with its session; the others go on', async () => {
    const one = await member({ cancelMs: 300 });
    const two = await member();
    assert.equal(one.pid, two.pid);
    const [hangs, waits] = [one.agent.prompt(words('hang')), two.agent.prompt(words('wait'))];
    await eventually(() => one.sink.text.includes('hang') && two.sink.text.includes('wait'), {
      what: 'both turns',
    });
    one.agent.cancel();
    assert.deepEqual(await within(hangs, 20_000, 'its end'), { stopReason: 'cancelled' });
    assert.equal(one.sink.end?.code, 'agent_exited');
    assert.equal(two.sink.end, undefined);
    two.agent.cancel();
    assert.deepEqual(await waits, { stopReason: 'cancelled' });
    assert.notEqual((await started(one.agent, one.cwd, one.session)).pid, one.pid);
  });

  it('A29: one that cannot be ended takes the process with it, and the others are told why', async () => {
    const [one, two] = (await together(2)) as [Member, Member];
    const [stuck, waits] = [one.agent.prompt(words('stuck')), two.agent.prompt(words('wait'))];
    stuck.catch(() => {});
    const lost = assert.rejects(waits, { code: 'agent_exited' });
    await eventually(() => one.sink.text.includes('stuck') && two.sink.text.includes('wait'), {
      what: 'both turns',
    });
    await within(one.agent.stop(), 20_000, 'its stop');
    assert.ok(!isRunning(one.pid));
    await lost;
    await eventually(() => two.sink.end, { what: 'the end to be told' });
    assert.match(two.sink.end!.message, /did not stop in another session/);
    assert.deepEqual([one.sink.end], [undefined], 'an end that was asked for is no accident');
  });

  it('A30: a crash is told to each, after all that it had said; they come back together with their sessions', async () => {
    const members = await together(3);
    const [one, two, three] = members as [Member, Member, Member];
    const waits = two.agent.prompt(words('wait'));
    const asks = three.agent.prompt(words('ask x'));
    three.sink.answer = () => new Promise(() => {});
    const lost = [waits, asks].map((turn) => assert.rejects(turn, { code: 'agent_exited' }));
    await eventually(() => two.sink.text.includes('did wait') && three.sink.questions.length, {
      what: 'two turns',
    });
    await assert.rejects(one.agent.prompt(words('die')), { code: 'agent_exited' });
    await Promise.all(lost);
    for (const { sink } of members) {
      await eventually(() => sink.end, { what: 'the end to be told' });
      assert.match(sink.end!.message, /code 3/);
      assert.equal(sink.order.indexOf('exited'), sink.order.length - 1);
      assert.equal(sink.order.filter((one) => one === 'exited').length, 1);
    }
    assert.ok(three.sink.questions[0]!.withdrawn.aborted, 'nobody waits for an answer any more');
    const back = await Promise.all(members.map(({ agent, cwd, session }) => started(agent, cwd, session)));
    assert.equal(pids(back), 1);
    assert.deepEqual(
      back.map(({ session }) => session),
      members.map(({ session }) => session),
    );
  });

  it('A30: one that never starts is none for those who wait for it', async () => {
    const silent = join(root, 'test', 'support', 'bad-agents', 'silent.mjs');
    const two = [0, 1].map(() => upstream({ args: [silent], startMs: 500 }));
    const starts = two.map((agent) => assert.rejects(agent.start(new KeptSink()), { code: 'agent_timeout' }));
    await within(Promise.all(starts), 30_000, 'both to fail');
    const stopped = upstream({ args: [silent] });
    const waits = upstream({ args: [silent] });
    const failed = [stopped, waits].map((agent) => assert.rejects(agent.start(new KeptSink())));
    await eventually(() => running() > 0, { what: 'the process' });
    await within(Promise.all([stopped.stop(), waits.stop()]), 20_000, 'the stops');
    await within(Promise.all(failed), 20_000, 'the starts to fail');
  });

  it('A31: each session has it on record, until it leaves; the next host ends it, but not while its host runs', async () => {
    const known: (ProcessIdentity | undefined)[][] = [[], []];
    const [one, two] = await Promise.all(
      known.map((told) => member({ onProcess: (identity) => void told.push(identity) })),
    );
    assert.equal(known[0]![0]?.pid, one!.pid);
    assert.deepEqual(known[0]![0], known[1]![0]);
    await one!.agent.stop();
    assert.equal(known[0]!.at(-1), undefined);
    assert.equal(known[1]!.length, 1);
    assert.equal(await endOrphan(known[1]![0]!), 'none');
    assert.equal(await endAbandoned(), 'none');
    assert.ok(isRunning(two!.pid));
  });

  it('A31: what a host in a container shares is not for those outside of it to end, whatever its number is there', async function () {
    if (process.platform !== 'linux') this.skip();
    // No process of this number is here, and the namespace is another one.
    const mark = 'host-4194303-4711@boot@1.y';
    const agent = spawn('sh', ['-c', 'echo ready; exec sleep 60'], {
      ...{ detached: true, stdio: ['ignore', 'pipe', 'ignore'] },
      env: { ...process.env, [markVariable]: mark },
    });
    const gone = once(agent, 'exit');
    try {
      await once(agent.stdout!, 'data');
      assert.equal(await endAbandoned(), 'none');
      assert.equal(await endOrphan({ pid: agent.pid!, startedAt: '', mark }), 'none');
      assert.ok(isRunning(agent.pid!));
    } finally {
      agent.kill('SIGKILL');
      await gone;
    }
  });

  it('A31: what a killed host shared is ended by the next one, on record or not', async function () {
    if (process.platform !== 'linux') this.skip();
    for (const how of ['record', 'mark']) {
      const host = spawn(
        process.execPath,
        ['--import', 'tsx', join(root, 'test', 'integration', 'agent', 'sharing-host.ts'), program],
        { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, [markName]: mark } },
      );
      const lines = createInterface({ input: host.stdout });
      const [line] = (await within(once(lines, 'line'), 30_000, 'the host')) as [string];
      const identity = JSON.parse(line) as ProcessIdentity;
      host.kill('SIGKILL');
      await once(host, 'exit');
      // It may have seen its input close by then, and have ended by itself.
      const end = how === 'record' ? await endOrphan(identity) : await endAbandoned();
      assert.notEqual(end, 'left');
      await eventually(() => !isRunning(identity.pid), { what: 'its end' });
    }
  });
});
