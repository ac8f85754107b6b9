/** A git repository for tests, with one commit. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Who commits is named by each call, so that nobody's own settings count. */
const identity = {
  ...{ GIT_AUTHOR_NAME: 'Test', GIT_AUTHOR_EMAIL: 'test@example.org' },
  ...{ GIT_COMMITTER_NAME: 'Test', GIT_COMMITTER_EMAIL: 'test@example.org' },
  ...{ GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
};

/** What it prints. */
export function runGit(cwd: string, ...args: string[]): string {
  const env = { ...process.env, ...identity };
  return execFileSync('git', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

export function makeRepository(folder: string): void {
  mkdirSync(join(folder, 'src'), { recursive: true });
  runGit(folder, 'init', '--quiet', '--initial-branch=main');
  writeFileSync(join(folder, 'readme.txt'), 'first\n');
  writeFileSync(join(folder, 'src', 'main.txt'), 'main\n');
  commitAll(folder, 'first');
}

export function commitAll(folder: string, message: string): void {
  runGit(folder, 'add', '--all');
  runGit(folder, 'commit', '--quiet', '-m', message);
}
