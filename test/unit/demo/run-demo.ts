/** The demo agent as a process, from sources. */
import { runDemoAgent } from '../../../src/agent/demo/demo-agent.ts';

const [scratch] = process.argv.slice(2);
void runDemoAgent({
  stdin: process.stdin,
  stdout: process.stdout,
  ...(scratch === undefined ? {} : { scratch }),
});
