/** A host that is going to be killed: two sessions in one process of an agent that outlives it; prints that process. */
import type { ProcessIdentity } from '../../../src/agent/orphan.ts';
import { SharedProcesses } from '../../../src/agent/shared-processes.ts';
import { Upstream } from '../../../src/agent/upstream.ts';
import { silentLog } from '../../../src/base/log.ts';
import { KeptSink } from '../../support/kept-sink.ts';

async function main(): Promise<void> {
  const shared = new SharedProcesses(process.cwd());
  const known: ProcessIdentity[] = [];
  const options = {
    ...{ name: 'Agent', command: process.execPath, args: [process.argv[2]!, 'lasting'], env: {} },
    ...{ installHint: '', authMethod: undefined, loginHint: '', cwd: process.cwd(), log: silentLog, shared },
    quirks: { sharing: 'all' as const },
    onProcess: (identity: ProcessIdentity | undefined) => void (identity && known.push(identity)),
  };
  await Promise.all([0, 1].map(() => new Upstream(options).start(new KeptSink())));
  process.stdout.write(`${JSON.stringify(known[0])}\n`);
  setInterval(() => {}, 1_000);
}

void main();
