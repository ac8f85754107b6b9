/** Runs git on a repository: bounded, asking nobody, and without the programs that a repository's hooks name. */
import { execFile, type ExecFileException } from 'node:child_process';
import { devNull } from 'node:os';
import { OffdeskError } from '../base/error.ts';
import { plainLine } from '../base/plain-text.ts';
import { gitEnvironment, gitProgram } from '../files/git-program.ts';
import { limits } from '../protocol/limits.ts';

const outputBytes = 64 * 1024 * 1024;

export interface GitOptions {
  /** Milliseconds; `limits.gitMs` unless given. */
  ms?: number;
  /** Ends it; then it rejects. */
  signal?: AbortSignal;
}

/** Its standard output. Rejects with `worktree_failed`, with what git said last. `cwd`: where it is run. */
export function git(
  cwd: string,
  args: readonly string[],
  { ms = limits.gitMs, signal }: GitOptions = {},
): Promise<string> {
  const all = [...['-c', `core.hooksPath=${devNull}`, '-c', 'core.fsmonitor=false'], ...args];
  const program = gitProgram();
  if (program === undefined) return Promise.reject(notInstalled());
  const options = {
    ...{ cwd, timeout: ms, maxBuffer: outputBytes, windowsHide: true, ...(signal && { signal }) },
    env: { ...gitEnvironment(), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' },
  };
  return new Promise((resolve, reject) => {
    const child = execFile(program, all, options, (error, stdout, stderr) => {
      if (error) reject(gitFailed(error, stderr));
      else resolve(stdout);
    });
    child.stdin?.on('error', () => {}).end();
  });
}

function notInstalled(): OffdeskError {
  return new OffdeskError(
    'worktree_failed',
    'git is not installed on this computer.',
    'Install it, or start the session in the folder itself.',
  );
}

function gitFailed(error: ExecFileException, stderr: string): OffdeskError {
  const last =
    stderr.split('\n').findLast((line) => line.trim() !== '') ?? error.message.split('\n')[0] ?? '';
  const said = error.killed ? 'It took too long' : plainLine(last.replace(/^(?:fatal|error): /, ''), 200);
  return new OffdeskError(
    'worktree_failed',
    `git could not do it: ${said.replace(/[.\s]+$/, '')}.`,
    'Look at the repository at the computer, or start the session in the folder itself.',
  );
}
