/** One folder of an index: what is in it, and what came and went there since it was listed. */
import { existsSync, lstatSync, realpathSync, type Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { Disposable } from '../base/disposable.ts';
import { gitIgnored } from './git-files.ts';
import { FolderWatch } from './folder-watch.ts';
import { listFiles, listSome, placeOf, treeOf, type Place } from './list-files.ts';
import type { Root } from './worker-messages.ts';

export interface Changed {
  came: string[];
  /** A file or a folder, without a slash at its end. */
  went: string[];
}

/** New folders in one another that are looked into one by one; with more all is listed. */
const newFoldersMost = 1_000;
const watchedAtOnce = 500;

export class RootFiles implements Disposable {
  readonly root: Root;
  readonly #place: Place;
  readonly #watch: FolderWatch | undefined;
  #trees: string[] = [];

  /** `touched`: an absolute path came or went. */
  constructor(root: Root, most: number, touched: (path: string) => void) {
    this.root = root;
    this.#place = placeOf(root.path, root.exclude, most);
    this.#watch = root.watched ? undefined : new FolderWatch(root.path, touched);
  }

  /** What comes and goes is told. */
  get seesAll(): boolean {
    return this.#watch?.complete !== false;
  }

  /** All of its files, relative. */
  async list(): Promise<string[]> {
    const { files, trees } = await listFiles(this.#place);
    this.#trees = trees;
    return files;
  }

  /** Watches these relative folders, too, where the shell does not. */
  async watch(folders: Iterable<string>): Promise<void> {
    if (!this.#watch) return;
    let count = 0;
    for (const folder of folders) {
      this.#watch.add(folder);
      if (++count % watchedAtOnce === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Relative, with `/`; undefined where it is not below this folder. */
  relative(path: string): string | undefined {
    const inside = relative(this.root.path, path);
    if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside))
      return undefined;
    return sep === '/' ? inside : inside.split(sep).join('/');
  }

  /** What became of these relative paths; undefined where everything has to be listed anew. */
  async look(paths: readonly string[]): Promise<Changed | undefined> {
    const [fresh, folders, went]: string[][] = [[], [], []];
    for (const path of paths) {
      if (/(^|\/)(\.gitignore|\.gitmodules|\.git|\.git\/info\/exclude)$/.test(path)) return undefined;
      if (/(^|\/)\.git\//.test(path)) continue;
      const stats = statsOf(join(this.root.path, path));
      if (!stats) went!.push(path);
      else if (!stats.isDirectory()) fresh!.push(path);
      else if (existsSync(join(this.root.path, path, '.git'))) return undefined;
      else folders!.push(`${path}/`);
    }
    for (const path of went!) this.#watch?.remove(`${path}/`);
    // Watched first, so that nothing comes between.
    if (!(await this.#watchNew(folders!))) return undefined;
    const came = await listSome(this.#place, this.#trees, [...fresh!, ...folders!]);
    return { came: came.filter((path) => statsOf(join(this.root.path, path))), went: went! };
  }

  /** Its place on disk where it is there and leads nowhere outside `roots` (real paths). */
  offered(path: string, roots: readonly string[]): string | undefined {
    const place = join(this.root.path, path);
    const stats = statsOf(place);
    if (!stats) return undefined;
    if (!stats.isSymbolicLink()) return place;
    try {
      const real = realpathSync(place);
      return roots.some((root) => real.startsWith(root + sep)) ? place : undefined;
    } catch {
      return undefined;
    }
  }

  dispose(): void {
    this.#watch?.dispose();
  }

  /** Folders that are in no list, since no file is in them, are watched as well; false where there are too many. */
  async #watchNew(folders: readonly string[]): Promise<boolean> {
    if (!this.#watch) return true;
    let count = 0;
    for (let level = [...folders]; level.length > 0;) {
      const ignored = await this.#ignored(level);
      const next: string[] = [];
      for (const folder of level.filter((path) => !ignored.has(path))) {
        if (++count > newFoldersMost) return false;
        this.#watch.add(folder);
        const entries = await readdir(join(this.root.path, folder), { withFileTypes: true }).catch(() => []);
        for (const entry of entries) if (entry.isDirectory()) next.push(`${folder}${entry.name}/`);
      }
      level = next;
    }
    return true;
  }

  async #ignored(folders: readonly string[]): Promise<Set<string>> {
    const ignored = new Set(folders.filter((path) => this.#place.excluded(path.slice(0, -1), new Set())));
    for (const tree of this.#trees) {
      const inside = folders.filter((path) => treeOf(this.#trees, path) === tree);
      for (const path of inside) ignored.delete(path);
      if (inside.length === 0) continue;
      const found = await gitIgnored(
        join(this.root.path, tree),
        inside.map((path) => path.slice(tree.length)),
      );
      for (const path of found) ignored.add(tree + path);
    }
    return ignored;
  }
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
