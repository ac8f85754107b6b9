/** An agent whose host was killed is ended by the next one, with what it started, and nothing else is. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { markVariable } from '../../../src/agent/family.ts';
import {
  endFamily,
  endOrphan,
  processIdentity,
  startOf,
  type ProcessIdentity,
} from '../../../src/agent/orphan.ts';
import { root } from '../../support/paths.ts';
import { isRunning, processesWithEnv } from '../../support/process-table.ts';
import { eventually, within } from '../../support/wait.ts';

const folder = join(root, 'test', 'integration', 'agent');

describe('orphans of a killed host', function () {
  this.timeout(60_000);
  let mark = '';
  let count = 0;
  let identity: ProcessIdentity;
  /** `group`: its child; `command`: in a session of its own; `gone`: went its own ways. */
  let pids: { group: number; command: number; gone: number };

  before(function () {
    if (process.platform === 'linux') return;
    console.log('skipped: orphans are looked for in /proc');
    this.skip();
  });

  beforeEach(async () => {
    mark = `${process.pid}-${++count}`;
    const agent = [process.execPath, join(folder, 'orphan-agent.mjs')];
    const host = spawn(
      process.execPath,
      ['--import', 'tsx', join(folder, 'orphan-host.ts'), mark, ...agent],
      { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = (await within(
      once(createInterface({ input: host.stdout }), 'line'),
      30_000,
      'the host',
    )) as [string];
    const said = JSON.parse(line) as { identity: unknown; pids: typeof pids };
    identity = processIdentity.parse(said.identity);
    pids = said.pids;
    host.kill('SIGKILL');
    await once(host, 'exit');
  });

  afterEach(() => {
    for (const { pid } of processesWithEnv('OFFDESK_TEST_ORPHAN', mark)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has just ended by itself.
      }
    }
  });

  const left = () => processesWithEnv('OFFDESK_TEST_ORPHAN', mark).map(({ pid }) => pid);

  it('A18: number and start are those of the record: it is ended with all that it runs', async () => {
    assert.equal(await startOf(identity.pid), identity.startedAt);
    assert.equal(left().length, 4);
    assert.equal(await within(endOrphan(identity), 20_000, 'its end'), 'ended');
    // What went its own ways was meant to stay.
    assert.deepEqual(left(), [pids.gone]);
    assert.equal(await endOrphan(identity), 'none', 'once');
  });

  it('A18: where the agent was killed, too, what it ran is known by the mark', async () => {
    process.kill(identity.pid, 'SIGKILL');
    await eventually(() => !isRunning(identity.pid), { what: 'its end' });
    assert.ok(isRunning(pids.group) && isRunning(pids.command));
    assert.equal(await within(endOrphan(identity), 20_000, 'their end'), 'ended');
    assert.deepEqual(left(), [pids.gone]);
    assert.equal(await endOrphan(identity), 'none');
  });

  it('A18: where nothing was recorded it is known by the family of its mark', async () => {
    assert.equal(await endFamily('another'), 'none');
    assert.equal(await endFamily(mark.slice(0, -1)), 'none');
    assert.equal(await within(endFamily(mark), 20_000, 'its end'), 'ended');
    assert.deepEqual(left(), [pids.gone]);
  });

  it('A3, A18: a shell that was given a terminal, as in tmux, went its own ways', async () => {
    const env = { ...process.env, OFFDESK_TEST_ORPHAN: mark, [markVariable]: `own-${mark}.1` };
    const given = spawn('script', ['-qc', 'exec sh', '/dev/null'], {
      ...{ env, detached: true, stdio: ['pipe', 'ignore', 'ignore'] },
    });
    const gone = once(given, 'exit');
    const shell = await eventually(
      () => processesWithEnv('OFFDESK_TEST_ORPHAN', mark).find(({ command }) => command === 'sh'),
      { what: 'the shell' },
    );
    assert.equal(await endFamily(`own-${mark}`), 'none');
    assert.ok(isRunning(shell.pid));
    given.stdin!.end('exit\n');
    await gone;
  });

  it('A18: a number that is another’s now is left alone', async () => {
    const later = { ...identity, startedAt: `1${identity.startedAt}`, mark: 'another' };
    assert.equal(await endOrphan(later), 'none');
    assert.equal(left().length, 4);
  });

  it('A18: a record cannot name everybody', () => {
    for (const pid of [-1, 0, 1, 1.5])
      assert.equal(processIdentity.safeParse({ ...identity, pid }).success, false);
  });
});
