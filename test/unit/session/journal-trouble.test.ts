/** The journal on disk while the disk is full, fails, or is taken away; and killed in the middle of its work. */
import assert from 'node:assert/strict';
import { execFileSync, fork } from 'node:child_process';
import * as nodeFs from 'node:fs';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventUpdate, type SessionEvent } from '../../../src/protocol/facts.ts';
import { silentLog } from '../../../src/base/log.ts';
import { DiskJournal, type DiskJournalOptions } from '../../../src/session/disk-journal/disk-journal.ts';
import type { WriterFs } from '../../../src/session/disk-journal/segment-writer.ts';
import type { NewFact } from '../../../src/session/journal.ts';
import { MemoryJournal } from '../../../src/session/memory-journal.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { eventually } from '../../support/wait.ts';
import { assertSame, readAll } from './same-journal.ts';

const clock = new FakeClock();

function openJournal(folder: string, options: Partial<DiskJournalOptions> = {}): Promise<DiskJournal> {
  return DiskJournal.open(folder, { clock, log: silentLog, segmentBytes: 4000, ...options });
}

function chunk(item: string, text: string): NewFact {
  const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } };
  return { item, at: 0, origin: { kind: 'agent' }, update };
}

/** A disk that writes a part and then fails, as long as `full`. */
function failingFs(): { fs: WriterFs; full: boolean; code: string } {
  const disk = { full: false, code: 'ENOSPC', fs: undefined as unknown as WriterFs };
  const fails = () => Object.assign(new Error(disk.code), { code: disk.code });
  const writeSync = (fd: number, bytes: Buffer, offset: number, length: number, position: number): number => {
    if (!disk.full) return nodeFs.writeSync(fd, bytes, offset, length, position);
    if (length < 10) throw fails();
    return nodeFs.writeSync(fd, bytes, offset, Math.floor(length / 2), position);
  };
  disk.fs = { ...nodeFs, writeSync: writeSync as typeof nodeFs.writeSync };
  return disk;
}

describe('journal in trouble', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => (folder = tempFolder('journal')));
  afterEach(() => removeFolder(folder));

  it('J14: a full disk is told, facts wait in memory and are written in order when there is room', async () => {
    const disk = failingFs();
    const journal = await openJournal(folder, { fs: disk.fs });
    const memory = new MemoryJournal('memory');
    const append = (fact: NewFact) => assert.deepEqual(journal.append(fact), memory.append(fact));
    let told = 0;
    journal.onTrouble(() => told++);
    for (let i = 0; i < 50; i++) append(chunk(`m${i % 7}`, `before ${i}`));
    await journal.sync();
    const size = () =>
      readdirSync(folder).reduce((sum, name) => sum + nodeFs.statSync(join(folder, name)).size, 0);
    const before = size();
    disk.full = true;
    for (let i = 0; i < 300; i++) append(chunk(`m${i % 11}`, `while full ${i}`));
    await assertSame(journal, memory, 1000);
    assert.equal(journal.trouble?.code, 'storage_failed');
    assert.equal(told, 1);
    assert.equal(size(), before, 'nothing torn is left');
    await assert.rejects(journal.sync(), { code: 'storage_failed' });
    assert.throws(() => journal.appendSafely(chunk('m', 'refused')), { code: 'storage_failed' });
    assert.equal(journal.head, memory.head);
    assert.equal((await journal.search('while FULL 7', journal.head + 1, 1)).hits.length, 1);
    clock.advance(limits.unwrittenRetryMs);
    assert.equal(told, 1);
    disk.full = false;
    clock.advance(limits.unwrittenRetryMs);
    assert.equal(told, 2);
    assert.equal(journal.trouble, undefined);
    append(chunk('m1', 'after'));
    await assertSame(journal, memory, 1000);
    await journal.close();
    const again = await openJournal(folder);
    assert.equal(again.epoch, journal.epoch);
    await assertSame(again, memory, 1000);
    await again.close();
  });

  it('J14: a prompt is refused while the disk is full, and taken as soon as it is not', async () => {
    const disk = failingFs();
    const journal = await openJournal(folder, { fs: disk.fs });
    journal.append(chunk('m1', 'a'));
    disk.full = true;
    for (let i = 0; i < 3; i++)
      assert.throws(() => journal.appendSafely(chunk('m1', 'b')), { code: 'storage_failed' });
    disk.full = false;
    assert.equal(journal.appendSafely(chunk('m1', 'b')).seq, 2);
    await journal.sync();
    await journal.close();
    const again = await openJournal(folder);
    assert.equal((await readAll(again, 1e6)).length, 2);
    await again.close();
  });

  it('J14: beyond what memory may hold an update keeps its number and loses what it says', async () => {
    const disk = failingFs();
    const journal = await openJournal(folder, { fs: disk.fs });
    disk.full = true;
    const much = 'x'.repeat(1024 * 1024);
    for (let i = 0; i < 70; i++) journal.append(chunk('m1', much));
    assert.equal(journal.head, 70);
    const end = (await journal.read(62, 1e9)).map(({ update }) => update.sessionUpdate);
    assert.equal(end.filter((kind) => kind === 'notice').length, 1);
    assert.equal(end.at(-1), 'session_info_update');
    disk.full = false;
    clock.advance(limits.unwrittenRetryMs);
    assert.equal(journal.trouble, undefined);
    await journal.close();
  });

  it('J11: what was given to clients and never written is another epoch', async () => {
    const disk = failingFs();
    const journal = await openJournal(join(folder, 'killed'), { fs: disk.fs });
    journal.append(chunk('m1', 'a'));
    await journal.sync();
    disk.full = true;
    journal.append(chunk('m1', 'b'));
    assert.equal((await journal.read(1, 100)).length, 1);
    // As after SIGKILL.
    cpSync(join(folder, 'killed'), join(folder, 'copy'), { recursive: true });
    const again = await openJournal(join(folder, 'copy'));
    assert.notEqual(again.epoch, journal.epoch);
    assert.equal(again.head, 1);
    await again.close();
    await assert.rejects(journal.close(), { code: 'storage_failed' });
  });

  it('J14: a real full disk damages nothing that was written', async function () {
    const mount = join(folder, 'small');
    mkdirSync(mount);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', mount], { stdio: 'ignore' });
    } catch {
      console.log('      skipped: a small disk can be mounted by root on Linux only');
      this.skip();
    }
    try {
      const journal = await openJournal(join(mount, 'journal'), { segmentBytes: 20_000 });
      const memory = new MemoryJournal('memory');
      writeFileSync(join(mount, 'filler'), Buffer.alloc(100_000));
      for (let i = 0; journal.trouble === undefined && i < 20_000; i++) {
        const fact = chunk(`m${i % 5}`, `text ${i} `.repeat(10));
        assert.deepEqual(journal.append(fact), memory.append(fact));
        if (i % 100 === 0) await journal.sync().catch(() => {});
      }
      assert.equal(journal.trouble?.code, 'storage_failed');
      assert.deepEqual(await readAll(journal, 50_000), await readAll(memory, 50_000));
      rmSync(join(mount, 'filler'));
      clock.advance(limits.unwrittenRetryMs);
      assert.equal(journal.trouble, undefined);
      await journal.close();
      const again = await openJournal(join(mount, 'journal'));
      assert.equal(again.epoch, journal.epoch);
      await assertSame(again, memory, 50_000, true);
      await again.close();
    } finally {
      execFileSync('umount', ['-l', mount]);
    }
  });

  it('J14: a folder that was removed, or is none, gives typed errors', async () => {
    const journal = await openJournal(join(folder, 'gone'));
    for (let i = 0; i < 3000; i++)
      journal.append(chunk(`m${i}`, 'some text that is longer than memory keeps it'));
    await journal.sync();
    rmSync(join(folder, 'gone'), { recursive: true });
    await assert.rejects(journal.read(0, 100), { code: 'storage_failed' });
    await assert.rejects(journal.page({ at: 1 }, 5, 1000), { code: 'storage_failed' });
    await assert.rejects(journal.search('some', 100, 5), { code: 'storage_failed' });
    journal.append(chunk('m', 'x'));
    await assert.rejects(journal.sync(), { code: 'storage_failed' });
    assert.equal(journal.trouble?.code, 'storage_failed');
    await assert.rejects(journal.close(), { code: 'storage_failed' });
    writeFileSync(join(folder, 'file'), '');
    await assert.rejects(openJournal(join(folder, 'file')), { code: 'storage_failed' });
  });

  it('J9: files of others are let be, and ours are for the owner alone', async () => {
    writeFileSync(join(folder, 'session.json'), '{}');
    writeFileSync(join(folder, '1.log'), 'foreign');
    const journal = await openJournal(folder);
    journal.append(chunk('m1', 'a'));
    await journal.close();
    assert.equal(nodeFs.readFileSync(join(folder, '1.log'), 'utf8'), 'foreign');
    if (process.platform === 'win32') return;
    assert.equal(nodeFs.statSync(folder).mode & 0o777, 0o700);
    for (const name of ['mark', 'facts.idx', '000000000001.log']) {
      assert.equal(nodeFs.statSync(join(folder, name)).mode & 0o777, 0o600, name);
    }
  });

  it('J10: a disk that fails as the journal closes leaves no retry that would write to files of others', async () => {
    const disk = failingFs();
    // Syncs that end when the test says so, and badly.
    const waiting: ((error: Error) => void)[] = [];
    let holds = false;
    const fdatasync = ((fd: number, done: (error: Error | null) => void) =>
      holds ? void waiting.push(done) : nodeFs.fdatasync(fd, done)) as typeof nodeFs.fdatasync;
    const own = new FakeClock();
    const journal = await openJournal(folder, { fs: { ...disk.fs, fdatasync }, clock: own });
    journal.append(chunk('m1', 'a'));
    await journal.sync();
    holds = true;
    journal.append(chunk('m1', 'b'));
    const syncing = assert.rejects(journal.sync(), { code: 'storage_failed' });
    await eventually(() => waiting.length === 1, { what: 'a sync under way' });
    disk.full = true;
    journal.append(chunk('m1', 'c'));
    const closing = assert.rejects(journal.close(), { code: 'storage_failed' });
    await Promise.resolve();
    for (const fail of waiting) fail(Object.assign(new Error('EIO'), { code: 'EIO' }));
    await Promise.all([syncing, closing]);
    assert.equal(own.pending, 0);
  });

  it('J10: closing is idempotent; after it nothing is read or kept', async () => {
    const journal = await openJournal(folder);
    journal.append(chunk('m1', 'a'));
    await Promise.all([journal.close(), journal.close()]);
    journal.append(chunk('m1', 'b'));
    await assert.rejects(journal.read(0, 1), { code: 'closed' });
    await assert.rejects(journal.sync(), { code: 'closed' });
    assert.throws(() => journal.appendSafely(chunk('m1', 'c')), { code: 'closed' });
    const again = await openJournal(folder);
    assert.equal(again.head, 1);
    await again.close();
  });

  it('J13: opened a thousand times it is the same, and hardly larger', async () => {
    let journal = await openJournal(folder, { segmentBytes: limits.segmentBytes });
    for (let i = 0; i < 100; i++) journal.append(chunk(`m${i}`, 'text'));
    await journal.close();
    const { epoch, bytes } = journal;
    for (let i = 0; i < 1000; i++) {
      journal = await openJournal(folder, { segmentBytes: limits.segmentBytes });
      assert.equal(journal.head, 100);
      await journal.close();
    }
    assert.equal(journal.epoch, epoch);
    assert.equal(journal.bytes, bytes);
  });

  it('J10, J11: a process killed while it appends loses nothing that it had synced or read', async () => {
    let epoch: string | undefined;
    let head = 0;
    for (let round = 0; round < 5; round++) {
      const child = fork('test/unit/session/appending-child.ts', [folder], { execArgv: ['--import=tsx'] });
      let synced = 0;
      await new Promise<void>((resolve) => {
        child.on('message', ({ seq, kind }: { seq: number; kind: string }) => {
          if (kind === 'safe') synced = seq;
          if (seq > head + 300 * (round + 1)) child.kill('SIGKILL');
        });
        child.once('exit', () => resolve());
      });
      const journal = await openJournal(folder);
      assert.ok(journal.head >= synced, `${journal.head} of ${synced}`);
      // Nothing was torn, so it is the same epoch; or something was, and then it says so.
      epoch ??= journal.epoch;
      assert.equal(journal.epoch !== epoch, journal.repaired);
      epoch = journal.epoch;
      head = journal.head;
      const facts = await readAll(journal, 100_000);
      for (const [i, fact] of facts.entries()) {
        assert.equal(fact.seq, i + 1);
        assert.deepEqual(fact.update['content'], { type: 'text', text: `text ${i + 1}` });
      }
      assert.ok(head > 0);
      await journal.close();
    }
  });

  it('J15: of an item long ago a further fact begins another stretch, but not while state holds it', async () => {
    const event = (event: SessionEvent): NewFact => {
      const id = 'id' in event ? event.id : '';
      const item = event.type.startsWith('question') ? `q:${id}` : `p:${id}`;
      return { item, at: 0, origin: { kind: 'host' }, update: eventUpdate(), event };
    };
    const write = async (reopen: boolean) => {
      const own = join(folder, String(reopen));
      const segmentBytes = 100_000;
      let journal = await openJournal(own, { segmentBytes });
      journal.append(chunk('old', 'first'));
      journal.append(event({ type: 'question_opened', id: 'open', kind: 'permission', request: {} }));
      for (let i = 0; i < limits.indexedItems; i++) {
        journal.append(chunk(`m${i}`, 'x'));
        if (!reopen || i % 2500 !== 0) continue;
        await journal.close();
        journal = await openJournal(own, { segmentBytes });
      }
      journal.append(event({ type: 'question_closed', id: 'open', answer: { outcome: 'cancelled' } }));
      journal.append(chunk('old', 'again'));
      journal.append(chunk('m5', 'more'));
      const first = await journal.page({ at: 1 }, 2, 1e6);
      assert.deepEqual(
        first.facts.map(({ seq }) => seq),
        [1, 2, limits.indexedItems + 3],
      );
      const last = await journal.page({ before: journal.head + 1 }, 1, 1e6);
      assert.deepEqual(
        last.facts.map(({ item, seq }) => [item, seq]),
        [['old', limits.indexedItems + 4]],
      );
      const joined = await journal.page({ at: 8 }, 1, 1e6);
      assert.deepEqual(
        joined.facts.map(({ seq }) => seq),
        [8, limits.indexedItems + 5],
      );
      await journal.close();
    };
    await write(false);
    await write(true);
  });
});
