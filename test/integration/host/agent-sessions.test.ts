/** The agent's own past sessions: listed, continued with their history, once, and in the journal that they have. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Sessions } from '../../../src/host/sessions.ts';
import {
  agentSessionsResult,
  methods,
  type AgentSessionContinueResult,
  type AgentSessionsResult,
} from '../../../src/protocol/methods.ts';
import type { Session } from '../../../src/session/session.ts';
import { ProbeClient } from '../../support/probe-client.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { testHost, type TestHost } from '../../support/test-host.ts';
import { transportPair } from '../../support/transport-pair.ts';
import { eventually, within } from '../../support/wait.ts';

const agent = {
  kind: 'command' as const,
  command: process.execPath,
  args: [resolve('test/integration/host/remembering-agent.mjs')],
};

describe("the agent's own sessions", function () {
  this.timeout(60_000);
  let test: TestHost;

  beforeEach(async () => {
    test = await testHost({ agent });
    await test.host.start();
  });
  afterEach(() => test.host.stop());

  async function desk(): Promise<ProbeClient> {
    const [near, far] = transportPair();
    test.host.connectDesk(far);
    const probe = new ProbeClient(near);
    await probe.initialize();
    await eventually(() => (probe.state?.sessions.length ?? 0) > 0, { what: 'a session' });
    return probe;
  }
  const list = async (probe: ProbeClient, params: object = { limit: 50 }) =>
    agentSessionsResult.parse(await probe.request<AgentSessionsResult>(methods.agentSessions, params));
  const go = async (probe: ProbeClient, id: string) =>
    (await probe.request<AgentSessionContinueResult>(methods.agentSessionContinue, { id })).sessionId;
  const texts = (probe: ProbeClient) =>
    probe.facts.flatMap(({ update }) => {
      const { text } = (update['content'] ?? {}) as { text?: string };
      return text === undefined ? [] : [text];
    });

  it('G5, S9: are listed by time, page by page, with folder and title', async () => {
    const probe = await desk();
    const { offered, sessions, next } = await list(probe);
    assert.equal(offered, true);
    assert.equal(next, null);
    assert.deepEqual(
      sessions.map(({ id, title, here, open }) => [id, title, here, open]),
      [
        ['broken', 'Broken', true, null],
        ['old-2', 'Elsewhere', false, null],
        ['old-1', 'The first', true, null],
      ],
    );
    assert.equal(sessions[0]!.updatedAt, Date.parse('2026-11-03T10:00:00Z'));
    const first = await list(probe, { limit: 2 });
    assert.deepEqual(
      first.sessions.map(({ id }) => id),
      ['broken', 'old-2'],
    );
    const second = await list(probe, { limit: 2, before: first.next });
    assert.deepEqual(
      second.sessions.map(({ id }) => id),
      ['old-1'],
    );
    assert.equal(second.next, null);
    assert.deepEqual((await list(probe, { limit: 2, before: 'gone' })).sessions, []);
  });

  it('G6, S9: one is continued with its history, is opened once, and comes back in its own journal', async () => {
    let probe = await desk();
    const [id, same] = await Promise.all([go(probe, 'old-1'), go(probe, 'old-1')]);
    assert.equal(id, same);
    assert.equal(probe.state?.sessions.length, 2);
    assert.equal((await list(probe)).sessions.find((one) => one.id === 'old-1')?.open, id);
    await probe.resume(id, { tail: 50 });
    await eventually(() => texts(probe).length >= 2, { what: 'the history' });
    await probe.prompt(id, 'prompt-01', 'go on');
    await eventually(() => texts(probe).includes('in old-1'), { what: 'the answer' });
    assert.deepEqual(texts(probe), ['what was asked', 'what was said', 'go on', 'in old-1']);

    await test.host.stop();
    await test.host.start();
    probe = await desk();
    assert.ok(probe.state?.sessions.every((session) => session.id !== id));
    assert.equal(await go(probe, 'old-1'), id, 'the session that has its journal');
    await probe.resume(id, { tail: 50 });
    await probe.prompt(id, 'prompt-02', 'once more');
    await eventually(() => texts(probe).filter((text) => text === 'in old-1').length === 2, { what: 'it' });
    assert.equal(texts(probe).filter((text) => text === 'what was said').length, 1);
  });

  it('G7, S9: what was said in it elsewhere meanwhile is appended to its journal, once', async () => {
    let probe = await desk();
    const id = await go(probe, 'old-1');
    await probe.prompt(id, 'prompt-01', 'go on');
    await test.host.stop();
    const file = join(test.ports.cwd, 'remembered.json');
    const remembered = JSON.parse(readFileSync(file, 'utf8')) as string[][];
    assert.deepEqual(remembered.at(-1), ['go on', 'in old-1']);
    writeFileSync(file, JSON.stringify([...remembered, ['asked elsewhere', 'said elsewhere']]));
    for (let time = 0; time < 2; time++) {
      await test.host.start();
      probe = await desk();
      assert.equal(await go(probe, 'old-1'), id);
      await probe.resume(id, { tail: 50 });
      await eventually(() => texts(probe).includes('said elsewhere'), { what: 'what was said elsewhere' });
      const shown = texts(probe).filter((text) => !text.startsWith('Remote control'));
      assert.deepEqual(shown, [...remembered.flat(), 'asked elsewhere', 'said elsewhere'], `time ${time}`);
      await test.host.stop();
    }
    await test.host.start();
  });

  it('G6: who reads it while it is opened to go on gets the one journal that is written', async () => {
    const { ports } = await testHost({ agent });
    const sessions = new Sessions(ports);
    const words = [{ type: 'text' as const, text: 'go on' }];
    await sessions.open(true, assert.fail);
    const id = await sessions.continueAgentSession('old-1');
    await sessions.get(id)!.prompt('prompt-01', words, { kind: 'desk' });
    await sessions.closeAll(false);
    await sessions.open(true, assert.fail);
    try {
      const found = new Set<Session | undefined>();
      const finding: Promise<unknown>[] = [];
      let over = false;
      const going = sessions.continueAgentSession('old-1').finally(() => (over = true));
      while (!over) {
        finding.push(sessions.find(id).then((session) => found.add(session)));
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.equal(await going, id);
      await within(Promise.all(finding), 30_000, 'all that was asked for');
      const live = sessions.get(id)!;
      assert.ok(found.delete(live));
      // Those found before it was asked to go on were closed before it was opened.
      for (const past of found)
        if (past) await assert.rejects(past.journal.read(0, 1), { code: 'closed' }, 'a second journal');
      assert.ok(!found.has(undefined));
      assert.ok((await live.journal.read(0, 1)).length > 0);
    } finally {
      await sessions.closeAll(false);
    }
  });

  it('G5, G6, B9: a folder by another path is the same folder', async () => {
    const folder = tempFolder('linked');
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'), 'junction');
    const sessions = new Sessions((await testHost({ agent }, { cwd: join(folder, 'link') })).ports);
    await sessions.open(true, assert.fail);
    try {
      const listed = await sessions.agentSessions({ limit: 10 });
      assert.deepEqual(
        listed.sessions.map(({ id, here }) => [id, here]),
        [
          ['broken', true],
          ['old-2', false],
          ['old-1', true],
        ],
      );
      assert.ok(sessions.get(await sessions.continueAgentSession('old-1')));
    } finally {
      await sessions.closeAll(false);
    }
  });

  it('G6, S9: what cannot be opened leaves nothing', async () => {
    const probe = await desk();
    const refused = (code: string) => (error: unknown) =>
      (error as { data?: { offdesk?: { code: string } } }).data?.offdesk?.code === code;
    await assert.rejects(go(probe, 'broken'), refused('agent_failed'));
    await assert.rejects(go(probe, 'old-2'), refused('session_unknown'));
    await assert.rejects(go(probe, 'never'), refused('session_unknown'));
    assert.equal(probe.state?.sessions.length, 1);
    const past = await probe.request<{ sessions: unknown[] }>(methods.past, { limit: 10 });
    assert.deepEqual(past.sessions, []);
  });
});
