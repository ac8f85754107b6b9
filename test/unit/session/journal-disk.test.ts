/** The journal on disk: what is written comes back, whatever happens to the process or the file. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync } from 'node:fs';
import fc from 'fast-check';
import { silentLog } from '../../../src/base/log.ts';
import type { NewFact } from '../../../src/session/journal.ts';
import { DiskJournal, type DiskJournalOptions } from '../../../src/session/disk-journal/disk-journal.ts';
import { MemoryJournal } from '../../../src/session/memory-journal.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { newFacts } from './random-facts.ts';
import { assertSame } from './same-journal.ts';

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
      { numRuns: 15 },
    );
  });
});
