/** The own relay of a round, a process of its own. */
import { startOwnRelay } from '../../src/relay/own-relay.ts';
import { stderrLog } from '../../src/cli/stderr-log.ts';
import { obey } from './commands.ts';
import { clockOfEnvironment } from './warped-clock.ts';

const clock = clockOfEnvironment();
const { FAULTS_RELAY = '', FAULTS_VERBOSE } = process.env;
const { port, webFolder } = JSON.parse(FAULTS_RELAY) as { port: number; webFolder: string };

async function main(): Promise<void> {
  await startOwnRelay({ port, webFolder, clock, log: stderrLog(FAULTS_VERBOSE !== undefined) });
  obey(({ cmd, ...fields }) => {
    if (cmd === 'jump') clock.jump(Number(fields['ms']), Boolean(fields['elapse']));
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
