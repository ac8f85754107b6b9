/** A command of the demo agent: fixed words, bounded output and time, gone when the turn is cancelled. */
import { spawn } from 'node:child_process';
import { limits } from '../../protocol/limits.ts';

/** Nothing of what a user typed goes into it. */
export const harmless =
  process.platform === 'win32'
    ? {
        title: 'echo Hello from the demo agent',
        program: 'cmd',
        args: ['/d', '/c', 'echo Hello from the demo agent'],
      }
    : {
        title: `printf 'Hello from the demo agent\\n' && ls`,
        program: 'sh',
        args: ['-c', `printf 'Hello from the demo agent\\n' && ls`],
      };

export interface CommandEnd {
  output: string;
  /** Null when a signal ended it. */
  code: number | null;
}

/** `progress` gets the whole output so far. */
export function runHarmless(
  cwd: string,
  signal: AbortSignal,
  progress: (output: string) => void,
): Promise<CommandEnd> {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(harmless.program, harmless.args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
      timeout: limits.demoCommandMs,
      killSignal: 'SIGKILL',
    });
    const take = (chunk: Buffer): void => {
      if (output.length >= limits.demoFileBytes) return;
      output += chunk.toString('utf8');
      progress(output);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ output: error.message, code: null });
    });
    child.on('close', (code) => resolve({ output, code }));
  });
}
