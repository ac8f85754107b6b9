/** Runs a program for what it prints, bounded in time and bytes. */
import { execFile } from 'node:child_process';
import { limits } from '../protocol/limits.ts';
import { launchIn, launchOf } from './launch.ts';
import { agentEnvironment, type AgentCommand } from './process.ts';

export interface AskOptions {
  cwd?: string;
  /** In milliseconds. */
  ms: number;
}

/** Its standard output as far as it came, whether it ends well or not; empty where it can't be run. Never rejects. */
export function askProgram(
  agent: Pick<AgentCommand, 'command' | 'env'>,
  args: readonly string[],
  { cwd, ms }: AskOptions,
): Promise<string> {
  return new Promise((resolve) => {
    const env = agentEnvironment(agent);
    const { command, args: all, windowsVerbatimArguments } = launchOf(agent.command, args, launchIn(env));
    const options = {
      ...{ env, timeout: ms, maxBuffer: limits.agentAskBytes },
      ...(cwd === undefined ? {} : { cwd }),
      ...({ killSignal: 'SIGKILL', windowsHide: true, windowsVerbatimArguments } as const),
    };
    try {
      const child = execFile(command, all, options, (_error, stdout) => resolve(stdout));
      // One that does not know the arguments may wait for a client there.
      child.stdin?.on('error', () => {}).end();
    } catch {
      // Node refuses some commands at once.
      resolve('');
    }
  });
}
