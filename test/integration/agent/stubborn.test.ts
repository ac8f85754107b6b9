/** What the upstream absorbs of agents that do not stop, name their models the older way, or have sessions of their own. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Upstream } from '../../../src/agent/upstream.ts';
import type { OffdeskError } from '../../../src/base/error.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { RawUpdate } from '../../../src/protocol/facts.ts';
import { root } from '../../support/paths.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { eventually, within } from '../../support/wait.ts';

const script = join(root, 'test', 'integration', 'agent', 'stubborn-agent.mjs');

describe('upstream: an agent with its own ways', function () {
  this.timeout(60_000);
  let folder: string;
  let agent: Upstream;
  let updates: RawUpdate[];
  let ends: OffdeskError[];

  beforeEach(() => {
    folder = tempFolder('od-stubborn');
    [updates, ends] = [[], []];
    agent = new Upstream({
      ...{ name: 'Test agent', command: process.execPath, args: [script], env: {}, installHint: '' },
      ...{ authMethod: undefined, loginHint: '', cwd: folder, log: silentLog, cancelMs: 200 },
    });
  });
  afterEach(async () => {
    await agent.stop();
    removeFolder(folder);
  });

  const sink = {
    update: (update: RawUpdate) => void updates.push(update),
    ask: () => Promise.resolve({ outcome: 'cancelled' } as const),
    exited: (error: OffdeskError) => void ends.push(error),
  };
  const prompt = (text: string) => agent.prompt([{ type: 'text', text }]);
  const texts = () =>
    updates.map((update) => (update['content'] as { text?: string } | undefined)?.text ?? '').join('|');

  it('A19: one that ignores a cancel is ended, the turn is cancelled, and the session goes on', async () => {
    const { session } = await agent.start(sink);
    const turn = prompt('for ever');
    await eventually(() => texts() === 'for ever', { what: 'the turn' });
    agent.cancel();
    agent.cancel();
    assert.deepEqual(await within(turn, 10_000, 'the end'), { stopReason: 'cancelled' });
    assert.deepEqual(
      ends.map(({ code }) => code),
      ['agent_exited'],
    );
    assert.equal((await agent.start(sink, session)).kept, true);
    assert.deepEqual(await prompt('on'), { stopReason: 'end_turn' });
  });

  it('A19: one that obeys in time is left alone', async () => {
    await agent.start(sink);
    assert.deepEqual(await prompt('on'), { stopReason: 'end_turn' });
    agent.cancel();
    const lost = assert.rejects(prompt('for ever'));
    await eventually(() => texts().endsWith('for ever'), { what: 'the turn' });
    assert.deepEqual(ends, []);
    await agent.stop();
    await lost;
  });

  it('A20: models named the older way are an option, whose change sets the model', async () => {
    const { configOptions } = await agent.start(sink);
    const [option] = configOptions ?? [];
    assert.deepEqual(
      [option?.['category'], option?.['currentValue'], option?.['options']],
      [
        'model',
        'started-with',
        [
          { value: 'started-with', name: 'started-with' },
          { value: 'big', name: 'Big' },
          { value: 'small', name: 'Small', description: 'The smaller one' },
        ],
      ],
    );
    const [changed] = (await agent.setConfigOption('model', 'small')) ?? [];
    assert.equal(changed?.['currentValue'], 'small');
    assert.equal(texts(), 'model small');
  });

  it('A21: its own sessions are listed in pages', async () => {
    await agent.start(sink);
    assert.deepEqual(await agent.sessions(), {
      sessions: [{ id: 's2', title: '', cwd: '/tmp', updatedAt: Date.UTC(2026, 10, 20, 10) }],
      next: 'more',
    });
    assert.deepEqual(await agent.sessions('more'), {
      sessions: [{ id: 's1', title: '', cwd: '/tmp', updatedAt: null }],
      next: null,
    });
  });

  it('A22: of a session that nobody has yet all is told, before its answer and after it', async () => {
    const { session, kept } = await agent.start(sink, 's2', true);
    assert.deepEqual([session, kept], ['s2', true]);
    // What follows the answer may come after the start has ended, if the agent is kept from the processor that long.
    await eventually(() => texts() === 'asked|said', { what: 'both' });
    updates.length = 0;
    await agent.start(sink, 's2');
    assert.equal(texts(), '');
  });
});
