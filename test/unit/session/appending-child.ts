/** A process that appends to a journal until it is killed, and tells what it has read and synced. */
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { DiskJournal } from '../../../src/session/disk-journal/disk-journal.ts';

async function main(folder: string): Promise<void> {
  const journal = await DiskJournal.open(folder, { clock: systemClock, log: silentLog, segmentBytes: 4000 });
  for (;;) {
    for (let i = 0; i < 7; i++) {
      const text = `text ${String(journal.head + 1)}`;
      const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } };
      const item = `m${String(Math.floor(journal.head / 5))}`;
      journal.append({ item, at: Date.now(), origin: { kind: 'agent' }, update });
    }
    const read = await journal.read(journal.head - 1, 1);
    process.send?.({ kind: 'safe', seq: read[0]!.seq });
    const seq = journal.head;
    await journal.sync();
    process.send?.({ kind: 'safe', seq });
  }
}

void main(process.argv[2]!);
