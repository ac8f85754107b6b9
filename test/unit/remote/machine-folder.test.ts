/** The machine folder: modes, atomic replacement, damaged files. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/v4';
import { MachineFolder } from '../../../src/remote/machine-folder.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';

const schema = z.object({ n: z.number() });
const modeOf = (path: string) => statSync(path).mode & 0o777;
const damaged = { code: 'storage_failed' };

describe('remote/machine-folder', () => {
  let root: string;
  beforeEach(() => (root = tempFolder()));
  afterEach(() => removeFolder(root));

  it('D1: the folder is made with mode 0700 and its files with 0600, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      const folder = await MachineFolder.open(join(root, 'a', 'machine'));
      await folder.write('x.json', { n: 1 });
      assert.equal(modeOf(folder.path), 0o700);
      assert.equal(modeOf(folder.file('x.json')), 0o600);
    } finally {
      process.umask(before);
    }
  });

  it('D1: a looser folder and looser files are tightened', async () => {
    const path = join(root, 'machine');
    mkdirSync(path);
    chmodSync(path, 0o755);
    writeFileSync(join(path, 'x.json'), '{"n":1}');
    chmodSync(join(path, 'x.json'), 0o644);
    const folder = await MachineFolder.open(path);
    assert.deepEqual(await folder.read('x.json', schema), { n: 1 });
    assert.equal(modeOf(path), 0o700);
    assert.equal(modeOf(folder.file('x.json')), 0o600);
  });

  it("D1: another user's folder is refused", async function () {
    if (process.getuid?.() !== 0) {
      console.log('skipped: only root can give a folder away');
      return this.skip();
    }
    const { chownSync } = await import('node:fs');
    const path = join(root, 'machine');
    mkdirSync(path);
    chownSync(path, 12_345, 12_345);
    await assert.rejects(MachineFolder.open(path), damaged);
  });

  it('D2: what is written is read again, absent files are undefined, nothing else is left', async () => {
    const folder = await MachineFolder.open(root);
    assert.equal(await folder.read('x.json', schema), undefined);
    await Promise.all([1, 2, 3, 4, 5].map((n) => folder.write('x.json', { n })));
    assert.deepEqual(await folder.read('x.json', schema), { n: 5 });
    assert.deepEqual(readdirSync(root), ['x.json']);
  });

  it('D2: a write that fails leaves the old content and no temporary file', async () => {
    const folder = await MachineFolder.open(root);
    // A folder in the way: it can't be replaced by a file.
    mkdirSync(join(root, 'x.json', 'full'), { recursive: true });
    await assert.rejects(folder.write('x.json', { n: 1 }), damaged);
    assert.deepEqual(readdirSync(root), ['x.json']);
    await folder.write('y.json', { n: 2 });
    assert.deepEqual(await folder.read('y.json', schema), { n: 2 });
  });

  it('D2: temporary files of a process that died are removed, those of a live one are not', async () => {
    const old = join(root, '.x.json.00112233aabb.tmp');
    const young = join(root, '.x.json.00112233aabc.tmp');
    writeFileSync(old, '');
    writeFileSync(young, '');
    utimesSync(old, 1, 1);
    await MachineFolder.open(root);
    assert.deepEqual(readdirSync(root), ['.x.json.00112233aabc.tmp']);
  });

  for (const [what, text] of [
    ['is cut off', '{"n":'],
    ['is empty', ''],
    ['has another shape', '{"m":1}'],
  ] as const) {
    it(`D3: a file that ${what} is reported, kept aside, and never replaced`, async () => {
      writeFileSync(join(root, 'x.json'), text);
      const folder = await MachineFolder.open(root);
      await assert.rejects(folder.read('x.json', schema), damaged);
      await assert.rejects(folder.write('x.json', { n: 1 }), damaged);
      assert.equal(readFileSync(join(root, 'x.json'), 'utf8'), text);
      assert.equal(readFileSync(join(root, 'x.json.damaged'), 'utf8'), text);
      assert.equal(modeOf(join(root, 'x.json.damaged')), 0o600);
      // The next start must not take it for a first one.
      await assert.rejects((await MachineFolder.open(root)).read('x.json', schema), damaged);
    });
  }

  it('D3: the error says what to do and quotes nothing of the file', async () => {
    writeFileSync(join(root, 'x.json'), '{"n":"SECRET-CANARY"}');
    const folder = await MachineFolder.open(root);
    await assert.rejects(folder.read('x.json', schema), (error: Error & { next?: string }) => {
      assert.match(error.next ?? '', /delete/);
      assert.doesNotMatch(`${error.stack} ${String(error.cause)}`, /SECRET-CANARY/);
      return true;
    });
  });
});
