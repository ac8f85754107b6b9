/** The demo agent over ACP, in memory and as a process. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHarmless } from '../../../src/agent/demo/command.ts';
import { DemoAgent, type DemoOptions } from '../../../src/agent/demo/demo-agent.ts';
import { Scratch } from '../../../src/agent/demo/scratch.ts';
import { understand } from '../../../src/agent/demo/understand.ts';
import { applyFacts, emptyTranscript } from '../../../src/transcript/fold.ts';
import type { ToolItem } from '../../../src/transcript/items.ts';
import { AcpProbe, childStream, type ProbeOptions } from '../../support/acp-probe.ts';
import { root } from '../../support/paths.ts';
import { eventually, within } from '../../support/wait.ts';
import { Recorder } from '../transcript/recorded.ts';

describe('demo agent', () => {
  let folder: string;
  const ends: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'offdesk-test-demo-')));
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    await rm(folder, { recursive: true, force: true });
  });

  async function begin(options: DemoOptions = {}, probeOptions: ProbeOptions = {}): Promise<AcpProbe> {
    const demo = new DemoAgent({ paceMs: 0, scratch: join(folder, 'scratch'), ...options });
    const probe = new AcpProbe(demo.app(), probeOptions);
    ends.push(async () => {
      probe.connection.close();
      await demo.dispose();
    });
    await probe.open(folder);
    return probe;
  }

  /** The tool calls as a reader sees them. */
  function tools(probe: AcpProbe): ToolItem[] {
    const recorder = new Recorder();
    for (const update of probe.updates) recorder.update(update);
    const { items } = applyFacts(emptyTranscript(), recorder.facts);
    return items.filter((item): item is ToolItem => item.kind === 'tool');
  }

  const note = (): string => join(folder, 'scratch', 'demo-notes.md');

  it('X1: says truthfully what it can do', async () => {
    const probe = new AcpProbe(new DemoAgent().app());
    const hello = await probe.initialize();
    assert.equal(hello.agentInfo?.name, 'offdesk-demo');
    assert.equal(hello.agentCapabilities?.loadSession, false);
    const session = await probe.open(folder);
    assert.deepEqual(
      session.modes?.availableModes.map(({ id }) => id),
      ['ask', 'auto'],
    );
    assert.deepEqual(
      session.configOptions?.map(({ id }) => id),
      ['pace'],
    );
    const offered = await eventually(
      () => probe.updates.find((update) => update.sessionUpdate === 'available_commands_update'),
      { what: 'commands' },
    );
    const names = (offered['availableCommands'] as { name: string }[]).map(({ name }) => name);
    assert.deepEqual(names, ['help', 'text', 'plan', 'ask', 'edit', 'run', 'long']);
    probe.connection.close();
  });

  it('X2: a first prompt without a command gives a tour, word by word, with a thought and a title', async () => {
    const probe = await begin();
    assert.deepEqual(await probe.prompt('hi'), { stopReason: 'end_turn' });
    assert.match(probe.text(), /demo agent/);
    assert.notEqual(probe.text('agent_thought_chunk'), '');
    const chunks = probe.updates.filter(({ sessionUpdate }) => sessionUpdate === 'agent_message_chunk');
    assert.ok(chunks.length > 20);
    assert.ok(probe.updates.some((update) => update['title'] === 'hi'));
    assert.ok(probe.updates.some(({ sessionUpdate }) => sessionUpdate === 'usage_update'));
  });

  it('X3: makes a plan and works through it', async () => {
    const probe = await begin();
    await probe.prompt('/plan');
    const plans = probe.updates.filter(({ sessionUpdate }) => sessionUpdate === 'plan');
    const states = plans.map((plan) =>
      (plan['entries'] as { status: string }[]).map(({ status }) => status[0]).join(''),
    );
    assert.deepEqual(states, ['ipp', 'cip', 'cci', 'ccc']);
  });

  it('X4: edits a file after asking, with a diff; once means once', async () => {
    const probe = await begin({}, { onQuestion: (question) => question.choose('allow_once') });
    await probe.prompt('/edit');
    const first = await readFile(note(), 'utf8');
    const [question] = probe.questions;
    const diff = { type: 'diff', path: note(), oldText: null, newText: first };
    assert.deepEqual(question?.toolCall?.content, [diff]);
    assert.deepEqual(
      question?.options.map(({ name }) => name),
      ['Allow once', 'Always allow', 'Reject'],
    );
    await probe.prompt('please edit it again');
    assert.equal(probe.questions.length, 2);
    const second = await readFile(note(), 'utf8');
    assert.ok(second.startsWith(first) && second.length > first.length);
    assert.deepEqual(
      tools(probe).map(({ title, status }) => [title, status]),
      [
        ['Create demo-notes.md', 'completed'],
        ['Edit demo-notes.md', 'completed'],
      ],
    );
  });

  it('X4: rejected, it changes nothing; always, it asks no more; in the other mode it never asks', async () => {
    const probe = await begin();
    probe.onQuestion = (question) => question.choose('reject_once');
    assert.deepEqual(await probe.prompt('/edit'), { stopReason: 'end_turn' });
    assert.equal(existsSync(note()), false);
    assert.deepEqual(
      tools(probe).map(({ status }) => status),
      ['failed'],
    );
    probe.onQuestion = (question) => question.choose('allow_always');
    await probe.prompt('/edit');
    await probe.prompt('/edit');
    assert.equal(probe.questions.length, 2);

    const free = await begin({ scratch: join(folder, 'other') });
    await free.agent.request('session/set_mode', { sessionId: free.sessionId, modeId: 'auto' });
    await free.prompt('/edit x.md with these words');
    assert.equal(free.questions.length, 0);
    assert.match(await readFile(join(folder, 'other', 'x.md'), 'utf8'), /with these words\n$/);
  });

  it('X5: nothing leaves the scratch folder', async () => {
    const outside = join(folder, 'outside');
    await mkdir(outside);
    const scratch = join(folder, 'scratch');
    await mkdir(scratch);
    await symlink(outside, join(scratch, 'link'));
    await symlink(join(outside, 'file'), join(scratch, 'file'));
    const probe = await begin({}, { onQuestion: (question) => question.choose('allow_once') });
    const names = [
      '../x',
      '/etc/offdesk',
      'link/x',
      'file',
      'a/../../x',
      '..',
      '.',
      join(outside, 'x'),
      'no/x',
    ];
    for (const name of names) await probe.prompt(`/edit ${name} y`);
    assert.equal(probe.questions.length, 0);
    assert.deepEqual(await readdir(outside), []);
    assert.deepEqual((await readdir(scratch)).sort(), ['file', 'link']);
    assert.deepEqual((await readdir(folder)).sort(), ['outside', 'scratch']);
  });

  it('X5: a link put there between question and answer is not followed', async () => {
    const target = join(folder, 'target');
    await writeFile(target, 'safe');
    const probe = await begin();
    const turn = probe.prompt('/edit');
    const question = await probe.question();
    await symlink(target, note());
    question.choose('allow_once');
    await turn;
    assert.equal(await readFile(target, 'utf8'), 'safe');
  });

  it('X5: its own temporary folder is gone when it ends; the workspace only when allowed', async () => {
    const scratch = new Scratch();
    const path = await scratch.folder;
    assert.ok(existsSync(path));
    await scratch.dispose();
    assert.equal(existsSync(path), false);
    const onQuestion: ProbeOptions['onQuestion'] = (question) => question.choose('allow_once');
    const probe = await begin({ allowWorkspace: true }, { onQuestion });
    await probe.prompt('/edit in-workspace.md');
    assert.ok(existsSync(join(folder, 'in-workspace.md')));
  });

  it('X6: runs a harmless command after asking, and not when rejected', async () => {
    const probe = await begin({}, { onQuestion: (question) => question.choose('allow_once') });
    await probe.prompt('/run');
    const [ran] = tools(probe);
    assert.deepEqual([ran?.status, ran?.toolKind], ['completed', 'execute']);
    assert.match(ran?.output ?? '', /Hello from the demo agent/);
    probe.onQuestion = (question) => question.choose('reject_once');
    await probe.prompt('run the tests');
    assert.equal(tools(probe)[1]?.status, 'failed');
  });

  it('X7: asks by a form where the client has them, else by a choice', async () => {
    const withForms = await begin();
    const turn = withForms.prompt('/ask');
    const question = await withForms.question();
    assert.equal(question.method, 'elicitation/create');
    question.answer({ action: 'accept', content: { colour: 'Blue', note: 'dark' } });
    await turn;
    assert.match(withForms.text(), /Blue it is\. And I have noted: dark/);

    const without = await begin({}, { elicitation: false });
    const second = without.prompt('/ask');
    const choice = await without.question();
    assert.equal(choice.method, 'session/request_permission');
    assert.deepEqual(
      choice.options.map(({ name }) => name),
      ['Red', 'Blue', 'Neither'],
    );
    choice.choose('reject_once');
    assert.deepEqual(await second, { stopReason: 'end_turn' });
    assert.match(without.text(), /No answer is fine/);
  });

  it('X8: can be cancelled while it talks and with a question open', async () => {
    const probe = await begin({ paceMs: 5 });
    const long = probe.prompt('/long 10000');
    await eventually(() => probe.text().includes('word3'), { what: 'some words' });
    await probe.cancel();
    assert.deepEqual(await within(long, 25_000, 'the end'), { stopReason: 'cancelled' });
    const said = probe.text();

    const edit = probe.prompt('/edit');
    const question = await probe.question();
    await probe.cancel();
    assert.deepEqual(await within(edit, 25_000, 'the end'), { stopReason: 'cancelled' });
    await eventually(() => question.signal.aborted, { what: 'the question to be taken back' });
    assert.equal(existsSync(note()), false);
    assert.deepEqual(
      tools(probe).map(({ status }) => status),
      ['failed'],
    );
    assert.ok(!probe.text().slice(said.length).includes('word'), 'nothing was said after the cancel');
    // And it goes on as if nothing had been.
    assert.deepEqual(await probe.prompt('/help'), { stopReason: 'end_turn' });
  });

  it('X8: its command is gone when the turn is cancelled', async () => {
    const turn = new AbortController();
    const end = runHarmless(folder, turn.signal, () => {});
    turn.abort();
    assert.equal((await within(end, 25_000, 'the end')).code, null);
  });

  it('X8: one turn at a time', async () => {
    const probe = await begin({ paceMs: 5 });
    const first = probe.prompt('/long 10000');
    await eventually(() => probe.text() !== '', { what: 'some words' });
    await assert.rejects(probe.prompt('/help'), { code: -32600 });
    await probe.cancel();
    await first;
  });

  it('X9: the pace is a config option', async () => {
    const probe = await begin();
    const { sessionId } = probe;
    const result = await probe.agent.request('session/set_config_option', {
      sessionId,
      configId: 'pace',
      value: 'quick',
    });
    assert.equal(result.configOptions[0]?.currentValue, 'quick');
    const wrong = { sessionId, configId: 'pace', value: 'toString' };
    await assert.rejects(probe.agent.request('session/set_config_option', wrong), { code: -32602 });
  });

  it('X2: understands commands and plain words', () => {
    const wish = (text: string, first = false): string => understand(text, first).scene;
    assert.equal(wish('/long 5'), 'long');
    assert.equal(understand('/edit a.md  some words', false).argument, 'a.md  some words');
    assert.equal(wish('/etc/passwd'), 'unknown');
    assert.equal(wish('/constructor'), 'unknown');
    assert.equal(wish('Could you change a file?'), 'edit');
    assert.equal(wish('hello'), 'chat');
    assert.equal(wish('hello', true), 'tour');
  });

  for (const [how, end] of [
    ['stdin ends', (child: ChildProcess) => child.stdin!.end()],
    ['it is asked to', (child: ChildProcess) => child.kill('SIGTERM')],
  ] as const) {
    it(`X10: as a process: serves on stdio and leaves nothing when ${how}`, async () => {
      const script = join(root, 'test', 'unit', 'demo', 'run-demo.ts');
      const child = spawn(process.execPath, ['--import', 'tsx', script], {
        cwd: root,
        env: { ...process.env, OFFDESK_DEMO_PACE_MS: '0', TMPDIR: folder },
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      ends.push(() => Promise.resolve(void child.kill('SIGKILL')));
      const onQuestion: ProbeOptions['onQuestion'] = (question) => question.choose('allow_once');
      const probe = new AcpProbe(childStream(child), { onQuestion });
      await probe.open(folder);
      await probe.prompt('/edit');
      assert.equal(tools(probe)[0]?.status, 'completed');
      const made = (await readdir(folder)).filter((name) => name.startsWith('offdesk-demo-'));
      assert.equal(made.length, 1);
      const ended = once(child, 'exit');
      end(child);
      assert.deepEqual(await within(ended, 25_000, 'the end'), [0, null]);
      assert.equal(existsSync(join(folder, made[0]!)), false);
    }).timeout(60_000);
  }
});
