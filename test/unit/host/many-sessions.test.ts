/** The list of sessions is there at once, whatever their number. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLog } from '../../../src/base/log.ts';
import { Sessions } from '../../../src/host/sessions.ts';
import { SessionStore } from '../../../src/host/session-store.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { testHost } from '../../support/test-host.ts';
import { eventually } from '../../support/wait.ts';

const many = 1_000;

describe('many sessions', function () {
  this.timeout(120_000);

  it('H21: 1,000 that are over and 32 open: pages come from memory, all of them, in order (S7)', async () => {
    const { ports } = await testHost();
    // One reading: the order below is theirs, and the clock goes on while they are made.
    const now = Date.now();
    const all = Array.from({ length: many }, (_, i) => ({
      ...{
        version: 1,
        id: `past-${String(i)}`,
        cwd: ports.cwd,
        title: `Past ${i}`,
        open: false,
        agentRuns: false,
      },
      agent: { choice: { kind: 'named', name: 'demo' }, title: 'Demo agent', demo: true },
      ...{ createdAt: i, updatedAt: now - i },
    }));
    for (const stored of all) {
      const folder = join(ports.machineFolder, 'sessions', stored.id);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'session.json'), JSON.stringify(stored));
    }
    const store = await SessionStore.open(ports.machineFolder, silentLog);
    assert.equal(store.sorted.length, many);
    const sessions = new Sessions(ports);
    try {
      await sessions.open(false, () => assert.fail('all can be opened'));
      while (sessions.list().length < limits.openSessions)
        await sessions.spawner.create({}, { kind: 'desk' });
      await assert.rejects(sessions.spawner.create({}, { kind: 'desk' }), { code: 'session_limit' });
      const found: string[] = [];
      let slowest = 0;
      for (let before: string | null | undefined; before !== null;) {
        const from = performance.now();
        const { sessions: page, next } = await sessions.past(before, limits.pastSessions);
        slowest = Math.max(slowest, performance.now() - from);
        found.push(...page.map(({ id }) => id));
        before = next;
      }
      assert.deepEqual(
        found,
        all.map(({ id }) => id),
      );
      assert.equal(sessions.describe().sessions.length, limits.openSessions);
      console.log(`      slowest page of ${limits.pastSessions}: ${slowest.toFixed(1)} ms`);
      assert.ok(slowest < 1_000, `${slowest} ms`);
    } finally {
      await sessions.closeAll(false);
    }
  });

  it('H20: of those that come back a few start their agents by themselves', async () => {
    const { ports } = await testHost();
    const sessions = new Sessions(ports);
    const failed = () => assert.fail('all can be opened');
    try {
      await sessions.open(true, failed);
      for (let i = 0; i < limits.agentsAtStart + 2; i++) await sessions.spawner.create({}, { kind: 'desk' });
      const ran = () => sessions.list().filter(({ agentState }) => agentState.state === 'ready').length;
      await eventually(() => ran() === limits.agentsAtStart + 3, { what: 'all agents' });
      await sessions.closeAll(true);
      await sessions.open(true, failed);
      assert.equal(sessions.list().length, limits.agentsAtStart + 3);
      assert.equal(ran(), limits.agentsAtStart);
      const idle = sessions.list().find(({ agentState }) => agentState.state === 'none')!;
      const end = await idle.prompt('prompt-later-01', [{ type: 'text', text: 'hello' }], { kind: 'desk' });
      assert.equal(end.outcome, 'done');
    } finally {
      await sessions.closeAll(false);
    }
  });
});
