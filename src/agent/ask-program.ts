/** Runs a program for what it prints, bounded in time and bytes. */
import { execFile } from 'node:child_process';
import { limits } from '../protocol/limits.ts';
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
    // A program of npm's is a script of the shell there.
    const shell = /\.cmd$/i.test(agent.command);
    const options = {
      ...{ env: agentEnvironment(agent), timeout: ms, maxBuffer: limits.agentAskBytes, shell },
      ...(cwd === undefined ? {} : { cwd }),
      ...({ killSignal: 'SIGKILL', windowsHide: true } as const),
    };
    const command = shell ? `"${agent.command}"` : agent.command;
    const child = execFile(command, args, options, (_error, stdout) => resolve(stdout));
    // One that does not know the arguments may wait for a client there.
    child.stdin?.on('error', () => {}).end();
  });
}
