/** A past session that the same agent has open in another program: seen by a paired device, waited for, copied, or gone on with. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { systemClock } from '../../../src/base/clock.ts';
import type { OffdeskError } from '../../../src/base/error.ts';
import type { SessionWish } from '../../../src/host/api.ts';
import {
  agentSessionsResult,
  methods,
  type AgentSessionContinueResult,
  type AgentSessionsResult,
  type LiveChoice,
} from '../../../src/protocol/methods.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { ProbeClient } from '../../support/probe-client.ts';
import { TestDevice } from '../../support/test-device.ts';
import { testHost, type TestHost } from '../../support/test-host.ts';
import { transportPair } from '../../support/transport-pair.ts';
import { eventually } from '../../support/wait.ts';

const script = resolve('test/integration/host/remembering-agent.mjs');
const agent = { kind: 'command' as const, command: process.execPath, args: [script] };
/** Used long ago, and a minute from now, as by a program that goes on with it. */
const held = 'held-session-0001';
const fresh = 'fresh-session-0001';

describe('a past session that is open in another program', function () {
  this.timeout(120_000);
  let test: TestHost;
  let device: TestDevice;
  const others: ChildProcess[] = [];

  beforeEach(async function () {
    // What runs can't be seen there: test/unit/agent/sighting.test.ts.
    if (process.platform === 'win32') this.skip();
    test = await testHost({ agent });
    const { cwd } = test.ports;
    const more = [
      { sessionId: held, cwd, title: 'Held', updatedAt: '2026-11-01T11:00:00Z' },
      { sessionId: fresh, cwd, title: 'Fresh', updatedAt: new Date(Date.now() + 60_000).toISOString() },
    ];
    writeFileSync(join(cwd, 'more-sessions.json'), JSON.stringify(more));
    device = new TestDevice();
  });
  afterEach(async () => {
    await Promise.all(others.splice(0).map(end));
    device?.dispose();
    await test?.host.stop();
  });

  /** The agent itself, as in a terminal in that folder. */
  async function elsewhere(...args: string[]): Promise<ChildProcess> {
    const { cwd } = test.ports;
    const other = spawn(process.execPath, [script, ...args], { cwd, stdio: 'pipe' });
    others.push(other);
    other.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} })}\n`);
    await once(other.stdout, 'data');
    return other;
  }
  async function end(other: ChildProcess): Promise<void> {
    if (other.exitCode !== null || other.signalCode !== null) return;
    const exited = once(other, 'exit');
    other.kill();
    await exited;
  }
  /** Over the secure channel, as a phone. */
  async function phone() {
    await test.host.start({ invite: true });
    const invite = await eventually(() => test.host.status.invite, { what: 'an invite' });
    const paired = device.pair(invite.url);
    const asked = await eventually(() => test.host.status.pairings[0], { what: 'the pairing request' });
    await test.host.decidePairing(asked.id, true);
    await paired;
    const probe = await device.connect();
    const list = async () =>
      agentSessionsResult.parse(
        await probe.request<AgentSessionsResult>(methods.agentSessions, { limit: 50 }),
      );
    const go = async (id: string, live?: LiveChoice) =>
      (await probe.request<AgentSessionContinueResult>(methods.agentSessionContinue, { id, live })).sessionId;
    const texts = () =>
      probe.facts.flatMap(({ update }) => (update['content'] as { text?: string } | undefined)?.text ?? []);
    return { probe, list, go, texts };
  }
  const isLive = (error: unknown) => {
    const { code, next } = (error as { data: { offdesk: { code: string; next: string } } }).data.offdesk;
    assert.ok(next);
    return code === 'session_live';
  };

  it('G8, G9: is refused and marked as long as that program runs, and goes on by itself after', async () => {
    const other = await elsewhere('--resume', held);
    const { list, go, probe } = await phone();
    const { sessions, forks } = await list();
    assert.equal(forks, true);
    const live = sessions.filter((one) => one.live).map(({ id }) => id);
    assert.deepEqual(live, [held], 'that program has that one, and no other');
    await assert.rejects(go(held), isLive);
    await assert.rejects(go(held), isLive, 'nothing is decided by having asked');
    assert.equal(probe.state?.sessions.length, 1, 'and nothing is left of it');
    assert.ok(await go(fresh));
    await end(other);
    const id = await go(held);
    assert.equal(
      probe.state?.sessions.some((session) => session.id === id),
      true,
    );
    assert.ok(
      (await list()).sessions.every((one) => one.live !== true),
      "Offdesk's own agents are no other program",
    );
  });

  it('G8: one that was used since that program began may be', async () => {
    await elsewhere();
    const { list, go } = await phone();
    const live = (await list()).sessions.filter((one) => one.live).map(({ id }) => id);
    assert.deepEqual(live, [fresh]);
    await assert.rejects(go(fresh), isLive);
    assert.ok(await go(held), 'it was not used since');
  });

  it('G9: goes on in a copy, which leaves the other as it is', async () => {
    await elsewhere('--resume', held);
    const { go, probe, texts } = await phone();
    const [first] = probe.state!.sessions;
    await probe.resume(first!.id, { tail: 50 });
    const id = await go(held, 'fork');
    assert.deepEqual(texts(), [], 'nothing to the session in which the agent was asked');
    await probe.resume(id, { tail: 50 });
    await eventually(() => texts().length >= 2, { what: 'the history' });
    await probe.prompt(id, 'prompt-01', 'go on');
    await eventually(() => texts().includes(`in copy-of-${held}`), { what: 'the answer' });
    assert.deepEqual(texts(), ['what was asked', 'what was said', 'go on', `in copy-of-${held}`]);
    await assert.rejects(go(held), isLive, 'the other is still open there');
  });

  it('G9: that its agent makes copies is told also after the host came back', async () => {
    const forks = async () => {
      await test.host.start({ invite: false });
      const [near, far] = transportPair();
      test.host.connectDesk(far);
      const probe = new ProbeClient(near);
      await probe.initialize();
      return (await probe.request<AgentSessionsResult>(methods.agentSessions, { limit: 50 })).forks;
    };
    assert.equal(await forks(), true);
    await test.host.suspend();
    assert.equal(await forks(), true);
  });

  it('G9: goes on anyway where somebody says so', async () => {
    await elsewhere('--resume', held);
    const { go, probe, texts } = await phone();
    const id = await go(held, 'anyway');
    await probe.resume(id, { tail: 50 });
    await probe.prompt(id, 'prompt-01', 'go on');
    await eventually(() => texts().includes(`in ${held}`), { what: 'the answer' });
  });

  it("G9: a session of Offdesk's that is over is looked at when it is reopened, and is refused, copied, or opened anyway (S9)", async () => {
    const { go, probe, texts } = await phone();
    const id = await go(held);
    const close = async () => {
      await probe.request(methods.sessionClose, { sessionId: id });
      await eventually(() => probe.state?.sessions.every((one) => one.id !== id), { what: 'its end' });
    };
    const reopen = async (live?: LiveChoice) =>
      (await probe.request<{ sessionId: string }>(methods.sessionReopen, { sessionId: id, live })).sessionId;
    await close();
    // What works in its folder and does not name it may have any of them: nobody is asked because of that.
    const near = await elsewhere();
    assert.equal(await reopen(), id);
    await end(near);
    await close();

    const other = await elsewhere('--resume', held);
    await assert.rejects(reopen(), isLive);
    await assert.rejects(reopen(), isLive, 'nothing is decided by having asked');
    assert.equal(probe.state?.sessions.length, 1, 'and nothing is left of it');
    const copy = await reopen('fork');
    assert.notEqual(copy, id);
    const row = await eventually(() => probe.state?.sessions.find((one) => one.id === copy), { what: 'it' });
    assert.equal(row.title, 'Held');
    await probe.resume(copy, { tail: 50 });
    await probe.prompt(copy, 'prompt-01', 'go on');
    await eventually(() => texts().includes(`in copy-of-${held}`), { what: 'the answer' });
    assert.equal(await reopen('anyway'), id);
    await close();
    await end(other);
    assert.equal(await reopen(), id, 'it is closed there');
  });

  it('G9, H2: Stop ends at once what is asked for several copies at the same time, and never answers', async () => {
    const { go, probe } = await phone();
    const id = await go(held);
    await probe.request(methods.sessionClose, { sessionId: id });
    const note = join(test.ports.cwd, 'never-copies');
    writeFileSync(note, '');
    const tries = [go(held, 'fork'), probe.request(methods.sessionReopen, { sessionId: id, live: 'fork' })];
    const ended = Promise.allSettled(tries);
    await eventually(() => readFileSync(note, 'utf8') === 'asked asked ', {
      what: 'two copies to be asked for',
    });
    const before = systemClock.now();
    await test.host.stop();
    assert.ok(systemClock.now() - before < limits.agentStartMs / 2);
    device.dispose();
    for (const { status } of await ended) assert.equal(status, 'rejected');
  });

  describe('wished for at a start', () => {
    const start = (wish: SessionWish) => test.host.start({ invite: false, session: wish });
    const wish: SessionWish = { kind: 'id', id: held };

    it('G9, L18: is refused, also where Offdesk has its journal, and opens as a copy or anyway', async () => {
      await start({ ...wish, live: 'anyway' });
      const { id } = test.host.status.session!;
      const [near, far] = transportPair();
      test.host.connectDesk(far);
      const probe = new ProbeClient(near);
      await probe.initialize();
      await probe.prompt(id, 'prompt-01', 'go on');
      await test.host.stop();
      await elsewhere('--resume', held);
      for (const again of [wish, { kind: 'id', id }, { kind: 'newest' }] satisfies SessionWish[]) {
        await assert.rejects(start(again), ({ code, next }: OffdeskError) => {
          assert.match(next, /--if-live/);
          return code === 'session_live';
        });
        await test.host.stop();
      }
      await start({ kind: 'id', id, live: 'fork' });
      assert.notEqual(test.host.status.session?.id, id);
      await test.host.stop();
      await start({ kind: 'id', id, live: 'anyway' });
      assert.equal(test.host.status.session?.id, id);
    });

    it('G8, L18: what a killed host left of its own agent is no other program, where nothing but its number tells', async () => {
      await start({ ...wish, live: 'anyway' });
      const { id } = test.host.status.session!;
      await test.host.suspend();
      const left = await elsewhere('--resume', held);
      // As macOS knows it: by no mark.
      const file = join(test.ports.machineFolder, 'sessions', id, 'session.json');
      const stored = JSON.parse(readFileSync(file, 'utf8')) as object;
      const recorded = { pid: left.pid, startedAt: 'then', mark: 'its mark' };
      writeFileSync(file, JSON.stringify({ ...stored, process: recorded }));
      await start({ kind: 'id', id });
      assert.equal(test.host.status.session?.id, id);
    });

    it('G9, L18: is waited for, which is said, and which Stop ends', async () => {
      const other = await elsewhere('--resume', held);
      let said = '';
      test.host.onActivity((line) => (said += line));
      let open = false;
      const started = start({ ...wish, live: 'wait' }).then(() => (open = true));
      await eventually(() => said.includes('once it is closed there'), { what: 'that it waits' });
      assert.equal(open, false);
      await end(other);
      await started;
      assert.equal(test.host.status.session?.title, 'Held');
      await test.host.stop();

      const [again, clock] = [await elsewhere('--resume', held), systemClock.now()];
      const waits = start({ ...wish, live: 'wait' }).catch(() => {});
      await eventually(() => test.host.status.notices.length > 0, { what: 'that it waits again' });
      await test.host.stop();
      await waits;
      assert.ok(systemClock.now() - clock < 60_000);
      assert.equal(again.exitCode, null);
    });
  });
});
