/** Sessions of one folder that share an agent's process, through a whole host and the phone's own client. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { systemClock } from '../../../src/base/clock.ts';
import { decodeInvite } from '../../../src/channel/invite.ts';
import type { AgentChoice } from '../../../src/host/api.ts';
import { methods } from '../../../src/protocol/methods.ts';
import type { NewSessionResult } from '../../../src/protocol/new-session.ts';
import type { Item, PromptItem } from '../../../src/transcript/items.ts';
import { memoryKeep } from '../../../src/web/client/keep.ts';
import type { SessionClient } from '../../../src/web/client/session-client.ts';
import { Machine } from '../../../src/web/connection/machine.ts';
import { memoryStore } from '../../../src/web/connection/pairing-store.ts';
import { processesWithEnv } from '../../support/process-table.ts';
import { standIn } from '../../support/stand-in.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { openWebSocket, TestDevice } from '../../support/test-device.ts';
import { testHost, type TestHost } from '../../support/test-host.ts';
import { eventually } from '../../support/wait.ts';

const program = resolve('test/integration/host/several-agent.mjs');
const markName = 'OFFDESK_TEST_SHARED_HOST';
/** Known as one whose process serves any number of sessions; here it is the agent of these tests. */
const sharing: AgentChoice = { kind: 'named', name: 'kimi' };
/** The same with a process for each session, as any agent of the user's own. */
const alone: AgentChoice = { kind: 'command', name: 'Kimi Code', command: process.execPath, args: [program] };
const yes = { outcome: 'selected', optionId: 'yes' } as const;

type Three = [SessionClient, SessionClient, SessionClient];

describe('sessions of a host that share an agent', function () {
  this.timeout(120_000);
  const { PATH } = process.env;
  const hosts: TestHost[] = [];
  const phones: Machine[] = [];
  let count = 0;

  before(function () {
    if (process.platform !== 'linux') this.skip();
    process.env['PATH'] = standIn(tempFolder('od-bin'), 'kimi', program);
  });
  after(() => void (process.env['PATH'] = PATH));
  beforeEach(() => void (process.env[markName] = `${process.pid}-${++count}`));
  afterEach(async () => {
    for (const phone of phones.splice(0)) phone.dispose();
    for (const { host } of hosts.splice(0)) await host.stop();
    assert.deepEqual(agents(), [], 'nothing is left');
    delete process.env[markName];
  });

  /** Processes of the agent. */
  const agents = () =>
    processesWithEnv(markName, process.env[markName]!).flatMap(({ pid, command }) =>
      command.includes(program) ? [pid] : [],
    );

  async function start(agent: AgentChoice): Promise<{ test: TestHost; phone: Machine }> {
    const test = await testHost({ agent });
    hosts.push(test);
    await test.host.start({ invite: true });
    const phone = await paired(test);
    phones.push(phone);
    await phone.connect();
    await eventually(() => phone.host.state.value?.sessions.length, { what: 'a session' });
    return { test, phone };
  }

  async function paired({ host }: TestHost): Promise<Machine> {
    const { url } = await eventually(() => host.status.invite, { what: 'an invite' });
    const device = new TestDevice();
    const pairing = device.pair(url);
    const request = await eventually(() => host.status.pairings[0], { what: 'the request' });
    await host.decidePairing(request.id, true, 'control');
    const { ticket, scope, hostName } = await pairing;
    const { relay, hostId, hostKey } = decodeInvite(url);
    const { secret } = device.keyPair;
    return new Machine({
      pairing: {
        ...{ relay, hostId, hostKey, ticket, scope, hostName, pairedAt: Date.now() },
        key: { kind: 'raw', secret },
      },
      ...{ store: memoryStore(), keep: memoryKeep(), clock: systemClock, openWebSocket },
      frame: (call) => void setImmediate(call),
      onRevoked: () => {},
    });
  }

  const row = (phone: Machine, { id }: SessionClient) =>
    phone.host.state.value?.sessions.find((one) => one.id === id);
  const begin = async (phone: Machine) =>
    phone.host.session((await phone.host.request<NewSessionResult>(methods.sessionNew, {})).sessionId);

  /** The one of the beginning and two further ones, each on the phone's screen. */
  async function three(phone: Machine): Promise<Three> {
    const first = phone.host.session(phone.host.state.value!.sessions[0]!.id);
    const all: Three = [first, await begin(phone), await begin(phone)];
    for (const session of all)
      await eventually(() => session.sync.value === 'live' && row(phone, session), { what: 'a session' });
    return all;
  }

  async function close(phone: Machine, session: SessionClient): Promise<void> {
    await phone.host.request(methods.sessionClose, { sessionId: session.id });
    await eventually(() => !row(phone, session), { what: 'its end' });
  }

  const say = (session: SessionClient, text: string) => session.prompt([{ type: 'text', text }]);
  const transcript = (session: SessionClient) => session.record.transcript.value;
  const promptOf = (session: SessionClient, id: string) =>
    transcript(session).items.find((item): item is PromptItem => item.id === `p:${id}`);
  const question = (session: SessionClient) =>
    eventually(() => transcript(session).questions[0], { what: 'a question' });
  const text = (session: SessionClient) =>
    transcript(session)
      .items.map((item) => (item.kind === 'message' ? item.text : ''))
      .join(' ');

  /** What became of it. */
  async function end(session: SessionClient, id: string): Promise<PromptItem['state']> {
    const over = () => {
      const state = promptOf(session, id)?.state;
      return state !== 'received' && state !== 'running' && state;
    };
    return eventually(over, { what: 'the end of a turn' });
  }

  async function turn(session: SessionClient, words: string): Promise<string> {
    const id = say(session, words);
    await eventually(() => text(session).includes(`did ${words}`), { what: words });
    return id;
  }

  /** By which it is served now, as the agent says itself. */
  async function pidOf(session: SessionClient): Promise<number> {
    assert.equal(await end(session, say(session, 'pid')), 'done');
    return Number([...text(session).matchAll(/pid (\d+)/g)].at(-1)?.[1]);
  }
  const pidsOf = (sessions: readonly SessionClient[]) => Promise.all(sessions.map(pidOf));

  it('A27, A28: prompt, question, cancel, name and end of one leave the others alone; the last one ends the process', async () => {
    const { test, phone } = await start(sharing);
    const all = await three(phone);
    const [one, two, other] = all;
    const [pid, ...further] = await pidsOf(all);
    assert.deepEqual(further, [pid, pid]);
    assert.deepEqual(agents(), [pid]);

    const works = await turn(two, 'wait long');
    const asks = say(other, 'ask its-own');
    const { questionId } = await question(other);
    assert.equal(await end(one, say(one, 'write own.txt of one')), 'done');
    assert.ok(existsSync(join(test.ports.cwd, 'own.txt')));
    assert.equal(transcript(one).questions.length + transcript(two).questions.length, 0);
    const states = () => all.map((session) => row(phone, session)?.state).join();
    await eventually(() => states() === 'idle,working,waiting', { what: 'what each does, in the list' });

    const titles = () => all.map((session) => row(phone, session)?.title);
    const [, ...before] = titles();
    one.change({ kind: 'name', name: 'Named by me' });
    await eventually(() => titles()[0] === 'Named by me', { what: 'the name' });
    assert.deepEqual(titles().slice(1), before);

    const cancelled = await turn(one, 'wait');
    one.cancel();
    assert.equal(await end(one, cancelled), 'cancelled');
    assert.equal(transcript(other).questions[0]?.questionId, questionId, 'the question of another stays');
    other.answer(questionId, yes);
    assert.equal(await end(other, asks), 'done');
    assert.match(text(other), /outcome its-own yes/);

    await turn(one, 'wait again');
    await close(phone, one);
    assert.equal(promptOf(two, works)?.state, 'running', 'who works is let be');
    assert.equal(await pidOf(other), pid);
    await close(phone, other);
    assert.deepEqual(agents(), [pid]);
    assert.doesNotMatch(text(two), /own|again|outcome/);
    two.cancel();
    assert.equal(await end(two, works), 'cancelled');
    await close(phone, two);
    assert.deepEqual(agents(), []);

    const next = await begin(phone);
    await eventually(() => next.sync.value === 'live', { what: 'a further session' });
    assert.notEqual(await pidOf(next), pid);
  });

  it('A30: killed in two turns, each is told what it would be told alone, and all are back together with the next prompt', async () => {
    const tell = async (agent: AgentChoice) => {
      const { test, phone } = await start(agent);
      const all = await three(phone);
      const [, two, other] = all;
      const before = await pidsOf(all);
      const turns = [await turn(two, 'wait long'), say(other, 'ask it')] as const;
      await question(other);
      for (const pid of new Set(before)) process.kill(pid, 'SIGKILL');
      assert.deepEqual(
        [await end(two, turns[0]), await end(other, turns[1])],
        ['interrupted', 'interrupted'],
      );
      for (const session of all)
        await eventually(() => transcript(session).agent.state === 'exited', { what: 'its end' });
      const told = all.map((session) => ({ agent: transcript(session).agent, items: storyOf(session) }));
      const after = await pidsOf(all);
      assert.deepEqual([...new Set(after)].sort(), agents().sort());
      await test.host.stop();
      return { before, told, after, later: all.map(storyOf) };
    };
    const shared = await tell(sharing);
    const each = await tell(alone);
    assert.equal(new Set(shared.before).size, 1);
    assert.equal(new Set(each.before).size, 3);
    assert.deepEqual(shared.told, each.told);
    assert.match(shared.told[1]!.agent.error?.message ?? '', /SIGKILL/);
    assert.deepEqual(shared.later, each.later);
    assert.equal(new Set(shared.after).size, 1, 'it is one again');
    assert.ok(!shared.before.includes(shared.after[0]!));
  });

  /** As it is read, without what is another's in each run. */
  function storyOf(session: SessionClient): unknown[] {
    return transcript(session).items.map((item) => {
      const told = { kind: item.kind, ...wordsOf(item) };
      return JSON.parse(JSON.stringify(told).replaceAll(/pid \d+/g, 'pid')) as unknown;
    });
  }

  function wordsOf(item: Item): object {
    switch (item.kind) {
      case 'prompt': {
        const { blocks, state, stopReason, message } = item;
        return { blocks, state, stopReason, message };
      }
      case 'question':
        return { state: item.state, about: item.request?.['toolCall'] };
      case 'tool':
        return { title: item.title, status: item.status };
      case 'notice':
        return { title: item.title };
      default:
        return 'text' in item ? { text: item.text } : {};
    }
  }

  it('A29: one that is closed and cannot be ended takes the process with it; who works is told why, and all go on together', async () => {
    const { phone } = await start(sharing);
    const all = await three(phone);
    const [one, two, other] = all;
    const [pid] = await pidsOf(all);
    const works = await turn(two, 'wait long');
    await turn(one, 'stuck in it');
    await close(phone, one);
    assert.equal(await end(two, works), 'interrupted');
    assert.match(promptOf(two, works)?.message ?? '', /did not stop in another session/);
    const [next, same] = await pidsOf([two, other]);
    assert.equal(next, same);
    assert.notEqual(next, pid);
    assert.deepEqual(agents(), [next]);
  });

  it('A27: sessions that come back with their host are in one process again, also after turns; its stop leaves none', async () => {
    const { test, phone } = await start(sharing);
    const all = await three(phone);
    const [one, two, other] = all;
    const [pid] = await pidsOf(all);
    const turns = [await turn(two, 'wait long'), await turn(other, 'wait too')] as const;
    await test.host.suspend();
    assert.deepEqual(agents(), []);
    await test.host.start();
    phone.wake();
    assert.deepEqual([await end(two, turns[0]), await end(other, turns[1])], ['interrupted', 'interrupted']);
    const after = await pidsOf(all);
    assert.equal(new Set(after).size, 1);
    assert.notEqual(after[0], pid);
    await turn(one, 'wait for nothing');
    await turn(two, 'hang on');
    await test.host.stop();
    assert.deepEqual(agents(), []);
  });
});
