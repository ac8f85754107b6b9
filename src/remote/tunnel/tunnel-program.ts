/** A tunnel program as it can be run here, and questions to it that it answers and ends. */
import { execFile } from 'node:child_process';
import { limits } from '../../protocol/limits.ts';

export interface Launch {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  /** Windows: the arguments are quoted already. */
  windowsVerbatimArguments: boolean;
}

/** One that was found on this computer. */
export interface TunnelProgram {
  /** Its full path. */
  path: string;
  launch(args: readonly string[]): Launch;
}

export interface Answer {
  /** Undefined where it could not be run, or not be waited for. */
  code: number | undefined;
  stdout: string;
  stderr: string;
}

/** Bounded in time (`tunnelAskMs`) and bytes. Never rejects. */
export function ask(program: TunnelProgram, args: readonly string[]): Promise<Answer> {
  const { command, args: all, env, windowsVerbatimArguments } = program.launch(args);
  const options = {
    ...{ env, timeout: limits.tunnelAskMs, maxBuffer: limits.tunnelAskBytes, windowsVerbatimArguments },
    ...({ killSignal: 'SIGKILL', windowsHide: true } as const),
  };
  return new Promise((resolve) => {
    try {
      const child = execFile(command, all, options, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined;
        resolve({ code, stdout, stderr });
      });
      child.stdin?.on('error', () => {}).end();
    } catch (error) {
      // Node refuses some commands at once.
      resolve({ code: undefined, stdout: '', stderr: error instanceof Error ? error.message : '' });
    }
  });
}
