/** Which files a folder has: git's own rules, patterns where there is no git, repositories in one another. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import fc from 'fast-check';
import { excluder, globPattern, usualExcludes } from '../../../src/files/excluded.ts';
import { byLine, gitFiles } from '../../../src/files/git-files.ts';
import { gitProgram } from '../../../src/files/git-program.ts';
import { globStates } from '../../../src/files/glob-states.ts';
import { listFiles, placeOf } from '../../../src/files/list-files.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd, stdio: 'pipe' });

function write(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

const listed = async (folder: string, exclude = usualExcludes, most = 100) => {
  const { files, trees } = await listFiles(placeOf(folder, exclude, most));
  return { files: files.sort(), trees };
};

describe('files', () => {
  it('W1: lists what git tracks and what it does not ignore, with odd names as they are', async () => {
    const folder = tempFolder('files');
    git(folder, 'init', '-q');
    write(folder, {
      '.gitignore': '*.log\n',
      'a.ts': '',
      'sub dir/ü "x".txt': '',
      'new\nline.md': '',
      'no.log': '',
    });
    const names = ['.gitignore', 'a.ts', 'new\nline.md', 'sub dir/ü "x".txt'];
    assert.deepEqual((await gitFiles(folder, 100))?.files.sort(), names);
    assert.equal((await gitFiles(folder, 2))?.files.length, 2);
    assert.deepEqual((await gitFiles(join(folder, 'sub dir'), 100))?.files, ['ü "x".txt']);
    assert.deepEqual((await listed(folder)).files, names);
  });

  it('W1: however many paths git is asked about, no command is longer than Windows takes', () => {
    const paths = Array.from({ length: 300 }, (_, n) => `${'deep/'.repeat(40)}${n}.ts`);
    const groups = byLine(paths);
    assert.deepEqual(groups.flat(), paths);
    for (const group of groups) assert.ok(group.length > 0 && group.join('   ').length < 20_000);
    assert.deepEqual([byLine([]), byLine(['x'.repeat(40_000), 'y']).length], [[], 2]);
  });

  it('W1: what is tracked and gone from the disk is not listed', async () => {
    const folder = tempFolder('files');
    git(folder, 'init', '-q');
    write(folder, { 'stays.ts': '', 'goes.ts': '' });
    git(folder, 'add', '.');
    rmSync(join(folder, 'goes.ts'));
    assert.deepEqual((await gitFiles(folder, 100))?.files, ['stays.ts']);
  });

  it('W6: repositories inside count by their own rules, submodules too; further working trees are left out', async () => {
    const folder = tempFolder('files');
    git(folder, 'init', '-q');
    write(folder, { 'outer.ts': '', '.gitignore': 'hidden/\n' });
    for (const inner of ['inner', 'hidden/inner', 'module']) {
      write(folder, { [`${inner}/in.ts`]: '', [`${inner}/in.log`]: '', [`${inner}/.gitignore`]: '*.log\n' });
      git(join(folder, inner), 'init', '-q');
      git(join(folder, inner), 'add', '.');
      git(join(folder, inner), 'commit', '-qm', 'one');
    }
    write(folder, { '.gitmodules': '[submodule "m"]\n\tpath = module\n\turl = ./module\n' });
    git(folder, '-c', 'advice.addEmbeddedRepo=false', 'add', 'module', '.gitmodules', 'outer.ts');
    git(folder, 'commit', '-qm', 'one');
    git(folder, 'worktree', 'add', '-q', 'trees/second');
    const { files, trees } = await listed(folder);
    const own = ['.gitignore', '.gitmodules', 'outer.ts'];
    const inside = ['inner', 'module'].flatMap((name) => [`${name}/.gitignore`, `${name}/in.ts`]);
    assert.deepEqual(files, [...own, ...inside].sort());
    assert.deepEqual(trees.sort(), ['', 'inner/', 'module/']);
    assert.deepEqual((await listed(join(folder, 'trees', 'second'))).files, ['.gitmodules', 'outer.ts']);
  });

  it('W5: no program that a repository names is run', async () => {
    const folder = tempFolder('files');
    git(folder, 'init', '-q');
    const program = join(folder, 'monitor.sh');
    writeFileSync(program, `#!/bin/sh\ntouch '${join(folder, 'ran')}'\n`, { mode: 0o755 });
    git(folder, 'add', '.');
    git(folder, 'config', 'core.fsmonitor', program);
    assert.deepEqual((await gitFiles(folder, 100))?.files, ['monitor.sh']);
    assert.equal(existsSync(join(folder, 'ran')), false);
  });

  it('W5: nor one that lies in it and is called git', async () => {
    const folder = tempFolder('files');
    git(folder, 'init', '-q');
    writeFileSync(join(folder, 'git'), `#!/bin/sh\ntouch '${join(folder, 'ran')}'\n`, { mode: 0o755 });
    const { PATH } = process.env;
    process.env['PATH'] = ['', '.', PATH].join(delimiter);
    try {
      assert.deepEqual((await gitFiles(folder, 100))?.files, ['git']);
    } finally {
      process.env['PATH'] = PATH;
    }
    assert.equal(existsSync(join(folder, 'ran')), false);
    assert.equal(gitProgram(['', '.', folder].join(delimiter)), join(folder, 'git'));
    assert.equal(gitProgram(folder, 'win32'), undefined, 'it is git.exe there');
    assert.equal(gitProgram(''), undefined);
  });

  it('W2: without git the patterns count, and git does in a repository inside', async () => {
    const folder = tempFolder('plain');
    assert.equal(await gitFiles(folder, 100), undefined);
    write(folder, {
      'a.ts': '',
      'a.js': '',
      'b.js': '',
      'node_modules/x/y.js': '',
      'out/deep/z.js': '',
      'lib/out/z.js': '',
      'repo/in.ts': '',
      'repo/in.log': '',
      'repo/.gitignore': '*.log\n',
    });
    git(join(folder, 'repo'), 'init', '-q');
    const repo = ['repo/.gitignore', 'repo/in.ts'];
    const usual = ['a.js', 'a.ts', 'b.js', 'lib/out/z.js', 'out/deep/z.js'];
    assert.deepEqual(await listed(folder), { files: [...usual, ...repo], trees: ['repo/'] });
    const exclude = [
      ...[...usualExcludes, { glob: '**/*.js', when: '$(basename).ts' }],
      ...[{ glob: 'out' }, { glob: '**/{none,[a-c].md}' }],
    ];
    assert.deepEqual((await listed(folder, exclude)).files, ['a.ts', 'b.js', 'lib/out/z.js', ...repo]);
    assert.equal((await listed(folder, usualExcludes, 3)).files.length, 3);
  });

  it('W2: a pattern with many stars or choices means the same, and is read in one pass', () => {
    const parts = ['**/', '**', '*', '?', '{', '}', ',', '[a-c]', '[!b]', 'a', 'b', 'ab', '/', '.'];
    const glob = fc.array(fc.constantFrom(...parts), { maxLength: 8 }).map((all) => all.join(''));
    const path = fc
      .array(fc.constantFrom('a', 'b', 'c', '.', '/'), { maxLength: 12 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(glob, path, (glob, path) => {
        assert.equal(globStates(glob)(path), globPattern(glob).test(path));
      }),
      { numRuns: 3_000 },
    );
    // As an expression these would be tried for longer than anybody waits.
    const leftOut = excluder(
      ['*a'.repeat(100), `${'{a,a}'.repeat(80)}b`, '**/{x,*.y*.z*.w}'].map((glob) => ({ glob })),
    );
    const none = new Set<string>();
    assert.deepEqual(
      [`${'a'.repeat(250)}c`, 'deep/er/1.y2.z3.w', 'deep/x', 'deep/xx'].map((path) => leftOut(path, none)),
      [false, true, true, false],
    );
  });
});
