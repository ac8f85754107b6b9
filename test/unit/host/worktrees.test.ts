/** Worktrees go with nothing that would be missed, and nothing goes that is none of ours. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLog } from '../../../src/base/log.ts';
import { Worktrees, type Loss, type Worktree } from '../../../src/host/worktrees.ts';
import { commitAll, makeRepository, runGit } from '../../support/repository.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';

/** While it looks somebody commits. */
class Overtaken extends Worktrees {
  override async loss(worktree: Worktree): Promise<Loss> {
    const loss = await super.loss(worktree);
    writeFileSync(join(worktree.path, 'late.txt'), '');
    commitAll(worktree.path, 'late');
    return loss;
  }
}

describe('worktrees', function () {
  this.timeout(20_000);
  let machine: string;
  let work: string;

  beforeEach(() => {
    machine = tempFolder('od-machine');
    work = tempFolder('od-work');
    makeRepository(work);
  });
  afterEach(() => [machine, work].forEach(removeFolder));

  for (const confirmed of [false, true])
    it(`H17: a commit made while it goes keeps its branch (${confirmed ? 'confirmed' : 'clean'})`, async () => {
      const trees = new Overtaken(machine, silentLog);
      const { worktree } = await trees.add(work, 'one');
      await trees.remove(worktree, confirmed);
      assert.ok(!existsSync(worktree.path));
      assert.equal(runGit(work, 'log', '-1', '--format=%s', worktree.branch), 'late');
    });

  it('H16: where no branch can be had nothing is made, and no branch of others goes', async () => {
    const trees = new Worktrees(machine, silentLog);
    // A name that git takes for no branch of its own, since this is one.
    runGit(work, 'branch', 'offdesk');
    await assert.rejects(trees.add(work, 'one'), { code: 'worktree_failed' });
    assert.match(runGit(work, 'branch', '--list'), /^ *offdesk$/m);
    assert.equal(runGit(work, 'worktree', 'list').split('\n').length, 1);
  });

  it('H17: one that is only a folder by now goes with a confirmation alone', async () => {
    const trees = new Worktrees(machine, silentLog);
    const { worktree } = await trees.add(work, 'one');
    rmSync(join(worktree.path, '.git'));
    await assert.rejects(trees.remove(worktree, false), { code: 'worktree_failed' });
    assert.ok(existsSync(join(worktree.path, 'readme.txt')));
    await trees.remove(worktree, true);
    assert.ok(!existsSync(worktree.path));
    assert.equal(runGit(work, 'branch', '--list', worktree.branch), '');
  });

  it('H17: what is no worktree of ours is removed by nobody, whatever is on record', async () => {
    const trees = new Worktrees(machine, silentLog);
    const { worktree } = await trees.add(work, 'one');
    const other = join(machine, 'worktrees', 'mine');
    mkdirSync(other);
    for (const path of [work, machine, join(machine, 'worktrees'), other, join(worktree.path, 'src')])
      await assert.rejects(trees.remove({ ...worktree, path }, true), { code: 'worktree_failed' }, path);
    assert.ok(existsSync(other) && existsSync(join(worktree.path, 'readme.txt')));
  });
});
