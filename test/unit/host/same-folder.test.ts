/** Which folder a path means, however it is written. */
import assert from 'node:assert/strict';
import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join, sep } from 'node:path';
import { silentLog } from '../../../src/base/log.ts';
import { sameFolderAs } from '../../../src/host/same-folder.ts';
import { SessionStore } from '../../../src/host/session-store.ts';
import { findOwn, findStored } from '../../../src/host/wished-session.ts';
import { tempFolder } from '../../support/temp-folder.ts';

function folders() {
  const root = realpathSync(tempFolder('same'));
  const real = join(root, 'real');
  const link = join(root, 'link');
  mkdirSync(real);
  mkdirSync(join(root, 'other'));
  symlinkSync(real, link, 'junction');
  return { real, link, other: join(root, 'other') };
}

describe('folders', () => {
  it('B9, G5: are the same where they lead to the same place', () => {
    const { real, link, other } = folders();
    assert.ok(sameFolderAs(real)(link));
    assert.ok(sameFolderAs(link)(real));
    assert.ok(sameFolderAs(real)(real + sep));
    assert.ok(!sameFolderAs(link)(other));
    const gone = join(other, 'gone');
    assert.ok(sameFolderAs(gone)(gone));
    assert.ok(!sameFolderAs(gone)(other));
  });

  it('B9, G5: on Windows case makes no difference', () => {
    assert.ok(sameFolderAs('C:\\Work', 'win32')('c:\\work'));
    assert.ok(!sameFolderAs('C:\\Work', 'win32')('d:\\work'));
    assert.ok(!sameFolderAs('/no/Work', 'linux')('/no/work'));
  });

  it('B9: sessions come back, and are wished for, by any path to their folder', async () => {
    const { real, link, other } = folders();
    const store = await SessionStore.open(tempFolder('store'), silentLog);
    for (const [id, cwd] of Object.entries({ linked: link, real, other })) {
      await store.save({
        ...{ version: 1, id, cwd, title: id, open: true, agentRuns: false },
        agent: { choice: { kind: 'named', name: 'demo' }, title: 'Demo', demo: true },
        ...{ createdAt: 1, updatedAt: 1 },
      });
    }
    for (const cwd of [real, link]) {
      assert.deepEqual(
        store.openIn(cwd).map(({ id }) => id),
        ['linked', 'real'],
      );
      assert.ok(store.opensIn(cwd, 'linked') && store.opensIn(cwd, 'real') && !store.opensIn(cwd, 'other'));
      for (const id of ['linked', 'real'])
        assert.equal(findStored(store.sorted, cwd, { kind: 'id', id })?.id, id);
      assert.throws(() => findStored(store.sorted, cwd, { kind: 'id', id: 'other' }), {
        code: 'session_unknown',
      });
    }
    const own = [{ id: 'own', title: '', cwd: real, updatedAt: null }];
    assert.equal(findOwn(own, link, { kind: 'newest' })?.id, 'own');
    assert.equal(findOwn(own, link, { kind: 'id', id: 'own' })?.id, 'own');
  });
});
