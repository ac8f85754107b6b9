/** Git worktrees for sessions: each in a folder and on a branch of its own, removed with nothing that would be missed. */
import { createHash } from 'node:crypto';
import { mkdir, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
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
    try {
      const args = ['worktree', 'add', '--quiet', '--no-track', '-b', branch, path, 'HEAD'];
      await git(folder, args, { ms: limits.gitCheckoutMs });
      const cwd = join(path, below);
      // One that is in no commit has nothing in it there.
      await mkdir(cwd, { recursive: true });
      return { cwd, worktree };
    } catch (error) {
      await this.#remove(worktree, true).catch(() => {});
      throw error;
    }
  }

  /** It is there, with what makes it one. */
  async exists({ path }: Worktree): Promise<boolean> {
    return (await stat(join(path, '.git')).catch(() => undefined)) !== undefined;
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
    const status = ['status', '--porcelain=v1', '-z', '--no-renames', '--ignore-submodules=none'];
    const [files, commits] = await Promise.all([
      here ? git(path, [...status, '--untracked-files=normal']) : '',
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
    const loss = await this.loss(worktree);
    if (!confirmed && isLoss(loss)) throw dirty(worktree, loss);
    await this.#remove(worktree, confirmed);
    return loss.commit;
  }

  /** Rejects with `worktree_dirty` where something would be lost. */
  async assertClean(worktree: Worktree): Promise<void> {
    const loss = await this.loss(worktree);
    if (isLoss(loss)) throw dirty(worktree, loss);
  }

  async #remove({ repository, path, branch }: Worktree, force: boolean): Promise<void> {
    // What is on record is ours to remove nowhere else.
    if (relative(this.#folder, resolve(path)).startsWith('..')) throw notOurs(path);
    const there = (await stat(path).catch(() => undefined)) !== undefined;
    // git looks once more, and refuses what has changed meanwhile.
    const removed = git(repository, ['worktree', 'remove', ...(force ? ['--force', '--force'] : []), path]);
    await (there ? removed : removed.catch(() => {}));
    // Where its agent had another branch checked out, that one stays; one that is checked out elsewhere does, too.
    await git(repository, ['branch', '--quiet', '-D', branch]).catch((error: unknown) => {
      this.#log.write('info', 'a branch stays', { code: asOffdeskError(error).code });
    });
    // Only what git ignores or what was made this moment can still be there.
    if (force) await rm(path, { recursive: true, force: true });
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
      const used = branches.has(`refs/heads/${prefix}${name}`) || (await stat(path).catch(() => undefined));
      if (!used) return { repository, path, branch: `${prefix}${name}` };
    }
    throw new OffdeskError(
      'worktree_failed',
      'There are too many worktrees of that name.',
      'Choose another name.',
    );
  }
}

export function isLoss({ files, commits }: Loss): boolean {
  return files.length > 0 || commits > 0;
}

function dirty({ branch }: Worktree, { files, commits }: Loss): OffdeskError {
  const named = files.slice(0, limits.lostNames).map((file) => plainLine(file, 80));
  const more = files.length > named.length ? `, and ${files.length - named.length} more` : '';
  const lost = [
    ...(files.length > 0
      ? [`${count(files.length, 'file')} not committed (${named.join(', ')}${more})`]
      : []),
    ...(commits > 0 ? [`${count(commits, 'commit')} that no other branch has`] : []),
  ];
  return new OffdeskError(
    'worktree_dirty',
    `The worktree of ${branch} has work that would be lost: ${lost.join('; ')}.`,
    'Commit and merge or push it, or confirm that it is not needed.',
  );
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

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
