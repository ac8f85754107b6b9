/** A session's branch and memory: read from files alone, now and then, and told when they change. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryOf } from '../../../src/agent/family.ts';
import { branchOf, Vitals } from '../../../src/host/vitals.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';

describe('vitals', () => {
  let folder: string;
  beforeEach(() => {
    folder = tempFolder('vitals');
  });
  afterEach(() => removeFolder(folder));

  const head = (git: string, text: string) => {
    mkdirSync(git, { recursive: true });
    writeFileSync(join(git, 'HEAD'), `${text}\n`);
  };

  it('H13, C15: the branch, from a folder within, of a linked work tree, and a commit', () => {
    const inner = join(folder, 'a', 'b');
    mkdirSync(inner, { recursive: true });
    head(join(folder, '.git'), 'ref: refs/heads/feature/x');
    assert.equal(branchOf(inner), 'feature/x');
    head(join(folder, '.git'), 'a'.repeat(40));
    assert.equal(branchOf(folder), 'aaaaaaaa');
    head(join(folder, 'main.git', 'worktrees', 'a'), 'ref: refs/heads/other');
    writeFileSync(join(folder, 'a', '.git'), 'gitdir: ../main.git/worktrees/a\n');
    assert.equal(branchOf(inner), 'other');
    // Windows would ask the named computer, as this user.
    for (const far of ['//evil/share', '\\\\evil\\share', '/\\evil\\share']) {
      writeFileSync(join(folder, 'a', '.git'), `gitdir: ${far}\n`);
      assert.equal(branchOf(inner), 'aaaaaaaa');
    }
    head(join(folder, '.git'), 'something odd');
    assert.equal(branchOf(folder), undefined);
  });

  it('H13, C15: memory of a process with what it started', async function () {
    if (process.platform !== 'linux') {
      console.log('memory is known on Linux alone');
      this.skip();
    }
    const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)']);
    try {
      await once(child.stdout, 'data');
      const own = memoryOf(child.pid!);
      assert.ok(own !== undefined && own > 1024 * 1024);
      assert.ok(memoryOf(process.pid)! > own, 'its parent has it too');
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    assert.equal(memoryOf(child.pid!), undefined);
  });

  it('H13, C15: is told on change alone, and not looked at while nobody is there', () => {
    const clock = new FakeClock(0);
    head(join(folder, '.git'), 'ref: refs/heads/main');
    let there = true;
    let looks = 0;
    let told = 0;
    const vitals = new Vitals({
      clock,
      watched: () => {
        looks++;
        return there ? [{ id: 's1', cwd: folder, pid: undefined }] : [];
      },
      changed: () => told++,
    });
    vitals.look();
    clock.advance(1);
    assert.deepEqual(vitals.of('s1'), { folder: { branch: 'main' } });
    clock.advance(limits.vitalsMs);
    assert.deepEqual([looks, told], [2, 1]);
    head(join(folder, '.git'), 'ref: refs/heads/next');
    clock.advance(limits.vitalsMs);
    assert.deepEqual([vitals.of('s1').folder?.branch, told], ['next', 2]);
    there = false;
    clock.advance(limits.vitalsMs * 10);
    assert.equal(looks, 4);
    vitals.stop();
    assert.deepEqual(vitals.of('s1'), {});
  });
});
