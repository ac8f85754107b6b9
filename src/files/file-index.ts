/** The files of one or several folders, searched, and kept as they are on disk. */
import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { PathSearch } from './path-search.ts';
import { PathTable } from './path-table.ts';
import { RootFiles } from './root-files.ts';
import type { Ask, FoundFile, Root } from './worker-messages.ts';

/** What comes and goes together is looked at together. */
const gatherMs = 100;
/** With more changes at once, or since the table was built, all is listed anew. */
const changesMost = 300;
const addedMost = 5_000;
/** A list is read anew after so long and so many times as long as that takes: a notice may have been missed. */
const freshMs = 10_000;
const freshTimes = 20;
/** The same where not all is watched. */
const blindMs = 1_000;
const blindTimes = 3;
/** What is found and is not there is taken out, and the search made again. */
const triesMost = 5;

export class FileIndex implements Disposable {
  readonly #store = new DisposableStore();
  readonly #roots: RootFiles[];
  readonly #most: number;
  readonly #touched = new Set<string>();
  #table = new PathTable([]);
  #search = new PathSearch(this.#table);
  /** Entries when the table was built. */
  #built = 0;
  #stamp = 0;
  #ready: Promise<void> | undefined;
  #work: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #listing = false;
  #listed = { at: 0, took: 0 };
  /** Entries of paths that were asked for as recent, of this table. */
  #recent = new Map<string, number | undefined>();

  /** `most`: files in the list. */
  constructor(roots: readonly Root[], most: number) {
    this.#most = most;
    this.#roots = roots.map((root) =>
      this.#store.add(new RootFiles(root, most, (path) => this.touch([path]))),
    );
  }

  /** Of all that is kept for searching. */
  get byteLength(): number {
    return this.#table.byteLength;
  }

  /** Resolves when the first list is there; rejects where there is none. */
  ready(): Promise<void> {
    this.#ready ??= this.#list().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  /** Best first; once `ready`. What is not on disk any more, or leads outside, is not among them. */
  search({ query, limit, recent }: Omit<Ask, 'roots'>): FoundFile[] {
    if (!this.#listing && this.#isOld()) this.#list().catch(() => {});
    const real = this.#roots.flatMap(({ root }) => realOf(root.path) ?? []);
    const entries = this.#entriesOf(recent);
    for (let tries = 1; ; tries++) {
      const matches = this.#search.find(query, limit, entries);
      const files = matches.flatMap(({ id, path, matches }): FoundFile[] => {
        const kind = path.endsWith('/') ? 'folder' : 'file';
        const uri = this.#uri(path, real);
        return uri === undefined
          ? []
          : [{ path, kind, uri, matches, ...(entries.includes(id) ? { recent: true as const } : {}) }];
      });
      if (files.length === matches.length || tries === triesMost) return files;
      const there = new Set(files.map(({ path }) => path));
      for (const { path } of matches) if (!there.has(path)) this.#table.remove(path);
    }
  }

  #isOld(): boolean {
    const { at, took } = this.#listed;
    const age = performance.now() - at;
    return this.#roots.every(({ seesAll }) => seesAll)
      ? age > Math.max(freshMs, freshTimes * took)
      : age > Math.max(blindMs, blindTimes * took);
  }

  /** Absolute paths that came or went. */
  touch(paths: readonly string[]): void {
    if (this.#store.disposed) return;
    for (const path of paths) if (this.#touched.size <= changesMost) this.#touched.add(path);
    if (!this.#ready) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#next(() => this.#apply()).catch(() => {});
    }, gatherMs);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#store.dispose();
  }

  /** After what is being done. */
  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => {});
    return done;
  }

  #list(): Promise<void> {
    this.#listing = true;
    return this.#next(() => this.#listNow()).finally(() => (this.#listing = false));
  }

  async #listNow(): Promise<void> {
    const began = performance.now();
    const files: string[] = [];
    for (const root of this.#roots) {
      const { prefix } = root.root;
      for (const file of await root.list()) {
        if (files.length < this.#most) files.push(prefix + file);
      }
    }
    const stamp = stampOf(files);
    this.#listed = { at: performance.now(), took: performance.now() - began };
    if (stamp === this.#stamp && this.#table.size - this.#built < 100) return;
    this.#stamp = stamp;
    this.#table = new PathTable(files);
    this.#search = new PathSearch(this.#table);
    this.#built = this.#table.size;
    this.#recent = new Map();
    for (const root of this.#roots) await root.watch(this.#foldersOf(root.root));
  }

  *#foldersOf({ prefix }: Root): Generator<string> {
    for (const path of this.#table.folderPaths())
      if (path !== prefix && path.startsWith(prefix)) yield path.slice(prefix.length);
  }

  async #apply(): Promise<void> {
    const touched = [...this.#touched];
    this.#touched.clear();
    if (touched.length > changesMost) return this.#listNow();
    for (const root of this.#roots) {
      const { prefix } = root.root;
      const paths = touched.flatMap((path) => root.relative(path) ?? []);
      const changed = paths.length > 0 ? await root.look(paths) : { came: [], went: [] };
      if (!changed || this.#table.size + changed.came.length - this.#built > addedMost)
        return this.#listNow();
      for (const path of changed.went) {
        this.#table.remove(prefix + path);
        this.#table.remove(`${prefix}${path}/`);
      }
      for (const path of changed.came) this.#table.add(prefix + path);
      if (changed.came.length > 0) this.#recent = new Map();
      // Else a list that is as it was would not bring back what is not there now.
      if (changed.came.length + changed.went.length > 0) this.#stamp = 0;
    }
  }

  #entriesOf(recent: readonly string[]): number[] {
    return recent.flatMap((path) => {
      if (!this.#recent.has(path)) this.#recent.set(path, this.#find(path));
      return this.#recent.get(path) ?? [];
    });
  }

  #find(path: string): number | undefined {
    for (const root of this.#roots) {
      const inside = root.relative(path);
      const file = inside === undefined ? undefined : this.#table.find(root.root.prefix + inside);
      if (file !== undefined) return file;
      const folder = inside === undefined ? undefined : this.#table.find(`${root.root.prefix}${inside}/`);
      if (folder !== undefined) return folder;
    }
    return undefined;
  }

  /** `real`: the folders' real paths. */
  #uri(path: string, real: readonly string[]): string | undefined {
    const root = this.#roots.find(({ root }) => path.startsWith(root.prefix));
    const inside = root && path.slice(root.root.prefix.length);
    // A folder of the workspace itself, where there are several.
    const place = inside === '' ? root?.root.path : root?.offered(inside ?? '', real);
    if (place === undefined) return undefined;
    const { href } = pathToFileURL(place);
    return path.endsWith('/') && !href.endsWith('/') ? `${href}/` : href;
  }
}

/** Of all these names in their order: two lists with the same are the same. */
function stampOf(files: readonly string[]): number {
  let stamp = 1 + files.length;
  for (const file of files)
    for (let at = 0; at < file.length; at++)
      stamp = (Math.imul(stamp, 0x0100_0193) ^ file.charCodeAt(at)) | 0;
  return stamp || 1;
}

/** Undefined of a folder that went. */
function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
