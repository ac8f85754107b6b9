/** The runner counts what passed, failed, crashed and was left behind, and closes with the one line that CI reads. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../support/paths.ts';
import { run, type RunResult } from '../../support/processes.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';

describe('support: the runner', function () {
  this.timeout(240_000);

  /** Runs the unit stage of a copy of the runner over these test files. */
  const runOver = async (files: Record<string, string>): Promise<RunResult & { closing: string }> => {
    const copy = tempFolder('od-run');
    try {
      for (const path of [
        'test/run.mjs',
        'test/bed',
        'test/floor',
        'test/agents',
        'test/support/stage-reporter.cjs',
      ])
        cpSync(join(root, path), join(copy, path), {
          recursive: true,
          filter: (from) => !from.includes('node_modules'),
        });
      symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
      mkdirSync(join(copy, 'test', 'unit'));
      for (const [name, text] of Object.entries(files))
        writeFileSync(join(copy, 'test', 'unit', `${name}.test.ts`), text);
      // CI must not change what a run means; the outer run's own variables must not reach the inner one.
      const env = { CI: 'true', OFFDESK_TEST_RESULTS: undefined };
      const result = await run('node', ['test/run.mjs', 'unit'], { cwd: copy, env, anyCode: true });
      return { ...result, closing: result.stdout.trimEnd().split('\n').at(-1) ?? '' };
    } finally {
      removeFolder(copy);
    }
  };
  const pass = `it('passes', () => undefined);`;

  it('sums what passed and was skipped', async () => {
    const { code, closing, stdout } = await runOver({
      a: `${pass} it('skips', function () { this.skip(); });`,
      b: pass,
    });
    assert.equal(closing, '2 passed, 0 failed, 1 skipped', stdout);
    assert.equal(code, 0);
  });

  it('fails on a failing test, and once for it', async () => {
    const { code, closing, stdout } = await runOver({
      a: pass,
      b: `it('fails', () => { throw new Error('x'); });`,
    });
    assert.equal(closing, '1 passed, 1 failed', stdout);
    assert.equal(code, 1);
    assert.match(stdout, /FAILED {3}unit: fails/);
  });

  it('counts a crash as a failure, and keeps what passed before', async () => {
    const crash = `it('crashes', () => process.kill(process.pid, 'SIGKILL'));`;
    const { code, closing, stdout } = await runOver({ a: pass, b: crash });
    assert.equal(closing, '1 passed, 1 failed', stdout);
    assert.equal(code, 1);
  });

  it('counts a stage that cannot be loaded, or has no tests, as a failure', async () => {
    const broken = await runOver({ a: `import './nowhere.ts'; ${pass}` });
    assert.equal(broken.closing, '0 passed, 1 failed', broken.stdout);
    assert.equal(broken.code, 1);
    const empty = await runOver({});
    assert.equal(empty.closing, '0 passed, 1 failed', empty.stdout);
    const only = await runOver({ a: `it.only('alone', () => undefined); ${pass}` });
    assert.equal(only.code, 1, only.stdout);
  });

  it('counts a process that was left behind as a failure, and ends it', async () => {
    const leak = `import { spawn } from 'node:child_process';
      it('leaks', () => spawn('sleep', ['301'], { detached: true, stdio: 'ignore' }).unref());`;
    const { code, closing, stdout } = await runOver({ a: leak });
    assert.equal(closing, '1 passed, 1 failed', stdout);
    assert.equal(code, 1);
    assert.match(stdout, /left processes behind: sleep 301/);
  });
});
