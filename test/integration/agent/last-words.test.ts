/** What is told of an agent's end: its own words where they say why, nothing where somebody else ended it. */
import assert from 'node:assert/strict';
import { startProcess } from '../../../src/agent/process.ts';
import { silentLog } from '../../../src/base/log.ts';
import { root } from '../../support/paths.ts';
import { within } from '../../support/wait.ts';

describe('what an agent said when it ended', function () {
  this.timeout(30_000);

  async function endOf(code: string): Promise<string> {
    const agent = {
      name: 'Test agent',
      command: process.execPath,
      args: ['-e', code],
      env: {},
      installHint: '',
    };
    const { exited } = startProcess(agent, root, silentLog);
    return (await within(exited, 20_000, 'the end')).message;
  }

  it('A2: the error of a crash, not its stack', async () => {
    const message = await endOf(`throw new TypeError('no such thing')`);
    assert.equal(message, 'Test agent ended with code 1. It said: TypeError: no such thing.');
  });

  it('A2: else the last line, without what would redraw a terminal', async () => {
    const message = await endOf(
      `console.error('first\\n\\u001b[31mdisk\\u001b[0m is\\rfull!\\n'); process.exit(3)`,
    );
    assert.equal(message, 'Test agent ended with code 3. It said: disk is full!');
  });

  it('A2: nothing where it was killed: its log is about something else', async () => {
    const message = await endOf(`console.error('durationMs=3'); process.kill(process.pid, 'SIGKILL')`);
    assert.equal(message, 'Test agent was ended by SIGKILL.');
  });
});
