/** The own relay of a round, a process of its own. */
import { startOwnRelay } from '../../src/relay/own-relay.ts';
import { stderrLog } from '../../src/cli/stderr-log.ts';
import { obey } from './commands.ts';
import { clockOfEnvironment } from './warped-clock.ts';

const clock = clockOfEnvironment();
const { FAULTS_RELAY = '', FAULTS_VERBOSE } = process.env;
const { webFolder } = JSON.parse(FAULTS_RELAY) as { webFolder: string };

async function main(): Promise<void> {
  const { port } = await startOwnRelay({
    port: 0,
    webFolder,
    clock,
    log: stderrLog(FAULTS_VERBOSE !== undefined),
  });
  obey(({ cmd, ...fields }) => {
    if (cmd === 'port') return port;
    if (cmd === 'jump') clock.jump(Number(fields['ms']), Boolean(fields['elapse']));
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
