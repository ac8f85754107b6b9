/** A folder's files as git sees them: tracked and untracked, not ignored. */
import { execFile } from 'node:child_process';

/** At most `max` paths relative to `folder` with `/`; undefined where git cannot answer. */
export function gitFiles(folder: string, max: number): Promise<string[] | undefined> {
  return new Promise((resolve) => {
    execFile(
      'git',
      // A repository's own settings may name a program for git to run (core.fsmonitor): typing @ runs none.
      [
        ...['-c', 'core.quotepath=off', '-c', 'core.fsmonitor=false'],
        ...['ls-files', '-co', '--exclude-standard', '--deduplicate', '-z'],
      ],
      { cwd: folder, maxBuffer: 64 * 1024 * 1024, timeout: 20_000 },
      (error, stdout) => resolve(error ? undefined : stdout.split('\0').filter(Boolean).slice(0, max)),
    );
  });
}
