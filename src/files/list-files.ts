/** All files of a folder: by git's rules where there is git, in repositories inside too, else by the patterns given. */
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { excluder, type Exclude, type Excluded } from './excluded.ts';
import { byLine, gitFiles } from './git-files.ts';

export interface Place {
  /** An absolute folder. */
  root: string;
  excluded: Excluded;
  /** Files in the list. */
  most: number;
}

export interface Listing {
  /** Relative to the folder, with `/`. */
  files: string[];
  /** Folders whose rules are git's, each with its slash; empty for the folder itself. The inner after the outer. */
  trees: string[];
}

/** Repositories in one another are not followed further. */
const treesMost = 500;
const readAtOnce = 16;

export function placeOf(root: string, exclude: readonly Exclude[], most: number): Place {
  return { root, excluded: excluder(exclude), most };
}

export async function listFiles(place: Place): Promise<Listing> {
  const listing: Listing = { files: [], trees: [] };
  if (!(await listTree(place, '', listing))) await walk(place, '', listing);
  return listing;
}

/** What of these (relative files or folders, a folder with its slash) belongs in the list. */
export async function listSome(
  place: Place,
  trees: readonly string[],
  paths: readonly string[],
): Promise<string[]> {
  const listing: Listing = { files: [], trees: [...trees] };
  const inTrees = new Map<string, string[]>();
  for (const path of paths) {
    const tree = treeOf(trees, path);
    if (tree === undefined) await walkTo(place, path, listing);
    else inTrees.set(tree, [...(inTrees.get(tree) ?? []), path.slice(tree.length)]);
  }
  for (const [tree, inside] of inTrees) {
    for (const some of byLine(inside)) {
      const listed = await gitFiles(join(place.root, tree), place.most, some);
      for (const file of listed?.files ?? []) listing.files.push(tree + file);
    }
  }
  // A folder and what is in it may have been asked for apart.
  return [...new Set(listing.files)];
}

/** The innermost of `trees` in which a path lies. */
export function treeOf(trees: readonly string[], path: string): string | undefined {
  return trees.findLast((tree) => path.startsWith(tree));
}

/** Of a repository and those inside it; false where git does not answer for this folder. */
async function listTree(place: Place, tree: string, listing: Listing): Promise<boolean> {
  if (listing.trees.length >= treesMost) return true;
  const folder = join(place.root, tree);
  const listed = await gitFiles(folder, place.most - listing.files.length);
  if (!listed) return false;
  const none = listed.files.length === 0 && listed.repositories.length === 0;
  // It lies in a repository that ignores it.
  if (none && !existsSync(join(folder, '.git'))) return false;
  listing.trees.push(tree);
  for (const file of listed.files) listing.files.push(tree + file);
  for (const inner of listed.repositories) {
    if (listing.files.length >= place.most) break;
    if (isRepository(join(folder, inner))) await listTree(place, tree + inner, listing);
  }
  return true;
}

/** With a `.git` of its own that is no further working tree of a repository: that has the same files once more. */
function isRepository(folder: string): boolean {
  const git = join(folder, '.git');
  try {
    return !/[\\/]worktrees[\\/][^\\/]+\s*$/.test(readFileSync(git, 'utf8'));
  } catch {
    return existsSync(git);
  }
}

/** `from`: empty, or a folder with its slash. The few folders deep first, so that a bound leaves out the deepest. */
async function walk(place: Place, from: string, listing: Listing): Promise<void> {
  let level = [from];
  while (level.length > 0 && listing.files.length < place.most) {
    const next: string[] = [];
    for (let at = 0; at < level.length; at += readAtOnce) {
      const read = level.slice(at, at + readAtOnce).map(async (folder) => ({
        folder,
        entries: await readdir(join(place.root, folder), { withFileTypes: true }).catch(() => []),
      }));
      for (const { folder, entries } of await Promise.all(read)) {
        const names = new Set(entries.map(({ name }) => name));
        if (folder !== '' && names.has('.git')) {
          if (!isRepository(join(place.root, folder)) || (await listTree(place, folder, listing))) continue;
        }
        for (const entry of entries) {
          if (place.excluded(folder + entry.name, names)) continue;
          if (entry.isDirectory()) next.push(`${folder + entry.name}/`);
          else if (entry.isFile() || entry.isSymbolicLink()) listing.files.push(folder + entry.name);
        }
      }
    }
    level = next;
  }
  if (listing.files.length > place.most) listing.files.length = place.most;
}

/** A file or folder without git, unless it or a folder above it is left out. */
async function walkTo(place: Place, path: string, listing: Listing): Promise<void> {
  for (let end = path.indexOf('/'); ; end = path.indexOf('/', end + 1)) {
    const above = end < 0 ? path : path.slice(0, end);
    const folder = join(place.root, above, '..');
    if (place.excluded(above, new Set(await readdir(folder).catch(() => [])))) return;
    if (end < 0 || end === path.length - 1) break;
  }
  if (path.endsWith('/')) await walk(place, path, listing);
  else listing.files.push(path);
}
