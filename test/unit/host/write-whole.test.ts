/** Files of the user's, replaced as a whole: what a reader finds meanwhile, and what of them stays. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../../../src/host/write-whole.ts';
import { tempFolder } from '../../support/temp-folder.ts';

describe('a file that is written as a whole', () => {
  it('O13: is as before or as it is to be at each moment, and nothing else is left', async () => {
    const folder = tempFolder('whole');
    const path = join(folder, 'a.txt');
    const sizes = [1_000_000, 24_000_000];
    writeFileSync(path, 'a'.repeat(sizes[0]!));
    const seen = new Set<number>();
    let over = false;
    const written = writeWhole(path, 'b'.repeat(sizes[1]!)).finally(() => (over = true));
    while (!over) {
      seen.add(statSync(path).size);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await written;
    assert.deepEqual(
      [...seen].filter((size) => !sizes.includes(size)),
      [],
    );
    assert.deepEqual([statSync(path).size, readdirSync(folder)], [sizes[1], ['a.txt']]);
  });

  it('O13: keeps its mode, and its other names; a new one gets the usual mode', async function () {
    if (process.platform === 'win32') this.skip();
    const folder = tempFolder('whole');
    const script = join(folder, 'run.sh');
    writeFileSync(script, 'old');
    chmodSync(script, 0o751);
    await writeWhole(script, 'new');
    assert.deepEqual([readFileSync(script, 'utf8'), statSync(script).mode & 0o7777], ['new', 0o751]);

    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    writeFileSync(one, 'old');
    linkSync(one, two);
    await writeWhole(one, 'new');
    assert.equal(readFileSync(two, 'utf8'), 'new');
    assert.equal(statSync(one).ino, statSync(two).ino);

    const fresh = join(folder, 'n'.repeat(255));
    await writeWhole(fresh, 'new');
    assert.equal(statSync(fresh).mode & 0o777, 0o666 & ~process.umask());
    assert.equal(readFileSync(fresh, 'utf8'), 'new');
  });

  it('O13: keeps what an ACL gives and takes', async function () {
    if (process.platform !== 'linux') this.skip();
    const path = join(tempFolder('whole'), 'a');
    writeFileSync(path, 'old');
    // user::rw-, user:1000:rw-, group::---, mask::rw-, other::---, as linux/posix_acl_xattr.h has it.
    const script = [
      'import os, struct, sys',
      'acl = [(1, 6, -1), (2, 6, 1000), (4, 0, -1), (16, 6, -1), (32, 0, -1)]',
      'data = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *one) for one in acl)',
      'os.setxattr(sys.argv[1], "system.posix_acl_access", data)',
    ];
    try {
      execFileSync('python3', ['-c', script.join('\n'), path], { stdio: 'ignore' });
    } catch {
      console.log('no ACLs here, or no python3');
      this.skip();
    }
    const { ino } = statSync(path);
    await writeWhole(path, 'new');
    assert.deepEqual([readFileSync(path, 'utf8'), statSync(path).ino], ['new', ino]);
  });

  it('O13: is no folder, no pipe, and where nothing may be put beside it it is written all the same', async function () {
    if (process.platform === 'win32') this.skip();
    const folder = tempFolder('whole');
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    mkdirSync(join(folder, 'sub'));
    for (const name of ['pipe', 'sub'])
      await assert.rejects(writeWhole(join(folder, name), ''), { code: 'EINVAL' });
    await assert.rejects(writeWhole(join(folder, 'none', 'a'), ''), { code: 'ENOENT' });
    const path = join(folder, 'a');
    writeFileSync(path, 'old');
    // The owner of all may put something anywhere.
    if (process.getuid?.() !== 0) chmodSync(folder, 0o500);
    await writeWhole(path, 'new').finally(() => chmodSync(folder, 0o700));
    assert.equal(readFileSync(path, 'utf8'), 'new');
  });
});
