/** A host that is going to be killed: starts the agent of its arguments and prints `{identity, pids}`. */
import { startProcess } from '../../../src/agent/process.ts';
import { silentLog } from '../../../src/base/log.ts';

const [name = '', command = '', ...args] = process.argv.slice(2);
const env = { OFFDESK_TEST_ORPHAN: name };
const agent = startProcess({ name, command, args, env, installHint: '' }, process.cwd(), silentLog, name);
void agent.stream.readable
  .getReader()
  .read()
  .then(async ({ value }) => {
    const pids = (value as { params?: unknown } | undefined)?.params;
    process.stdout.write(`${JSON.stringify({ identity: await agent.identity(), pids })}\n`);
  });
