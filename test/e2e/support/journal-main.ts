/**
 * A second client as a process, for a network that the tests are not in. stdin: the pairing link, then a line for
 * each reading; stdout, as JSON lines: `paired`, then `journal` with the whole conversation.
 */
import { createInterface } from 'node:readline';
import { TestDevice } from '../../support/test-device.ts';
import { readJournal } from './journal-reader.ts';

const print = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

async function main(): Promise<void> {
  const device = new TestDevice();
  let paired = false;
  for await (const line of createInterface({ input: process.stdin })) {
    if (!paired) {
      await device.pair(line, { name: 'Reader', scope: 'view' });
      paired = true;
      print({ event: 'paired' });
      continue;
    }
    const { transcript, head, cwd } = await readJournal(device);
    const { items, queue, title, modes, agent } = transcript;
    print({ event: 'journal', head, cwd, transcript: { items, queue, title, modes, agent } });
  }
  device.dispose();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
