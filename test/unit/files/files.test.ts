/** Completion of a workspace's files: git's own rules, fuzzy and fresh. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileIndex } from '../../../src/files/file-index.ts';
import { gitFiles } from '../../../src/files/git-files.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempFolder } from '../../support/temp-folder.ts';

describe('files', () => {
  it('W1: lists what git tracks and what it does not ignore, with odd names as they are', async () => {
    const folder = tempFolder('files');
    execFileSync('git', ['init', '-q'], { cwd: folder });
    mkdirSync(join(folder, 'sub dir'));
    for (const name of ['a.ts', 'sub dir/ü "x".txt', 'ignored.log', '.gitignore']) {
      writeFileSync(join(folder, name), name === '.gitignore' ? '*.log\n' : 'x');
    }
    assert.deepEqual((await gitFiles(folder, 100))?.sort(), ['.gitignore', 'a.ts', 'sub dir/ü "x".txt']);
    assert.equal((await gitFiles(folder, 2))?.length, 2);
    assert.deepEqual(await gitFiles(join(folder, 'sub dir'), 100), ['ü "x".txt']);
  });

  it('W5: no program that a repository names is run', async () => {
    const folder = tempFolder('files');
    execFileSync('git', ['init', '-q'], { cwd: folder });
    const program = join(folder, 'monitor.sh');
    writeFileSync(program, `#!/bin/sh\ntouch '${join(folder, 'ran')}'\n`, { mode: 0o755 });
    execFileSync('git', ['add', '.'], { cwd: folder });
    execFileSync('git', ['config', 'core.fsmonitor', program], { cwd: folder });
    assert.deepEqual(await gitFiles(folder, 100), ['monitor.sh']);
    assert.equal(existsSync(join(folder, 'ran')), false);
  });

  it('W2: says so where git cannot answer', async () => {
    assert.equal(await gitFiles(tempFolder('plain'), 100), undefined);
  });

  it('W3: finds abbreviations, best first, with the matched letters', async () => {
    const index = new FileIndex(
      () => Promise.resolve(['src/session/journal.ts', 'src/session/journal-window.ts', 'docs/jungle.md']),
      new FakeClock(),
    );
    const found = await index.search('journal', 10);
    assert.equal(found[0]?.path, 'src/session/journal.ts');
    assert.equal(found[0].matches.map((i) => found[0]!.path[i]).join(''), 'journal');
    assert.equal((await index.search('sesjou', 10))[0]?.path, 'src/session/journal.ts');
    assert.deepEqual(
      (await index.search('jgl', 10)).map(({ path }) => path),
      ['docs/jungle.md'],
    );
    assert.equal((await index.search('', 2)).length, 2);
    assert.deepEqual(await index.search('zzz', 10), []);
  });

  it('W4: lists anew when the list is no longer fresh, and keeps the old one when that fails', async () => {
    const clock = new FakeClock();
    let files = ['one.ts'];
    let fails = false;
    const index = new FileIndex(
      () => (fails ? Promise.reject(new Error('gone')) : Promise.resolve(files)),
      clock,
    );
    assert.equal((await index.search('o', 5)).length, 1);
    files = ['one.ts', 'other.ts'];
    assert.equal((await index.search('o', 5)).length, 1);
    clock.advance(6_000);
    assert.equal((await index.search('o', 5)).length, 2);
    fails = true;
    clock.advance(6_000);
    assert.equal((await index.search('o', 5)).length, 2);
    const broken = new FileIndex(() => Promise.reject(new Error('gone')), clock);
    await assert.rejects(broken.search('o', 5));
    await assert.rejects(broken.search('o', 5));
  });
});
