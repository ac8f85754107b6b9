/** A process of its own that takes the broker's lock and holds it until it is ended. */
import { lockBroker } from '../../../src/remote/broker-lock.ts';
import { MachineFolder } from '../../../src/remote/machine-folder.ts';

const [path = '', title = ''] = process.argv.slice(2);

async function hold(): Promise<string> {
  try {
    await lockBroker(await MachineFolder.open(path), title, Date.now());
    process.stdin.resume();
    process.stdin.on('end', () => process.exit(0));
    return 'held';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'failed';
  }
}

void hold().then((said) => process.stdout.write(`${said}\n`));
