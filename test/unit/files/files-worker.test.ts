/** Files asked for as a host does it: of the worker thread, while they come and go, and when it crashes. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLog } from '../../../src/base/log.ts';
import { FilesWorker } from '../../../src/files/files-worker.ts';
import { usualExcludes } from '../../../src/files/excluded.ts';
import type { Root } from '../../../src/files/worker-messages.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { eventually } from '../../support/wait.ts';

const never = new AbortController().signal;

describe('files worker', function () {
  this.timeout(120_000);
  const workers: FilesWorker[] = [];
  let worker: FilesWorker;
  let folder = '';

  beforeEach(() => {
    worker = new FilesWorker({ log: silentLog, most: 1000 });
    workers.push(worker);
    folder = tempFolder('worker');
  });

  after(() => workers.forEach((one) => one.stop()));

  const root = (path = folder, more: Partial<Root> = {}): Root => ({
    ...{ path, prefix: '', exclude: usualExcludes, watched: false },
    ...more,
  });
  const search = (query: string, roots = [root()], recent: string[] = []) =>
    worker.search({ roots, query, limit: 50, recent }, never);
  const paths = async (query: string, roots = [root()]) =>
    (await search(query, roots)).map(({ path }) => path).sort();
  const becomes = (query: string, wanted: string[], roots = [root()]) =>
    eventually(async () => JSON.stringify(await paths(query, roots)) === JSON.stringify(wanted), {
      what: `${query}: ${wanted.join(', ')}`,
    });

  for (const git of [true, false]) {
    it(`W9: what is made, renamed and deleted appears and vanishes, ${git ? 'with' : 'without'} git`, async () => {
      if (git) execFileSync('git', ['init', '-q'], { cwd: folder });
      writeFileSync(join(folder, 'first.ts'), '');
      assert.deepEqual(await paths(''), ['first.ts']);
      writeFileSync(join(folder, 'second.ts'), '');
      await becomes('', ['first.ts', 'second.ts']);
      mkdirSync(join(folder, 'deep/er'), { recursive: true });
      await becomes('', ['first.ts', 'second.ts']);
      writeFileSync(join(folder, 'deep/er/third.ts'), '');
      await becomes('third', ['deep/er/third.ts']);
      renameSync(join(folder, 'deep'), join(folder, 'shallow'));
      await becomes('third', ['shallow/er/third.ts']);
      writeFileSync(join(folder, 'shallow/er/fourth.ts'), '');
      await becomes('fourth', ['shallow/er/fourth.ts']);
      rmSync(join(folder, 'shallow'), { recursive: true });
      await becomes('', ['first.ts', 'second.ts']);
    });
  }

  it('W9: an ignored file does not appear, and does once the rule is gone', async () => {
    execFileSync('git', ['init', '-q'], { cwd: folder });
    writeFileSync(join(folder, '.gitignore'), '*.log\n');
    assert.deepEqual(await paths(''), ['.gitignore']);
    writeFileSync(join(folder, 'a.log'), '');
    writeFileSync(join(folder, 'b.ts'), '');
    await becomes('', ['.gitignore', 'b.ts']);
    rmSync(join(folder, '.gitignore'));
    await becomes('', ['a.log', 'b.ts']);
  });

  it('W9: in folders that the shell watches it tells what came and went', async () => {
    const roots = [root(folder, { watched: true })];
    writeFileSync(join(folder, 'one.ts'), '');
    assert.deepEqual(await paths('', roots), ['one.ts']);
    writeFileSync(join(folder, 'two.ts'), '');
    assert.deepEqual(await paths('', roots), ['one.ts']);
    worker.touch([join(folder, 'two.ts')]);
    await becomes('', ['one.ts', 'two.ts'], roots);
    rmSync(join(folder, 'one.ts'));
    assert.deepEqual(await paths('', roots), ['two.ts'], 'what is gone is not offered, told or not');
  });

  it('W7: files and folders with their URIs, whatever their names', async () => {
    const odd = 'a "b"\n100%/ü #?.ts';
    mkdirSync(join(folder, 'a "b"\n100%'));
    writeFileSync(join(folder, odd), '');
    const found = await search('');
    assert.deepEqual(
      found.map(({ path, kind, uri }) => [path, kind, fileURLToPath(uri)]),
      [
        ['a "b"\n100%/', 'folder', `${join(folder, 'a "b"\n100%')}/`],
        [odd, 'file', join(folder, odd)],
      ],
    );
  });

  it('W10: of several folders each path begins with its folder', async () => {
    const [one, two] = ['one', 'two'].map((name) => join(folder, name));
    for (const path of [one!, two!]) {
      mkdirSync(path);
      writeFileSync(join(path, 'same.ts'), '');
    }
    const roots = [root(one, { prefix: 'one/' }), root(two, { prefix: 'zwei/' })];
    assert.deepEqual(await paths('same', roots), ['one/same.ts', 'zwei/same.ts']);
    assert.deepEqual((await search('', roots)).map(({ path }) => path).slice(0, 2), ['one/', 'zwei/']);
    const [found] = await search('zsame', roots, [join(two!, 'same.ts')]);
    assert.equal(fileURLToPath(found!.uri), join(two!, 'same.ts'));
    assert.equal(found?.recent, true);
  });

  it('W11: a link that leads out of the folders is not offered', async () => {
    const outside = tempFolder('outside');
    writeFileSync(join(outside, 'secret.txt'), '');
    writeFileSync(join(folder, 'plain.txt'), '');
    symlinkSync(join(outside, 'secret.txt'), join(folder, 'out.txt'));
    symlinkSync(outside, join(folder, 'outs'));
    symlinkSync('plain.txt', join(folder, 'in.txt'));
    assert.deepEqual(await paths(''), ['in.txt', 'plain.txt']);
    assert.deepEqual(await paths('../'), []);
    assert.deepEqual(await paths('secret'), []);
  });

  it('W4: who asks again is answered once', async () => {
    writeFileSync(join(folder, 'one.ts'), '');
    const first = new AbortController();
    const older = worker.search({ roots: [root()], query: 'o', limit: 5, recent: [] }, first.signal);
    first.abort();
    await assert.rejects(older, { code: 'superseded' });
    assert.deepEqual(await paths('on'), ['one.ts']);
  });

  it('W13: after a crash another one answers, also what was under way', async () => {
    writeFileSync(join(folder, 'one.ts'), '');
    assert.deepEqual(await paths('one'), ['one.ts']);
    const asked = paths('one');
    await worker.crash();
    assert.deepEqual(await asked, ['one.ts']);
    const stopped = paths('one');
    worker.stop();
    await assert.rejects(stopped, { code: 'closed' });
    assert.deepEqual(await paths('one'), ['one.ts']);
  });
});
