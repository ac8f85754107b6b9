/** Memory of three sessions of a real agent in one process and in three: --only claude, kimi or opencode. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { knownAgent } from '../../../src/agent/catalog.ts';
import { SharedAgent } from '../../agents/shared-agent.ts';
import { processTree } from '../../support/process-table.ts';
import { createQuietNetwork } from '../../support/quiet-network.ts';
import { agentMissing, everyAgent, startModelProcess, type AnyAgent } from '../../support/real-agents.ts';

const many = 3;
const only = process.argv[process.argv.indexOf('--only') + 1];
const network = await createQuietNetwork();
const model = await startModelProcess(network);
const mib = (kilobytes: number): string => `${Math.round(kilobytes / 1024)} MiB`;

/** Of a process and all that it started. Rss counts what processes share for each of them, Pss a part of it. */
function memory(pids: ReadonlySet<number>, kind: 'Rss' | 'Pss'): number {
  const tree = [...pids].flatMap((pid) => processTree(pid));
  return tree.reduce((sum, { pid }) => sum + (kilobytesOf(pid, kind) ?? 0), 0);
}

function kilobytesOf(pid: number, kind: string): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(new RegExp(`^${kind}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]);
  } catch {
    return undefined;
  }
}

/** Each session after a turn in which it wrote a file. */
async function measure(name: AnyAgent, shared: boolean): Promise<string> {
  const made = new SharedAgent(name, { network, model });
  try {
    const pids = new Set<number>();
    for (let i = 0; i < many; i++) {
      const { agent, sink, cwd, pid } = await made.member({ folder: `at-${i}`, shared });
      sink.answer = (_, { request }) => {
        const options = request['options'] as { optionId: string; kind: string }[] | undefined;
        const option = options?.find(({ kind }) => kind === 'allow_once');
        const chosen = option && { outcome: 'selected' as const, optionId: option.optionId };
        return Promise.resolve(chosen ?? { outcome: 'cancelled' });
      };
      await agent.prompt([{ type: 'text', text: `Please run [[write:${join(cwd, 'own.txt')}]]` }]);
      pids.add(pid);
    }
    const counted = pids.size === 1 ? '1 process  ' : `${pids.size} processes`;
    return `${counted}  Rss ${mib(memory(pids, 'Rss')).padStart(8)}  Pss ${mib(memory(pids, 'Pss')).padStart(8)}`;
  } finally {
    await made.dispose();
  }
}

for (const name of everyAgent) {
  const chosen =
    knownAgent(name).commands[0].quirks?.sharing && (!everyAgent.includes(only as AnyAgent) || only === name);
  if (!chosen || agentMissing(name)) continue;
  for (const shared of [true, false])
    console.log(`${name.padEnd(9)} ${many} sessions, ${await measure(name, shared)}`);
}
await model.stop();
await network.dispose();
