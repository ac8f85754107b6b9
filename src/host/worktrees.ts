/** Git worktrees for sessions: each in a folder and on a branch of its own, removed with nothing that would be missed. */
import { createHash } from 'node:crypto';
import { mkdir, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import * as z from 'zod/v4';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import { plainLine } from '../base/plain-text.ts';
import { limits } from '../protocol/limits.ts';
import { git } from './git.ts';

export const worktreeSchema = z.object({
  /** The repository's own folder (`.git`), absolute. */
  repository: z.string(),
  /** The worktree's, absolute. */
  path: z.string(),
  /** Made with it, such as `offdesk/fix-login`. */
  branch: z.string(),
});
export type Worktree = z.infer<typeof worktreeSchema>;

/** What would be gone with a worktree. */
export interface Loss {
  /** Files with changes, or new, that are in no commit; as git names them. */
  files: string[];
  /** That no other branch, tag or remote has. */
  commits: number;
  /** Where its branch is; null where there is none any more. */
  commit: string | null;
}

const prefix = 'offdesk/';
const mostTries = 1_000;
/** Names what is in no commit, a folder that is new as one. */
const status = [
  ...['status', '--porcelain=v1', '-z', '--no-renames', '--ignore-submodules=none'],
  '--untracked-files=normal',
];

export class Worktrees {
  readonly #folder: string;
  readonly #log: Log;
  /** Names are chosen one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  /** They are below `<machine folder>/worktrees`. */
  constructor(machineFolder: string, log: Log) {
    this.#folder = join(machineFolder, 'worktrees');
    this.#log = log;
  }

  /**
   * From what `folder`'s repository has checked out; what is not committed there stays there. Resolves with the folder in
   * it that stands for `folder`. Rejects with `worktree_failed`.
   */
  add(folder: string, name: string): Promise<{ cwd: string; worktree: Worktree }> {
    const added = this.#last.then(() => this.#add(folder, name));
    this.#last = added.catch(() => {});
    return added;
  }

  async #add(folder: string, name: string): Promise<{ cwd: string; worktree: Worktree }> {
    const { repository, below } = await this.#repositoryOf(folder);
    const home = join(this.#folder, `${slugOf(repoName(repository), 'repository')}-${hashOf(repository)}`);
    await mkdir(home, { recursive: true, mode: 0o700 });
    const worktree = await this.#free(repository, home, slugOf(name, 'session'));
    const { branch, path } = worktree;
    // By itself: one that somebody else has just made is not taken back below.
    await git(folder, ['branch', '--quiet', '--no-track', branch, 'HEAD']);
    try {
      await git(folder, ['worktree', 'add', '--quiet', path, branch], { ms: limits.gitCheckoutMs });
      const cwd = join(path, below);
      // One that is in no commit has nothing in it there.
      await mkdir(cwd, { recursive: true });
      return { cwd, worktree };
    } catch (error) {
      const { commit } = await this.loss(worktree).catch(() => ({ commit: null }));
      await this.#remove(worktree, true, commit).catch(() => {});
      throw error;
    }
  }

  /** It is there, with what makes it one. */
  async exists({ path }: Worktree): Promise<boolean> {
    return isWorktree(path);
  }

  /** Rejects with `worktree_failed`. */
  async loss(worktree: Worktree): Promise<Loss> {
    const { path, branch } = worktree;
    const here = await this.exists(worktree);
    const at = here ? path : worktree.repository;
    const ref = `refs/heads/${branch}`;
    const found = await git(at, ['for-each-ref', '--format=%(objectname)', ref]);
    const commit = found.trim() || null;
    const tips = [...(here ? ['HEAD'] : []), ...(commit ? [commit] : [])];
    const [files, commits] = await Promise.all([
      here ? git(path, status) : '',
      tips.length === 0
        ? '0'
        : git(at, [
            ...['rev-list', '--count', ...tips, '--not'],
            ...[`--exclude=${branch}`, '--branches', '--tags', '--remotes'],
          ]),
    ]);
    return {
      files: files.split('\0').flatMap((line) => (line.length > 3 ? [line.slice(3)] : [])),
      commits: Number(commits),
      commit,
    };
  }

  /**
   * With its branch. Without `confirmed` only where nothing would be lost; else rejects with `worktree_dirty`, which says
   * what would be. Resolves with where its branch was.
   */
  async remove(worktree: Worktree, confirmed: boolean): Promise<string | null> {
    const { commit } = confirmed ? await this.loss(worktree) : await this.assertClean(worktree);
    await this.#remove(worktree, confirmed, commit);
    return commit;
  }

  /** Rejects with `worktree_dirty` where something would be lost, be it something that git ignores. */
  async assertClean(worktree: Worktree): Promise<Loss> {
    const [loss, ignored] = await Promise.all([this.loss(worktree), this.#ignored(worktree)]);
    if (isLoss(loss) || ignored.length > 0) throw dirty(worktree, loss, ignored);
    return loss;
  }

  /** Keys or a database may be among them; a folder in which git ignores all counts as one. */
  async #ignored(worktree: Worktree): Promise<string[]> {
    if (!(await this.exists(worktree))) return [];
    const lines = (await git(worktree.path, [...status, '--ignored=traditional'])).split('\0');
    return lines.flatMap((line) => (line.startsWith('!! ') ? [line.slice(3)] : []));
  }

  /** `commit`: where its branch is known to be. */
  async #remove(worktree: Worktree, force: boolean, commit: string | null): Promise<void> {
    const { repository, path, branch } = worktree;
    // What is on record is ours to remove nowhere else.
    const below = relative(this.#folder, resolve(path));
    if (isAbsolute(below) || below.startsWith('..') || below.split(sep).length !== 2) throw notOurs(path);
    // One that is a worktree no more is only a folder.
    if (force && !(await isWorktree(path))) await rm(path, { recursive: true, force: true });
    const there = await isThere(path);
    // git looks once more, and refuses what has changed meanwhile.
    const removed = git(repository, ['worktree', 'remove', ...(force ? ['--force', '--force'] : []), path]);
    await (there ? removed : removed.catch(() => {}));
    // What was made this moment can still be there.
    if (force) await rm(path, { recursive: true, force: true });
    // What was committed there meanwhile is in no other branch.
    const now = await git(repository, ['for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`]);
    if (now.trim() !== (commit ?? '')) return this.#log.write('info', 'a branch stays that has moved');
    // Where its agent had another branch checked out, that one stays; one that is checked out elsewhere does, too.
    await git(repository, ['branch', '--quiet', '-D', branch]).catch((error: unknown) => {
      this.#log.write('info', 'a branch stays', { code: asOffdeskError(error).code });
    });
  }

  async #repositoryOf(folder: string): Promise<{ repository: string; below: string }> {
    const said = await git(folder, ['rev-parse', '--show-toplevel', '--git-common-dir']).catch(
      (error: unknown) => {
        const { message, next } = asOffdeskError(error);
        if (!/not a git repository|must be run in a work tree/.test(message)) throw error;
        throw new OffdeskError(
          'worktree_failed',
          `${plainLine(folder)} is in no git repository, so there is no worktree to be had of it.`,
          'Start the session in the folder itself.',
          { cause: next },
        );
      },
    );
    const [top = '', common = ''] = said.split('\n');
    if (!(await git(folder, ['rev-parse', '--quiet', '--verify', 'HEAD']).catch(() => '')))
      throw new OffdeskError(
        'worktree_failed',
        'The repository has no commit yet, so there is nothing to begin a worktree with.',
        'Commit something, or start the session in the folder itself.',
      );
    return {
      repository: await realpath(resolve(folder, common)),
      below: relative(await realpath(top), await realpath(folder)),
    };
  }

  /** The first name that is free both as a folder and as a branch. */
  async #free(repository: string, home: string, slug: string): Promise<Worktree> {
    const taken = await git(repository, ['for-each-ref', '--format=%(refname)', `refs/heads/${prefix}`]);
    const branches = new Set(taken.toLowerCase().split('\n'));
    for (let i = 1; i <= mostTries; i++) {
      const name = i === 1 ? slug : `${slug}-${i}`;
      const path = join(home, name);
      const used = branches.has(`refs/heads/${prefix}${name}`) || (await isThere(path));
      if (!used) return { repository, path, branch: `${prefix}${name}` };
    }
    throw new OffdeskError(
      'worktree_failed',
      'There are too many worktrees of that name.',
      'Choose another name.',
    );
  }
}

/** Whether the worktree at `path` has changed or new files that are in no commit. Rejects with `worktree_failed`. */
export async function hasChanges(path: string, signal: AbortSignal): Promise<boolean> {
  // Without it git would answer for a repository around it.
  if (!(await isWorktree(path))) throw notOurs(path);
  return (await git(path, status, { ms: limits.worktreeLookMs, signal })) !== '';
}

async function isWorktree(path: string): Promise<boolean> {
  return isThere(join(path, '.git'));
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

export function isLoss({ files, commits }: Loss): boolean {
  return files.length > 0 || commits > 0;
}

function dirty({ branch }: Worktree, { files, commits }: Loss, ignored: readonly string[]): OffdeskError {
  // Each part is a text of its own, so that it can be said in another language.
  const lost = [
    ...(files.length > 0 ? [filesLost(files)] : []),
    ...(commits > 0 ? [commitsLost(commits)] : []),
    ...(ignored.length > 0 ? [`what git ignores (${named(ignored)})`] : []),
  ];
  return new OffdeskError(
    'worktree_dirty',
    `The worktree of ${branch} has work that would be lost: ${lost.join('; ')}.`,
    'Commit and merge or push it, or confirm that it is not needed.',
  );
}

function named(files: readonly string[]): string {
  const some = files.slice(0, limits.lostNames).map((file) => plainLine(file, 80));
  const more = files.length > some.length ? ['…'] : [];
  return [...some, ...more].join(', ');
}

function filesLost(files: readonly string[]): string {
  const names = named(files);
  return files.length === 1
    ? `1 file not committed (${names})`
    : `${files.length} files not committed (${names})`;
}

function commitsLost(commits: number): string {
  return commits === 1 ? '1 commit that no other branch has' : `${commits} commits that no other branch has`;
}

function notOurs(path: string): OffdeskError {
  return new OffdeskError(
    'worktree_failed',
    `${plainLine(path)} is no worktree of Offdesk's.`,
    'Remove it with git.',
  );
}

/** As folder and branch; lower case, so that two never differ in case alone. */
function slugOf(name: string, otherwise: string): string {
  const plain = name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-');
  return (
    [...plain]
      .slice(0, 40)
      .join('')
      .replace(/^-+|-+$/g, '') || otherwise
  );
}

/** `/work/shop/.git` → `shop`; of a bare repository its own name. */
export function repoName(repository: string): string {
  const name = basename(repository);
  return name === '.git' ? basename(dirname(repository)) : name.replace(/\.git$/, '');
}

function hashOf(repository: string): string {
  return createHash('sha256').update(repository).digest('hex').slice(0, 8);
}
