/** `offdesk attach` with the SDK's own client on its stdio, while a phone follows the same session. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { decodeInvite, encodeInvite } from '../../src/channel/invite.ts';
import { methods } from '../../src/protocol/methods.ts';
import { AttachedEditor } from '../support/attached-editor.ts';
import { CliHost, cliEnvironment } from '../support/cli-host.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { TestDevice } from '../support/test-device.ts';
import type { ProbeClient } from '../support/probe-client.ts';
import { eventually } from '../support/wait.ts';

describe('M8: offdesk attach', function () {
  this.timeout(120_000);
  let host: CliHost;
  let proxy: FaultProxy;
  let phone: TestDevice;
  let probe: ProbeClient;
  let home: string;
  const editors: AttachedEditor[] = [];

  beforeEach(async () => {
    home = tempFolder('od-editor');
    host = new CliHost({});
    const link = await host.ready();
    proxy = await FaultProxy.start({ target: { port: Number(new URL(link).port) } });
    phone = new TestDevice();
    const paired = phone.pair(link, { name: 'Pixel' });
    await host.event('pairing');
    host.say('y');
    await paired;
    probe = await phone.connect();
    await eventually(() => probe.state?.sessions[0], { what: 'the session' });
    await probe.resume(sessionId(), { tail: 50 });
  });
  afterEach(async () => {
    for (const editor of editors.splice(0)) await editor.process.stop();
    phone?.dispose();
    await proxy?.close();
    await host?.stop();
  });

  const sessionId = (): string => probe.state!.sessions[0]!.id;

  /** A new link that leads through the proxy. */
  async function invite(): Promise<string> {
    const made = decodeInvite(await host.invite());
    const page = `http://127.0.0.1:${proxy.port}/`;
    return encodeInvite(page, { ...made, relay: page });
  }

  function editor(...args: string[]): AttachedEditor {
    const made = new AttachedEditor({ args, env: cliEnvironment(home) });
    editors.push(made);
    return made;
  }

  async function paired(scope: 'answer' | 'control', ...args: string[]): Promise<AttachedEditor> {
    const made = editor(
      '--invite',
      await invite(),
      ...(scope === 'control' ? ['--scope', scope] : []),
      ...args,
    );
    const asked = await host.event('pairing');
    assert.equal(asked.scope, scope);
    const code = String(asked.code);
    await made.process.stderr.waitForLine((line) => line.includes(`${code.slice(0, 3)} ${code.slice(3)}`));
    host.say('y');
    return made;
  }

  it('L20, L21: pairs, prompts, answers, stops, and says nothing but ACP on stdout; the phone sees it all', async () => {
    const { probe: acp, process, strange } = await paired('control', '--name', 'Zed');
    const opened = await acp.open('/tmp');
    assert.equal(opened.sessionId, sessionId());
    assert.ok(opened.modes?.availableModes.some(({ id }) => id === 'auto'));
    assert.ok(opened.configOptions?.some(({ id }) => id === 'pace'));
    const list = await acp.agent.request('session/list', {});
    assert.deepEqual(
      list.sessions.map((session) => session.sessionId),
      [sessionId()],
    );

    // A question, answered here.
    acp.onQuestion = (question) => question.choose('allow_once');
    assert.equal((await acp.prompt('/run')).stopReason, 'end_turn');
    assert.match(acp.text(), /The command ran well\./);
    assert.equal(acp.text('user_message_chunk'), '', 'an own prompt is not said again');
    const answered = await probe.event('question_closed');
    assert.equal(answered.origin.name, 'Zed');

    // One that the phone answers first is taken back here.
    acp.onQuestion = undefined;
    const turn = acp.prompt('/run');
    const question = await acp.question(2);
    // The phone may hear of it later than the editor.
    const opened2 = await eventually(
      () => probe.facts.filter(({ event }) => event?.type === 'question_opened')[1],
      { what: 'the second question on the phone' },
    );
    const event = opened2.event as unknown as {
      id: string;
      request: { options: { optionId: string; kind: string }[] };
    };
    const reject = event.request.options.find(({ kind }) => kind === 'reject_once')!;
    await probe.request(methods.answer, {
      sessionId: sessionId(),
      id: 'phone-answer',
      question: event.id,
      answer: { outcome: 'selected', optionId: reject.optionId },
    });
    await eventually(() => question.signal.aborted, { what: 'the question to be taken back' });
    assert.equal((await turn).stopReason, 'end_turn');

    // A form.
    acp.onQuestion = ({ method, params, answer }) => {
      assert.equal(method, 'elicitation/create');
      assert.equal(params['sessionId'], sessionId());
      const schema = params['requestedSchema'] as { properties: Record<string, unknown> };
      assert.ok(Object.keys(schema.properties).length > 0);
      answer({ action: 'decline' });
    };
    assert.equal((await acp.prompt('/ask')).stopReason, 'end_turn');

    // What the phone writes appears as if typed here.
    await probe.prompt(sessionId(), 'phone-prompt', 'Hello from the phone');
    await eventually(() => acp.text('user_message_chunk') === 'Hello from the phone', { what: 'the prompt' });

    // Stop.
    const before = acp.text().length;
    const long = acp.prompt('/long 5000');
    await eventually(() => acp.text().length > before + 100, { what: 'many words' });
    await acp.cancel();
    assert.equal((await long).stopReason, 'cancelled');

    // Modes and options.
    await acp.agent.request('session/set_config_option', {
      sessionId: sessionId(),
      configId: 'pace',
      value: optionValue(opened.configOptions),
    });
    await acp.agent.request('session/set_mode', { sessionId: sessionId(), modeId: 'auto' });
    await probe.fact('the mode', ({ update }) => update.sessionUpdate === 'current_mode_update');
    await probe.fact('the option', ({ update }) => update.sessionUpdate === 'config_option_update');
    assert.deepEqual(strange, []);
    process.stdin.end();
    assert.equal((await process.waitForExit()).code, 0);
  });

  it('L22: a cut in a turn loses and doubles nothing; a prompt and an answer given meanwhile arrive once', async () => {
    const { probe: acp, process } = await paired('control');
    await acp.open('/tmp');
    // It still talks when the last cut has come, however long it took to be back each time.
    const long = acp.prompt('/long 1500');
    for (let cut = 0; cut < 4; cut++) {
      const length = acp.text().length;
      await eventually(() => acp.text().length > length + 50, { what: 'more words' });
      if (cut % 2 === 0) proxy.cut();
      else {
        proxy.refuse();
        await process.stderr.waitForLine((line) => line.includes('Trying until it is back'));
        proxy.heal();
      }
    }
    assert.equal((await long).stopReason, 'end_turn');
    const told = (): string =>
      probe.facts
        .filter(({ update }) => update.sessionUpdate === 'agent_message_chunk')
        .map(({ update }) => (update['content'] as { text: string }).text)
        .join('');
    // The phone may hear the end later than the editor.
    await eventually(() => told() === acp.text(), { what: 'the same words on the phone' }).catch(() =>
      assert.equal(acp.text(), told()),
    );

    // Asked and answered while the network is gone.
    const run = acp.prompt('/run');
    const question = await acp.question(1);
    proxy.refuse();
    question.choose('allow_once');
    const text = acp.prompt('/text');
    await process.stderr.waitForLine((line) => line.includes('Trying until it is back'));
    proxy.heal();
    assert.equal((await run).stopReason, 'end_turn');
    assert.equal((await text).stopReason, 'end_turn');
    const ended = () => probe.facts.filter(({ event }) => event?.type === 'turn_ended');
    await eventually(() => ended().length === 3, { what: 'the end of all on the phone' });
    const received = probe.facts.filter(({ event }) => event?.type === 'prompt_received');
    assert.equal(received.length, 3);
  });

  it('L23: comes back without an invite, loads the whole conversation, resumes without it; keys are the owner’s alone', async () => {
    const first = await paired('control');
    await first.probe.open('/tmp');
    await first.probe.prompt('/text');
    first.process.stdin.end();
    assert.equal((await first.process.waitForExit()).code, 0);
    const folder = join(home, '.offdesk');
    const files = readdirSync(folder).filter((name) => name.startsWith('attached-'));
    assert.equal(files.length, 1);
    assert.equal(statSync(join(folder, files[0]!)).mode & 0o777, 0o600);

    const second = editor();
    await second.probe.initialize();
    await second.probe.agent.request('session/load', { sessionId: sessionId(), cwd: '/tmp', mcpServers: [] });
    assert.equal(second.probe.text('user_message_chunk'), '/text');
    assert.equal(second.probe.text(), first.probe.text());

    const third = editor();
    await third.probe.initialize();
    await third.probe.agent.request('session/resume', {
      sessionId: sessionId(),
      cwd: '/tmp',
      mcpServers: [],
    });
    third.probe.sessionId = sessionId();
    third.probe.onQuestion = (question) => question.choose('allow_once');
    await third.probe.prompt('/run');
    assert.match(third.probe.text(), /The command ran well\./);
    assert.ok(!third.probe.text().includes(first.probe.text()));
  });

  it('L24: asks for the right to answer and stop alone; without more a prompt is refused with a sentence', async () => {
    const { probe: acp } = await paired('answer');
    await acp.open('/tmp');
    await assert.rejects(acp.prompt('/text'), (error: { data?: { offdesk?: { code?: string } } }) => {
      assert.equal(error.data?.offdesk?.code, 'scope_insufficient');
      return true;
    });
    acp.onQuestion = (question) => question.choose('allow_once');
    const ended = await probe.prompt(sessionId(), 'phone-prompt', '/run');
    assert.equal(ended.stopReason, 'end_turn');
    assert.ok(acp.questions.length === 1);
  });

  it('L28: says what is wrong with a method, a session, a computer, a scope, an invite', async () => {
    const code =
      (wanted: number | string) => (error: { code?: number; data?: { offdesk?: { code?: string } } }) =>
        wanted === (typeof wanted === 'number' ? error.code : error.data?.offdesk?.code);
    const { probe: acp, process } = await paired('answer', '--session', 'nothing-like-it');
    await acp.initialize();
    await assert.rejects(
      acp.agent.request('session/new', { cwd: '/tmp', mcpServers: [] }),
      code('session_unknown'),
    );
    await assert.rejects(acp.agent.request('_other/method', {}), code(-32601));
    process.stdin.end();
    await process.waitForExit();

    const more = editor('--scope', 'control', '--session', sessionId());
    assert.equal((await more.probe.open('/elsewhere')).sessionId, sessionId());
    await more.process.stderr.waitForLine((line) => line.includes('pair again with a new link'));
    const other = editor('--host', 'nobody');
    assert.equal((await other.process.waitForExit()).code, 6);
    assert.match(other.process.stderr.text, /not paired with "nobody"\. Copy a pairing link/);

    const gone = await invite();
    proxy.refuse();
    const late = editor('--invite', gone);
    assert.equal((await late.process.waitForExit(60_000)).code, 5);
    assert.match(late.process.stderr.text, /^offdesk: /m);
  });

  it('L25: ends with a code and a sentence: without a pairing, denied, with a broken link, removed at the desk', async () => {
    const none = editor();
    assert.equal((await none.process.waitForExit()).code, 6);
    assert.match(none.process.stderr.text, /not paired with another one yet\. Copy a pairing link/);
    const broken = editor('--invite', 'http://127.0.0.1:1/#i=abc');
    assert.equal((await broken.process.waitForExit()).code, 2);
    const denied = editor('--invite', await invite());
    await host.event('pairing');
    host.say('n');
    assert.equal((await denied.process.waitForExit()).code, 6);
    assert.ok(!existsSync(join(home, '.offdesk')) || readdirSync(join(home, '.offdesk')).length === 0);

    const { probe: acp, process } = await paired('answer', '--name', 'Neovim');
    await acp.open('/tmp');
    const { id } = await host.event('paired', ({ device }) => device === 'Neovim');
    host.say(`revoke ${String(id)}`);
    assert.equal((await process.waitForExit()).code, 6);
    assert.deepEqual(readdirSync(join(home, '.offdesk')), []);
    for (const { process } of editors) assert.equal(process.stdout.text.includes('offdesk:'), false);
  });
});

function optionValue(options: unknown): string {
  const pace = (options as { id: string; currentValue: string; options: { value: string }[] }[]).find(
    ({ id }) => id === 'pace',
  )!;
  return pace.options.find(({ value }) => value !== pace.currentValue)!.value;
}
