/** A folder's files as git sees them: tracked and untracked, not ignored, and there. */
import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { gitEnvironment, gitProgram } from './git-program.ts';

export interface GitFiles {
  /** Relative to the folder, with `/`. */
  files: string[];
  /** Folders that are repositories of their own, each with its slash: git says nothing of what is in them. */
  repositories: string[];
}

/** A repository's own settings may name a program for git to run (core.fsmonitor): typing @ runs none. */
const harmless = ['-c', 'core.quotepath=off', '-c', 'core.fsmonitor=false', '--literal-pathspecs'];
const gitMs = 60_000;

/** At most `most` files, of `only` (files or folders, relative) or all; undefined where git cannot answer. */
export async function gitFiles(
  folder: string,
  most: number,
  only: readonly string[] = [],
): Promise<GitFiles | undefined> {
  const listed = new Set<string>();
  const [gone, repositories] = [new Set<string>(), [] as string[]];
  const take = (entry: string): boolean => {
    // A letter that says what git knows of it, a blank, and the path.
    const [tag, path] = [entry[0], entry.slice(2)];
    if (tag === 'R') gone.add(path);
    else if (path.endsWith('/')) repositories.push(path);
    // Of a sparse checkout what is not checked out.
    else if (tag !== 'S') listed.add(path);
    return listed.size < most;
  };
  const args = ['ls-files', '-cdo', '--exclude-standard', '-t', '-z', '--', ...only];
  if (!(await git(folder, args, take))) return undefined;
  for (const path of gone) listed.delete(path);
  if (listed.has('.gitmodules')) {
    for (const module of await submodules(folder)) if (listed.delete(module)) repositories.push(`${module}/`);
  }
  return { files: [...listed], repositories };
}

/** Windows takes 32,767 characters of a command, quotes and blanks among them. */
const lineChars = 16_000;

/** In groups that go into one command each. */
export function byLine(paths: readonly string[]): string[][] {
  const groups: string[][] = [];
  let chars = Infinity;
  for (const path of paths) {
    chars += path.length + 3;
    if (chars > lineChars) {
      groups.push([]);
      chars = path.length + 3;
    }
    groups.at(-1)!.push(path);
  }
  return groups;
}

/** Which of these (relative files or folders) git ignores; none where it cannot answer. */
export async function gitIgnored(folder: string, paths: readonly string[]): Promise<Set<string>> {
  const ignored = new Set<string>();
  await git(
    folder,
    ['check-ignore', '-z', '--stdin'],
    (path) => ignored.add(path).size > 0,
    paths.join('\0'),
  );
  return ignored;
}

async function submodules(folder: string): Promise<string[]> {
  const found: string[] = [];
  await git(
    folder,
    ['config', '-z', '-f', '.gitmodules', '--get-regexp', '^submodule\\..*\\.path$'],
    (entry) => found.push(entry.slice(entry.indexOf('\n') + 1)) > 0,
  );
  return found;
}

/** Entries of its output, parted by NUL, until `take` says that it is enough; false where git failed. */
function git(
  cwd: string,
  args: readonly string[],
  take: (entry: string) => boolean,
  input = '',
): Promise<boolean> {
  const program = gitProgram();
  if (program === undefined) return Promise.resolve(false);
  const options = { cwd, env: gitEnvironment(), timeout: gitMs, windowsHide: true };
  return new Promise((resolve) => {
    const child = spawn(program, [...harmless, ...args], options);
    const decoder = new StringDecoder('utf8');
    let [rest, enough] = ['', false];
    child.stdout.on('data', (chunk: Buffer) => {
      if (enough) return;
      const entries = (rest + decoder.write(chunk)).split('\0');
      rest = entries.pop() ?? '';
      enough = entries.some((entry) => !take(entry));
      if (enough) child.kill();
    });
    child.stderr.resume();
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(enough || code === 0));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
