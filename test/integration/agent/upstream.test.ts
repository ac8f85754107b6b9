/** The agent's side against real processes: those that behave, those that do not, and what is left of them. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Upstream, type UpstreamOptions } from '../../../src/agent/upstream.ts';
import type { OffdeskError } from '../../../src/base/error.ts';
import { silentLog } from '../../../src/base/log.ts';
import { limits } from '../../../src/protocol/limits.ts';
import type { AgentOffers } from '../../../src/session/agent-port.ts';
import { badAgent, type BadAgent } from '../../support/bad-agents.ts';
import { KeptSink } from '../../support/kept-sink.ts';
import { root } from '../../support/paths.ts';
import { isRunning, processesWithEnv } from '../../support/process-table.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { eventually, within } from '../../support/wait.ts';

const oddAgent = join(root, 'test', 'integration', 'agent', 'odd-agent.mjs');
const tinyAgent = join(root, 'test', 'support', 'tiny-agent.mjs');
/** In the environment of every process of one test, so that orphans are found. */
const markName = 'OFFDESK_TEST_UPSTREAM';

describe('upstream', () => {
  const upstreams: Upstream[] = [];
  let mark = '';
  let count = 0;

  beforeEach(() => (mark = `${process.pid}-${++count}`));
  afterEach(async () => {
    await Promise.all(upstreams.splice(0).map((upstream) => upstream.stop()));
    assert.deepEqual(processesWithEnv(markName, mark), [], 'nothing is left');
  });

  function upstream(command: string, args: string[], options: Partial<UpstreamOptions> = {}): Upstream {
    const made = new Upstream({
      name: 'Test agent',
      command,
      args,
      installHint: 'Install it.',
      authMethod: undefined,
      loginHint: 'Log in.',
      cwd: tempFolder(),
      log: silentLog,
      ...options,
      env: { [markName]: mark, ...options.env },
    });
    upstreams.push(made);
    return made;
  }

  const odd = (flavour = '', options: Partial<UpstreamOptions> = {}) =>
    upstream(process.execPath, [oddAgent, flavour], options);
  const bad = (name: BadAgent, options: Partial<UpstreamOptions> = {}, ...more: string[]) => {
    const { command, args } = badAgent(name);
    return upstream(command, [...args, ...more], options);
  };
  const words = (text: string) => [{ type: 'text', text }];

  async function started(agent: Upstream): Promise<KeptSink & { offers: AgentOffers }> {
    const sink = new KeptSink();
    const offers = await agent.start(sink);
    return Object.assign(sink, { offers });
  }

  /** Rejects with this code, and says what to do. */
  async function failsWith(work: Promise<unknown>, code: string): Promise<OffdeskError> {
    const error = await within(work, 20_000, code).then(
      () => assert.fail(`no ${code}`),
      (thrown: unknown) => thrown as OffdeskError,
    );
    assert.equal(error.code, code, error.message);
    assert.match(error.message, /^Test agent .+\.$/);
    assert.notEqual(error.next, '');
    return error;
  }

  it('A1: starts an agent, tells what it offers, and runs turns one after the other', async () => {
    const agent = upstream(process.execPath, [tinyAgent]);
    const sink = await started(agent);
    assert.deepEqual(await agent.prompt(words('hello there')), { stopReason: 'end_turn' });
    assert.deepEqual(await agent.prompt(words('again')), { stopReason: 'end_turn' });
    assert.equal(sink.text, 'hello there again ');
    const offering = odd();
    const { offers } = await started(offering);
    assert.deepEqual(offers.promptCapabilities, { image: true });
    assert.equal((offers.modes as { currentModeId: string }).currentModeId, 'ask');
  });

  it('A1: cancel ends the turn, and the next one runs', async () => {
    const agent = upstream(process.execPath, [tinyAgent]);
    const sink = await started(agent);
    const turn = agent.prompt(words('wait'));
    await eventually(() => sink.text === 'waiting', { what: 'the turn' });
    agent.cancel();
    assert.deepEqual(await turn, { stopReason: 'cancelled' });
    assert.deepEqual(await agent.prompt(words('on')), { stopReason: 'end_turn' });
  });

  it('A2: a command that is not there is agent_missing', async () => {
    const error = await failsWith(upstream('no-such-agent-here', []).start(new KeptSink()), 'agent_missing');
    assert.equal(error.next, 'Install it.');
  });

  it('A2, A25: one whose folder is not there is agent_failed and names it', async () => {
    const agent = upstream(process.execPath, [tinyAgent], { folder: '/nowhere/at/all' });
    const error = await failsWith(agent.start(new KeptSink()), 'agent_failed');
    assert.match(error.message, /\/nowhere\/at\/all/);
  });

  it('A2: one that cannot be run is agent_failed', async () => {
    await failsWith(upstream(tempFolder(), []).start(new KeptSink()), 'agent_failed');
  });

  it('A2: one that wants a login is agent_login_required, with how to log in', async () => {
    const error = await failsWith(bad('login').start(new KeptSink()), 'agent_login_required');
    assert.equal(error.next, 'Log in.');
  });

  it('A2: one that prints what is no JSON is agent_garbage', async () => {
    await failsWith(bad('garbage').start(new KeptSink()), 'agent_garbage');
    const chatty = upstream(process.execPath, ['-e', 'console.log("usage: chatty [options]")']);
    await failsWith(chatty.start(new KeptSink()), 'agent_garbage');
  });

  it('A2: one that never answers is agent_timeout, and is ended', async () => {
    await failsWith(bad('silent', { startMs: 300 }).start(new KeptSink()), 'agent_timeout');
    assert.deepEqual(processesWithEnv(markName, mark), []);
  });

  it('A2: one that ends at once is agent_exited, with its last words', async () => {
    const script = 'console.error("first line"); console.error("no model configured"); process.exit(4)';
    const error = await failsWith(
      upstream(process.execPath, ['-e', script]).start(new KeptSink()),
      'agent_exited',
    );
    assert.match(error.message, /code 4.*no model configured/);
  });

  it('A2: one of another version of ACP is version_mismatch', async () => {
    await failsWith(odd('version').start(new KeptSink()), 'version_mismatch');
  });

  it('A3: stop ends the agent and what it started, also what ignores SIGTERM', async () => {
    const agent = odd();
    const sink = await started(agent);
    await agent.prompt(words('children'));
    const child = Number(sink.text);
    assert.ok(isRunning(child));
    await agent.stop();
    await eventually(() => processesWithEnv(markName, mark).length === 0, { what: 'the child to be gone' });
    assert.equal(sink.end, undefined, 'an end that was asked for is no accident');
  });

  it('A3: an agent that ignores SIGTERM is killed in bounded time', async () => {
    const agent = odd('deaf');
    await started(agent);
    const from = performance.now();
    await agent.stop();
    assert.ok(performance.now() - from >= limits.agentStopMs * 0.9, 'it had its time to end by itself');
    assert.deepEqual(processesWithEnv(markName, mark), []);
  });

  it('A3: an agent that ends by itself takes its children with it', async () => {
    const agent = odd();
    const sink = await started(agent);
    await agent.prompt(words('children'));
    const child = Number(sink.text);
    await assert.rejects(agent.prompt(words('last')), { code: 'agent_exited' });
    await eventually(() => !isRunning(child), { what: 'the orphan to be gone' });
  });

  it('A3: commands in sessions of their own end with the agent, however it ends', async () => {
    for (const how of ['stop', 'SIGKILL']) {
      let pid = 0;
      const agent = odd('', { onProcess: (one) => (pid = one?.pid ?? pid) });
      const sink = await started(agent);
      await agent.prompt(words('command'));
      const command = Number(sink.text);
      assert.ok(isRunning(command));
      if (how === 'stop') await agent.stop();
      else process.kill(pid, 'SIGKILL');
      await eventually(() => !isRunning(command), { what: `the command to be gone after ${how}` });
    }
  });

  it('A3: stop during a start that takes long ends it at once', async () => {
    const agent = bad('silent');
    const starting = agent.start(new KeptSink());
    const failed = assert.rejects(starting);
    await eventually(() => processesWithEnv(markName, mark).length > 0, { what: 'the process' });
    await within(agent.stop(), 25_000, 'the stop');
    await within(failed, 25_000, 'the start to fail');
  });

  it('A4: a line without end is bounded: agent_garbage, and the agent is ended', async () => {
    const agent = bad('huge-line');
    const sink = await started(agent);
    await assert.rejects(agent.prompt(words('go')), { code: 'agent_garbage' });
    await eventually(() => sink.end, { what: 'the end to be told' });
    assert.equal(sink.end?.code, 'agent_garbage');
    assert.deepEqual(sink.updates, []);
  });

  it('A4: a long line within the bound arrives whole', async () => {
    const bytes = 4 * 1024 * 1024;
    const agent = bad('huge-line', {}, String(bytes));
    const sink = await started(agent);
    await agent.prompt(words('go'));
    assert.equal(sink.text.length, bytes);
  });

  it('A5: a crash in a turn is agent_exited with code and last words, after all it had said', async () => {
    const agent = bad('crash');
    const sink = await started(agent);
    await assert.rejects(agent.prompt(words('go')), (error: OffdeskError) => {
      assert.equal(error.code, 'agent_exited');
      assert.match(error.message, /code 3.*crashes now/);
      return true;
    });
    assert.equal(sink.text, 'I was about to ');
    await eventually(() => sink.end, { what: 'the end to be told' });
    await assert.rejects(agent.prompt(words('go')), { code: 'agent_exited' });
    // It can be started again.
    await agent.start(sink);
  });

  it('A5: what an agent says right before it ends is told first', async () => {
    const agent = odd();
    const sink = await started(agent);
    await assert.rejects(agent.prompt(words('last')), { code: 'agent_exited' });
    await eventually(() => sink.end, { what: 'the end to be told' });
    assert.equal(sink.order.lastIndexOf('update'), 1_999);
    assert.equal(sink.order.indexOf('exited'), 2_000);
  });

  it('A5: one whose connection broke is ended and told of, so that it can be started again', async () => {
    const agent = odd();
    const sink = await started(agent);
    sink.update = () => {
      throw new Error('nobody can take this');
    };
    await assert.rejects(within(agent.prompt(words('odd')), 25_000, 'the turn to fail'));
    await eventually(() => sink.end, { what: 'the end to be told' });
    await assert.rejects(agent.prompt(words('odd')), { code: 'agent_exited' });
    await agent.start(new KeptSink());
  });

  it('A3: a start that a stop overtakes starts nothing', async () => {
    const agent = odd();
    const sink = await started(agent);
    const again = agent.start(sink);
    const failed = assert.rejects(again, { code: 'closed' });
    await agent.stop();
    await failed;
    assert.deepEqual(processesWithEnv(markName, mark), []);
  });

  it('A6: updates are kept as they came, in order, unknown kinds and fields too', async () => {
    const agent = odd();
    const sink = await started(agent);
    await agent.prompt(words('odd'));
    assert.deepEqual(sink.updates, [
      { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: 'one' } },
      { sessionUpdate: 'odd_kind', depth: { kept: [1, null] } },
      {
        sessionUpdate: 'agent_message_chunk',
        content: { type: 'hologram', data: 'x' },
        oddField: { a: 1 },
      },
      { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: 'two' } },
    ]);
  });

  it('A6: a turn ends after all of its updates were told', async () => {
    const agent = odd();
    const sink = await started(agent);
    await agent.prompt(words('burst'));
    assert.equal(sink.text, Array.from({ length: 2_000 }, (_, i) => `${i + 1} `).join(''));
  });

  it('A7: a permission request goes to the session and its answer to the agent', async () => {
    const agent = odd();
    const sink = await started(agent);
    sink.answer = () => Promise.resolve({ outcome: 'selected', optionId: 'yes' });
    await agent.prompt(words('permission'));
    assert.equal(sink.questions[0]?.kind, 'permission');
    assert.equal((sink.questions[0].request['toolCall'] as { title: string }).title, 'touch file');
    assert.deepEqual(JSON.parse(sink.text), { outcome: { outcome: 'selected', optionId: 'yes' } });
  });

  it('A7: a form goes to the session and its content to the agent', async () => {
    const agent = odd();
    const sink = await started(agent);
    sink.answer = () => Promise.resolve({ action: 'accept', content: { colour: 'red' } });
    await agent.prompt(words('form'));
    assert.equal(sink.questions[0]?.kind, 'elicitation');
    assert.equal(sink.questions[0].request['message'], 'Which one?');
    assert.deepEqual(JSON.parse(sink.text), { action: 'accept', content: { colour: 'red' } });
  });

  it('A7: what nobody answers is answered cancelled', async () => {
    for (const prompt of ['permission', 'form']) {
      const agent = odd();
      const sink = await started(agent);
      sink.answer = () => Promise.resolve({ outcome: 'withdrawn' });
      await agent.prompt(words(prompt));
      assert.deepEqual(
        JSON.parse(sink.text),
        prompt === 'form' ? { action: 'cancel' } : { outcome: { outcome: 'cancelled' } },
      );
    }
  });

  it('A8: an agent takes a question back by $/cancel_request', async () => {
    const agent = odd();
    const sink = await started(agent);
    sink.answer = (withdrawn) =>
      new Promise((resolve) => {
        const gone = () => resolve({ outcome: 'withdrawn' });
        if (withdrawn.aborted) gone();
        else withdrawn.addEventListener('abort', gone);
      });
    await within(agent.prompt(words('withdraw')), 25_000, 'the turn');
    assert.equal(sink.questions[0]?.withdrawn.aborted, true);
  });

  it('A9: lines that are no JSON are passed over, within bounds', async () => {
    const agent = bad('garbage-mid-turn');
    const sink = await started(agent);
    const turn = agent.prompt(words('go'));
    turn.catch(() => undefined);
    await eventually(() => sink.text === 'So far so good.', { what: 'what it says around the garbage' });
    await agent.stop();
    await assert.rejects(turn);
  });

  it('A9: the bound is for lines in a row: an agent may print a warning now and then', async () => {
    const agent = odd();
    const sink = await started(agent);
    await agent.prompt(words('noise'));
    assert.equal(sink.text, '0 1 2 ');
  });

  it('A10: the agent inherits the environment, but not Offdesk’s own credential', async () => {
    process.env['OFFDESK_REGISTRATION_TOKEN'] = 'secret';
    try {
      const agent = odd('', { env: { OWN: 'given' } });
      const sink = await started(agent);
      await agent.prompt(words('environment'));
      assert.deepEqual(JSON.parse(sink.text), { own: 'given' });
    } finally {
      delete process.env['OFFDESK_REGISTRATION_TOKEN'];
    }
  });

  it('A11: an authentication that needs nobody is used where the agent offers it', async () => {
    const name = ({ offers }: { offers: AgentOffers }) =>
      (offers.modes as { availableModes: { name: string }[] }).availableModes[0]?.name;
    assert.equal(name(await started(odd('auth', { authMethod: 'key' }))), 'Ask key');
    assert.equal(name(await started(odd('', { authMethod: 'key' }))), 'Ask nobody');
    assert.equal(name(await started(odd('auth'))), 'Ask nobody');
  });
});
