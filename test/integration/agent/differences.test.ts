/** Where agents differ and the upstream absorbs it: a login that is missed late, modes that are an option. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loginState } from '../../../src/agent/login-check.ts';
import { Upstream } from '../../../src/agent/upstream.ts';
import type { OffdeskError } from '../../../src/base/error.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { RawUpdate } from '../../../src/protocol/facts.ts';
import type { AgentOffers } from '../../../src/session/agent-port.ts';
import { root } from '../../support/paths.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';

const script = join(root, 'test', 'integration', 'agent', 'login-agent.mjs');

describe('upstream: differences of agents', function () {
  this.timeout(30_000);
  let folder: string;
  let login: string;
  let agent: Upstream;
  let updates: RawUpdate[];
  let ends: OffdeskError[];

  beforeEach(() => {
    folder = tempFolder('od-login');
    login = join(folder, 'login');
    [updates, ends] = [[], []];
  });
  afterEach(async () => {
    await agent?.stop();
    removeFolder(folder);
  });

  function start(checked = false): Promise<AgentOffers> {
    const args = [script, login];
    agent = new Upstream({
      ...{ name: 'Test agent', command: process.execPath, args, env: {}, installHint: '' },
      ...{ authMethod: undefined, loginHint: 'Log in.', cwd: folder, log: silentLog },
      ...(checked ? { loginCheck: [...args, 'status'] } : {}),
    });
    return restart();
  }

  const restart = () =>
    agent.start({
      update: (update) => updates.push(update),
      ask: () => Promise.resolve({ outcome: 'cancelled' }),
      exited: (error) => ends.push(error),
    });
  const prompt = (text: string) => agent.prompt([{ type: 'text', text }]);
  const loginRequired = { code: 'agent_login_required', next: 'Log in.' };

  it('A13: an agent that misses its login at the prompt says so, and has it at the next start', async () => {
    await start();
    await assert.rejects(prompt('one'), loginRequired);
    assert.deepEqual(
      ends.map(({ code }) => code),
      ['agent_login_required'],
    );
    writeFileSync(login, '');
    await restart();
    assert.deepEqual(await prompt('two'), { stopReason: 'end_turn' });
    assert.equal(ends.length, 1);
  });

  it('A13: one that can be asked for its login is not begun without', async () => {
    await assert.rejects(start(true), loginRequired);
    assert.deepEqual(ends, []);
    writeFileSync(login, '');
    await restart();
    assert.deepEqual(await prompt('one'), { stopReason: 'end_turn' });
  });

  it('A13: only a plain no counts as logged out', async () => {
    const says = (code: string) => {
      const command = { name: '', command: process.execPath, args: [], env: {}, installHint: '' };
      return loginState(command, ['-e', code], folder);
    };
    assert.equal(await says(`console.log('{"loggedIn": false}'); process.exit(1)`), 'out');
    assert.equal(await says(`console.log('{"loggedIn": true}')`), 'in');
    assert.equal(await says(`console.log('Unknown option --cli'); process.exit(2)`), 'unknown');
    assert.equal(await says(`console.log('null')`), 'unknown');
    // Waits for a client: its stdin ends.
    assert.equal(await says(`process.stdin.resume()`), 'unknown');
  });

  it('A14: an option for modes is offered as modes, and its changes are changes of mode', async () => {
    writeFileSync(login, '');
    const { modes } = await start();
    assert.deepEqual(modes, {
      currentModeId: 'build',
      availableModes: [
        { id: 'build', name: 'Build', description: 'Does it.' },
        { id: 'plan', name: 'Plan' },
      ],
    });
    const modesTold = () =>
      updates.flatMap((update) =>
        update.sessionUpdate === 'current_mode_update' ? [update['currentModeId']] : [],
      );
    await prompt('plan');
    assert.deepEqual(modesTold(), ['plan'], 'by the agent itself');
    await agent.setConfigOption('how', 'build');
    assert.deepEqual(modesTold(), ['plan', 'build'], 'by the option');
    await agent.setMode('plan');
    const options = updates.at(-1);
    assert.equal(options?.sessionUpdate, 'config_option_update', 'by the mode');
    assert.equal((options['configOptions'] as { currentValue: string }[])[1]?.currentValue, 'plan');
  });
});
