/** Journals of sessions that are over have one writer: each is closed before it is opened again, or to go on. */
import assert from 'node:assert/strict';
import { OffdeskError } from '../../../src/base/error.ts';
import { silentLog } from '../../../src/base/log.ts';
import { PastSessions } from '../../../src/host/past-sessions.ts';
import { Run } from '../../../src/host/run.ts';
import { SessionStore } from '../../../src/host/session-store.ts';
import { DiskJournal } from '../../../src/session/disk-journal/disk-journal.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { eventually } from '../../support/wait.ts';

const id = 'one';

async function pastWithOne() {
  const store = await SessionStore.open(tempFolder('past'), silentLog);
  await store.save({
    ...{ version: 1, id, cwd: '/work', title: 'One', open: false, agentRuns: false },
    agent: { choice: { kind: 'named', name: 'demo' }, title: 'Demo', demo: true },
    ...{ createdAt: 1, updatedAt: 1 },
  });
  const clock = new FakeClock();
  const journal = await DiskJournal.open(store.folderOf(id), { clock, log: silentLog });
  journal.append({ at: 1, origin: { kind: 'host' }, update: { sessionUpdate: 'session_info_update' } });
  await journal.close();
  return { past: new PastSessions(store, clock, silentLog), store };
}

/** Closes no sooner than the function that it returns is called. */
function holdClose(journal: { close(): Promise<void> }): { go(): void; isClosed(): boolean } {
  let go!: () => void;
  const held = new Promise<void>((resolve) => (go = resolve));
  let closed = false;
  const close = journal.close.bind(journal);
  journal.close = async () => {
    await held;
    await close();
    closed = true;
  };
  return { go, isClosed: () => closed };
}

const turns = async () => {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe('sessions that are over', function () {
  this.timeout(30_000);

  it('B11: one that is being closed is opened again, or released, only when it is closed', async () => {
    const { past } = await pastWithOne();
    const session = await past.find(id);
    const hold = holdClose(session!.journal);
    const seen: string[] = [];
    const first = past.release(id);
    const second = past.release(id).then(() => seen.push(`released ${hold.isClosed()}`));
    await turns();
    assert.equal(seen.length, 0);
    const again = past.find(id).then((found) => {
      seen.push(`found ${hold.isClosed()}`);
      return found;
    });
    await turns();
    assert.equal(seen.length, 0);
    assert.ok(past.isOpen(id));
    hold.go();
    await Promise.all([first, second]);
    assert.notEqual(await again, session);
    assert.deepEqual(seen.sort(), ['found true', 'released true']);
    await past.close();
    assert.ok(!past.isOpen(id));
  });

  it('B11: all are closed when it is, also those of which that had begun', async () => {
    const { past } = await pastWithOne();
    const hold = holdClose((await past.find(id))!.journal);
    void past.release(id);
    const closed = past.close().then(() => hold.isClosed());
    await turns();
    hold.go();
    assert.equal(await closed, true);
  });

  it('B11: of one that cannot be read no file stays open', async () => {
    const { past } = await pastWithOne();
    const { read, close } = DiskJournal.prototype;
    let closes = 0;
    DiskJournal.prototype.read = () => Promise.reject(new OffdeskError('storage_failed', 'It is broken.'));
    DiskJournal.prototype.close = function (this: DiskJournal) {
      closes++;
      return close.call(this);
    };
    try {
      await assert.rejects(past.find(id), { code: 'storage_failed' });
    } finally {
      Object.assign(DiskJournal.prototype, { read, close });
    }
    assert.equal(closes, 1);
    assert.equal((await past.find(id))?.title, 'One');
    await past.close();
  });

  it('G6: who asks for one that is being opened to go on waits until it is', async () => {
    const { past } = await pastWithOne();
    const run = new Run();
    run.past = past;
    const hold = holdClose((await past.find(id))!.journal);
    let open!: () => void;
    const seen: string[] = [];
    const opened = run.alone(id, () => {
      seen.push(`released ${hold.isClosed()}`);
      return new Promise<void>((resolve) => (open = resolve));
    });
    assert.ok(run.isOpening(id));
    const waiting = run.opened(id).then(() => seen.push('opened'));
    await turns();
    hold.go();
    await eventually(() => seen.length > 0, { what: 'its release' });
    assert.deepEqual(seen, ['released true']);
    open();
    await Promise.all([opened, waiting]);
    assert.deepEqual(seen, ['released true', 'opened']);
    assert.ok(!run.isOpening(id));
    await assert.rejects(
      run.alone(id, () => Promise.reject(new OffdeskError('agent_failed', 'No.'))),
      {
        code: 'agent_failed',
      },
    );
    await run.opened(id);
    await past.close();
  });
});
