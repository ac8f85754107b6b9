/** What is in no commit is marked in a worktree's row: asked of git when something may have changed, and not again and again. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Emitter } from '../../../src/base/emitter.ts';
import { WorktreeChanges } from '../../../src/host/worktree-changes.ts';
import { limits } from '../../../src/protocol/limits.ts';
import type { RowWorktree } from '../../../src/protocol/new-session.ts';
import type { Session } from '../../../src/session/session.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { commitAll, makeRepository } from '../../support/repository.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { eventually } from '../../support/wait.ts';

describe('changes in worktrees', () => {
  let folder: string;
  let clock: FakeClock;
  let changes: WorktreeChanges;
  let told: number;
  beforeEach(() => {
    folder = tempFolder('changes');
    makeRepository(folder);
    clock = new FakeClock();
    told = 0;
    changes = new WorktreeChanges({ clock, changed: () => told++ });
  });
  afterEach(() => {
    changes.stop();
    removeFolder(folder);
  });

  const row = (): { id: string; worktree: RowWorktree } => ({
    id: 's1',
    worktree: { branch: 'offdesk/one', path: folder },
  });
  const dirty = () => changes.marked(row()).worktree.dirty ?? false;

  it('H16: of a list each is marked, and asked about again when that is some time ago (C18)', async () => {
    const others = [{ id: 's2' }, { id: 's3', worktree: { ...row().worktree, path: join(folder, 'src') } }];
    assert.deepEqual(await changes.seen([row(), ...others]), [row(), ...others]);
    writeFileSync(join(folder, 'new.txt'), '');
    assert.deepEqual(await changes.seen([row()]), [row()], 'asked just now');
    clock.advance(limits.worktreeFreshMs);
    changes.look([row()]);
    await eventually(dirty, { what: 'the mark' });
    assert.equal(told, 1);
    commitAll(folder, 'mine');
    clock.advance(limits.worktreeFreshMs);
    changes.look([row()]);
    await eventually(() => !dirty(), { what: 'no mark' });
    assert.equal(told, 2);
  });

  it('H16: after each turn of its session, however short ago that was (C18)', async () => {
    const changed = new Emitter<void>();
    const session = { state: 'idle', onChange: changed.event };
    changes.watch(session as unknown as Session, folder);
    await changes.seen([row()]);
    const turn = (): void => {
      for (const state of ['working', 'waiting', 'working', 'idle']) {
        session.state = state;
        changed.fire();
      }
    };
    writeFileSync(join(folder, 'readme.txt'), 'second\n');
    turn();
    await eventually(dirty, { what: 'the mark' });
    rmSync(folder, { recursive: true });
    turn();
    await eventually(() => !dirty(), { what: 'nothing said of one that is gone' });
  });

  it('H21: a page does not wait for a git that takes long', async () => {
    writeFileSync(join(folder, 'new.txt'), '');
    const page = changes.seen([row()]);
    clock.advance(limits.worktreeWaitMs);
    assert.deepEqual(await page, [row()]);
    await eventually(dirty, { what: 'the mark' });
    changes.stop();
    assert.ok(!dirty(), 'forgotten');
  });
});
