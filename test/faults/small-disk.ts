/** A disk of a few MiB that can be filled and freed: a tmpfs, which only root can mount. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const size = 8 * 1024 * 1024;
const fillerName = '.filler';
const mounted = new Set<string>();

process.once('exit', () => {
  for (const folder of mounted) unmount(folder);
});

export class SmallDisk {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Over an empty folder; undefined where that is not allowed. */
  static mount(folder: string): SmallDisk | undefined {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', folder], {
        stdio: 'ignore',
      });
    } catch {
      return undefined;
    }
    mounted.add(folder);
    return new SmallDisk(folder);
  }

  /** Not a byte is left. */
  fill(): void {
    const file = openSync(join(this.#folder, fillerName), 'a');
    try {
      for (let piece = 1024 * 1024; piece > 0;) {
        try {
          if (writeSync(file, Buffer.alloc(piece)) < piece) piece = Math.floor(piece / 2);
        } catch {
          piece = Math.floor(piece / 2);
        }
      }
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(join(this.#folder, fillerName), { force: true });
  }

  close(): void {
    unmount(this.#folder);
  }
}

function unmount(folder: string): void {
  if (!mounted.delete(folder)) return;
  // Lazily: a process that is just ending may still hold a file.
  execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
}
