/** An agent started again continues its own session where it can, and nothing of that is told twice. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Upstream, type UpstreamOptions } from '../../../src/agent/upstream.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { RawUpdate } from '../../../src/protocol/facts.ts';
import type { AgentOffers } from '../../../src/session/agent-port.ts';
import { root } from '../../support/paths.ts';
import { processesWithEnv } from '../../support/process-table.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { eventually, within } from '../../support/wait.ts';

const script = join(root, 'test', 'integration', 'agent', 'past-agent.mjs');
const markName = 'OFFDESK_TEST_EARLIER';

describe('upstream: an earlier session', function () {
  this.timeout(90_000);
  let folder: string;
  let mark: string;
  let count = 0;
  let agent: Upstream;
  let updates: RawUpdate[];
  const pids: (number | undefined)[] = [];

  beforeEach(() => {
    folder = tempFolder('od-earlier');
    mark = `${process.pid}-${++count}`;
    updates = [];
    pids.length = 0;
  });
  afterEach(async () => {
    await agent.stop();
    removeFolder(folder);
    assert.deepEqual(processesWithEnv(markName, mark), [], 'nothing is left');
  });

  function start(flavour: string, options: Partial<UpstreamOptions> = {}): Promise<AgentOffers> {
    agent = new Upstream({
      ...{ name: 'Test agent', command: process.execPath, args: [script, flavour], installHint: '' },
      ...{ authMethod: undefined, loginHint: 'Log in.', cwd: folder, log: silentLog },
      ...{ env: { [markName]: mark }, onProcess: (one) => pids.push(one?.pid) },
      ...options,
    });
    return agent.start(
      {
        update: (update) => updates.push(update),
        ask: () => Promise.resolve({ outcome: 'cancelled' }),
        exited: () => {},
      },
      'old-1',
    );
  }

  const kinds = () => updates.map(({ sessionUpdate }) => sessionUpdate);
  const commands = () =>
    updates.flatMap((update) => {
      const [command] = (update['availableCommands'] as { name: string }[] | undefined) ?? [];
      return command ? [command.name] : [];
    });

  /** In which session the next prompt is, and by which methods it came there. */
  async function prompt(): Promise<string> {
    updates.length = 0;
    await agent.prompt([{ type: 'text', text: 'go' }]);
    assert.deepEqual(kinds(), ['agent_message_chunk'], 'nothing but the answer');
    return (updates[0]?.['content'] as { text: string }).text;
  }

  it('A15: it is resumed where the agent can', async () => {
    const offers = await start('resume');
    assert.deepEqual([offers.session, offers.kept], ['old-1', true]);
    assert.equal((offers.modes as { currentModeId: string }).currentModeId, 'plan');
    await eventually(() => commands().includes('third'), { what: 'what it says after the answer' });
    assert.equal(await prompt(), 'old-1: initialize session/resume session/prompt');
  });

  it('A15: else it is loaded, as it is where resuming fails', async () => {
    const offers = await start('load');
    assert.deepEqual([offers.session, offers.kept], ['old-1', true]);
    assert.equal(await prompt(), 'old-1: initialize session/load session/prompt');
    await agent.stop();
    assert.equal((await start('resume-fails')).kept, true);
    assert.equal(await prompt(), 'old-1: initialize session/resume session/load session/prompt');
  });

  it('A15: an answer of null is a yes', async () => {
    const offers = await start('null');
    assert.deepEqual([offers.session, offers.kept, offers.modes], ['old-1', true, null]);
  });

  it('A16: of what a load tells again only the newest state is told', async () => {
    await start('load');
    // The last after the answer, and after the start where the agent is kept from the processor that long.
    await eventually(() => commands().includes('third'), { what: 'what it says after the answer' });
    assert.deepEqual(kinds(), ['available_commands_update', 'usage_update', 'available_commands_update']);
    assert.deepEqual(commands(), ['second', 'third']);
  });

  it('A16: also of what is told again after the answer', async () => {
    const offers = await start('late');
    assert.equal(offers.kept, true);
    assert.deepEqual(kinds(), ['available_commands_update', 'usage_update', 'available_commands_update']);
    assert.deepEqual(commands(), ['first', 'second']);
    assert.equal(await prompt(), 'old-1: initialize session/load session/prompt');
  });

  it('A17: an agent that can do neither begins another session', async () => {
    const offers = await start('none');
    assert.deepEqual([offers.session, offers.kept], ['new-1', false]);
    assert.equal(await prompt(), 'new-1: initialize session/new session/prompt');
  });

  it('A17: one that refuses begins another, and nothing of the old one is told', async () => {
    const offers = await start('refuse');
    assert.deepEqual([offers.session, offers.kept], ['new-1', false]);
    assert.deepEqual(updates, []);
    assert.equal(await prompt(), 'new-1: initialize session/load session/new session/prompt');
  });

  it('A17: one that never answers is ended within the bound of a start, and another begins afresh', async () => {
    // Long enough for a process to begin on a busy machine: the bound is for that, too.
    const offers = await within(start('hang', { startMs: 5_000 }), 45_000, 'the start');
    assert.deepEqual([offers.session, offers.kept], ['new-1', false]);
    assert.deepEqual(updates, []);
    assert.equal(await prompt(), 'new-1: initialize session/new session/prompt');
    const [first, gone, second] = pids;
    assert.deepEqual([pids.length, gone, first === second], [3, undefined, false]);
  });

  it('A17: the bound is counted from the question: a slow machine costs no memory', async () => {
    assert.equal((await start('slow', { startMs: 9_000 })).kept, true);
  });

  it('A17: one that dies of it has one more start, without', async () => {
    const offers = await start('die');
    assert.deepEqual([offers.session, offers.kept], ['new-1', false]);
    assert.deepEqual(updates, []);
    assert.equal(await prompt(), 'new-1: initialize session/new session/prompt');
  });

  it('A17: what has nothing to do with the earlier session fails as ever', async () => {
    await assert.rejects(start('login'), { code: 'agent_login_required' });
    const script = 'console.error("no model configured"); process.exit(4)';
    await assert.rejects(start('', { args: ['-e', script] }), { code: 'agent_exited' });
    assert.equal(pids.filter((pid) => pid !== undefined).length, 2, 'one process each');
  });

  it('A17: a stop meanwhile ends it, and nothing is started again', async () => {
    const failed = assert.rejects(start('hang'));
    await eventually(() => processesWithEnv(markName, mark).length > 0, { what: 'the process' });
    await agent.stop();
    await within(failed, 25_000, 'the start to fail');
    assert.deepEqual(processesWithEnv(markName, mark), []);
  });
});
