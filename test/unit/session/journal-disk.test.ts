/** The journal on disk: what is written comes back, whatever happens to the process or the file. */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { silentLog } from '../../../src/base/log.ts';
import type { NewFact, SearchHit } from '../../../src/session/journal.ts';
import { DiskJournal, type DiskJournalOptions } from '../../../src/session/disk-journal/disk-journal.ts';
import { encodeLine } from '../../../src/session/disk-journal/lines.ts';
import { MemoryJournal } from '../../../src/session/memory-journal.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { newFacts } from './random-facts.ts';
import { assertSame, readAll } from './same-journal.ts';

let epochs = 0;
function openJournal(folder: string, options: Partial<DiskJournalOptions> = {}): Promise<DiskJournal> {
  const epoch = () => `epoch-${++epochs}`;
  return DiskJournal.open(folder, {
    clock: new FakeClock(),
    log: silentLog,
    epoch,
    boot: 'boot',
    ...options,
  });
}

function remembered(facts: readonly NewFact[]): MemoryJournal {
  const journal = new MemoryJournal('memory');
  for (const fact of facts) journal.append(fact);
  return journal;
}

function chunk(item: string, text: string): NewFact {
  const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } };
  return { item, at: 0, origin: { kind: 'agent' }, update };
}

function lastSegment(folder: string): string {
  return join(
    folder,
    readdirSync(folder)
      .filter((name) => name.endsWith('.log'))
      .sort()
      .at(-1)!,
  );
}

/** In memory where the system has such a place: what is tested here is not the disk. */
async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = existsSync('/dev/shm') ? mkdtempSync('/dev/shm/journal-') : tempFolder('journal');
  try {
    await work(folder);
  } finally {
    removeFolder(folder);
  }
}

describe('journal on disk', function () {
  this.timeout(60_000);

  it('J9: tells the same as one in memory, also when it is opened again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(newFacts(20), fc.boolean()), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 3000 }),
        (sessions, segmentBytes, bytes) =>
          inFolder(async (folder) => {
            const memory = remembered([]);
            const seen = new Set<string>();
            for (const [facts, early] of sessions) {
              const journal = await openJournal(folder, { segmentBytes });
              seen.add(journal.epoch);
              assert.equal(journal.repaired, false);
              if (early) await assertSame(journal, memory, bytes);
              for (const fact of facts) {
                assert.deepEqual(journal.append(fact), memory.append(fact));
              }
              await assertSame(journal, memory, bytes);
              await journal.close();
            }
            assert.equal(seen.size, 1);
          }),
      ),
      { numRuns: 10 },
    );
  });

  it('J17: a search finds what one in memory finds, in as many pages as it takes', async () => {
    const query = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }),
      fc.constantFrom('x', 'Hello', '"', '\\', 'x x', '\ud83d\ude00', ' '),
    );
    await fc.assert(
      fc.asyncProperty(newFacts(30), query, fc.integer({ min: 1, max: 4 }), (facts, query, limit) =>
        inFolder(async (folder) => {
          const first = await openJournal(folder, { segmentBytes: 2000 });
          for (const fact of facts) first.append(fact);
          await first.close();
          const journal = await openJournal(folder, { segmentBytes: 2000 });
          const memory = remembered(facts);
          const all = await memory.search(query, memory.head + 1, 1e9);
          const found: SearchHit[] = [];
          for (let before: number | null = journal.head + 1; before !== null;) {
            const page = await journal.search(query, before, limit);
            assert.ok(page.hits.length <= limit);
            found.push(...page.hits);
            before = page.next;
          }
          assert.deepEqual(found, all.hits);
          await journal.close();
        }),
      ),
      { numRuns: 100 },
    );
  });

  it('J11: a tail torn at any byte is cut, in a new epoch; what was synced is never lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        newFacts(6),
        fc.integer({ min: 200, max: 3000 }),
        fc.uint8Array({ maxLength: 40 }),
        (facts, segmentBytes, garbage) =>
          inFolder(async (folder) => {
            const original = join(folder, 'original');
            const journal = await openJournal(original, { segmentBytes });
            const { epoch } = journal;
            for (const fact of facts) journal.append(fact);
            await journal.sync();
            const size = statSync(lastSegment(original)).size;
            for (let cut = 0; cut <= size; cut += cut < size - 150 ? 97 : 1) {
              const copy = join(folder, 'copy');
              cpSync(original, copy, { recursive: true });
              truncateSync(lastSegment(copy), cut);
              const torn = readFileSync(lastSegment(copy)).at(-1) !== 0x0a;
              if (torn || cut === 0) appendFileSync(lastSegment(copy), garbage);
              const again = await openJournal(copy, { segmentBytes });
              if (cut === size) assert.equal(again.head, facts.length);
              assert.equal(again.epoch === epoch, !torn && cut > 0, `epoch, cut at ${cut} of ${size}`);
              assert.equal(again.repaired, again.epoch !== epoch);
              await assertSame(again, remembered(facts.slice(0, again.head)), 1000, true);
              again.append(facts[0] ?? chunk('m', 'x'));
              await again.close();
              const third = await openJournal(copy, { segmentBytes });
              assert.equal(third.epoch, again.epoch);
              assert.equal(third.head, again.head);
              await third.close();
              rmSync(copy, { recursive: true });
            }
            await journal.close();
          }),
      ),
      { numRuns: 2 },
    );
  });

  it('J11: without a close, the epoch stays after a crash and changes after a loss of power', () =>
    inFolder(async (folder) => {
      const journal = await openJournal(folder);
      journal.append(chunk('m1', 'a'));
      await journal.sync();
      const copy = `${folder}/copy`;
      for (const boot of ['boot', 'another']) {
        cpSync(lastSegment(folder), join(copy, basename(lastSegment(folder))));
        const again = await openJournal(copy, { boot });
        assert.equal(again.repaired, boot === 'another');
        await again.close();
        // It was closed in good order: nothing can be lost.
        const closed = await openJournal(copy, { boot: 'a third' });
        assert.equal(closed.epoch, again.epoch);
        closed.append(chunk('m1', 'b'));
        await closed.sync();
        cpSync(copy, `${folder}/crashed`, { recursive: true });
        const after = await openJournal(`${folder}/crashed`, { boot: 'a fourth' });
        assert.notEqual(after.epoch, closed.epoch);
        await after.close();
        await closed.close();
        rmSync(copy, { recursive: true });
        rmSync(`${folder}/crashed`, { recursive: true });
      }
      await journal.close();
    }));

  it('J12: a damaged byte costs a run at most, and says so', async () => {
    await fc.assert(
      fc.asyncProperty(
        newFacts(25).filter((facts) => facts.length > 0),
        fc.integer({ min: 200, max: 3000 }),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.integer({ min: 0, max: 7 }),
        fc.boolean(),
        (facts, segmentBytes, where, bit, withIndex) =>
          inFolder(async (folder) => {
            const journal = await openJournal(folder, { segmentBytes });
            for (const fact of facts) journal.append(fact);
            await journal.close();
            const segments = readdirSync(folder).filter((name) => name.endsWith('.log'));
            const path = join(folder, segments[Math.floor(where * segments.length)]!);
            const bytes = readFileSync(path);
            const at = Math.floor(((where * segments.length) % 1) * bytes.length);
            bytes[at] = bytes[at]! ^ (1 << bit);
            writeFileSync(path, bytes);
            if (!withIndex) rmSync(join(folder, 'mark'));
            const again = await openJournal(folder, { segmentBytes });
            // The last line may have been cut.
            const last = again.head;
            const memory = await readAll(remembered(facts), 1e9);
            const read = await readAll(again, 500);
            let damaged = 0;
            for (const [i, fact] of read.entries()) {
              if (JSON.stringify(fact) === JSON.stringify(memory[i])) continue;
              assert.equal(fact.seq, i + 1);
              assert.equal(fact.origin.kind, 'host');
              damaged++;
            }
            const missing = damaged + facts.length - last;
            assert.ok(missing <= 60, `${missing} of ${facts.length} are missing`);
            const page = await again.page({ at: 1 }, 1e9, 1e9);
            assert.equal(page.next, null);
            for (const id of ['prompt-1', 'change-prompt-2']) await again.fate(id);
            again.append(chunk('m1', 'on'));
            await again.close();
            const third = await openJournal(folder, { segmentBytes });
            assert.equal(third.head, last + 1);
            assert.equal((await readAll(third, 1e9)).length, last + 1);
            await third.close();
          }),
      ),
      { numRuns: 40 },
    );
  });

  it('J12: what follows a damaged beginning of a run is not told of the run before it', () =>
    inFolder(async (folder) => {
      const facts = [chunk('m1', 'one'), chunk('m2', 'two'), chunk('m2', 'three'), chunk('m3', 'four')];
      const journal = await openJournal(folder);
      for (const fact of facts) journal.append(fact);
      await journal.close();
      const path = lastSegment(folder);
      writeFileSync(path, readFileSync(path, 'utf8').replace('"two"', '"tow"'));
      for (const indexed of [true, false]) {
        if (!indexed) rmSync(join(folder, 'mark'));
        const again = await openJournal(folder);
        for (const told of [await readAll(again, 1e9), await readAll(again, 1)])
          assert.deepEqual(
            told.map(({ origin }) => origin.kind),
            ['agent', 'host', 'host', 'agent'],
          );
        assert.doesNotMatch(JSON.stringify(await again.page({ at: 1 }, 1e9, 1e9)), /tow|three/);
        await again.close();
      }
    }));

  it('J13: indexes that are missing, short or of another time are made anew', async () => {
    await fc.assert(
      fc.asyncProperty(
        newFacts(15),
        newFacts(15),
        fc.integer({ min: 200, max: 2000 }),
        fc.constantFrom('facts.idx', 'items.idx', 'fates.idx', 'mark'),
        fc.constantFrom('missing', 'short', 'empty', 'old'),
        (before, after, segmentBytes, file, what) =>
          inFolder(async (folder) => {
            const path = join(folder, file);
            const first = await openJournal(folder, { segmentBytes });
            for (const fact of before) first.append(fact);
            await first.close();
            const old = readFileSync(path);
            const second = await openJournal(folder, { segmentBytes });
            for (const fact of after) second.append(fact);
            await second.close();
            if (what === 'missing') rmSync(path);
            if (what === 'short') truncateSync(path, Math.floor(statSync(path).size / 2));
            if (what === 'empty') truncateSync(path, 0);
            if (what === 'old' && file === 'mark') writeFileSync(path, old);
            const third = await openJournal(folder, { segmentBytes });
            assert.equal(third.epoch, first.epoch);
            await assertSame(third, remembered([...before, ...after]), 1000);
            await third.close();
          }),
      ),
      { numRuns: 20 },
    );
  });

  it('J18: a journal of another version is refused, and left alone', () =>
    inFolder(async (folder) => {
      const journal = await openJournal(folder);
      await journal.close();
      const [name] = readdirSync(folder).filter((file) => file.endsWith('.log'));
      const line = encodeLine(JSON.stringify({ offdesk: 'journal', version: 2, from: 'the future' }));
      writeFileSync(join(folder, name!), line);
      await assert.rejects(openJournal(folder), { code: 'storage_failed' });
      assert.deepEqual(readFileSync(join(folder, name!)), line);
    }));
});
