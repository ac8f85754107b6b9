/** Sees what comes and goes in a folder where no shell tells: by the system's own notices. */
import { watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import type { Disposable } from '../base/disposable.ts';

/** On Linux each folder is watched by itself, so that none is that the list leaves out; and there is a bound to it. */
const foldersMost = 20_000;
/** Elsewhere one watch sees all that is below. */
const recursive = process.platform === 'darwin' || process.platform === 'win32';

export class FolderWatch implements Disposable {
  readonly #root: string;
  readonly #touched: (path: string) => void;
  readonly #watches = new Map<string, FSWatcher>();
  #complete = true;
  #disposed = false;

  /** `touched`: an absolute path came or went. */
  constructor(root: string, touched: (path: string) => void) {
    this.#root = root;
    this.#touched = touched;
    this.add('');
  }

  /** All that was added is watched. */
  get complete(): boolean {
    return this.#complete;
  }

  /** A relative folder with its slash. */
  add(folder: string): void {
    if (this.#disposed || this.#watches.has(folder) || (recursive && folder !== '')) return;
    if (this.#watches.size >= foldersMost) {
      this.#complete = false;
      return;
    }
    const path = join(this.#root, folder);
    try {
      const watcher = watch(path, { recursive, persistent: false }, (event, name) => {
        if (name === null) return;
        const changed = join(path, name);
        // What is written in a file is of no interest, but for the rules themselves.
        if (event === 'rename' || name.endsWith('.gitignore')) this.#touched(changed);
      });
      watcher.on('error', () => this.#end(folder));
      this.#watches.set(folder, watcher);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A folder that went is none that is missed.
      if (code !== 'ENOENT' && code !== 'ENOTDIR') this.#complete = false;
    }
  }

  /** A relative folder with its slash, and all below it. */
  remove(folder: string): void {
    for (const watched of [...this.#watches.keys()])
      if (watched !== '' && watched.startsWith(folder)) this.#end(watched);
  }

  dispose(): void {
    this.#disposed = true;
    for (const folder of [...this.#watches.keys()]) this.#end(folder);
  }

  #end(folder: string): void {
    this.#watches.get(folder)?.close();
    this.#watches.delete(folder);
  }
}
