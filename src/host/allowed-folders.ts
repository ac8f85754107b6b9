/** The one check of all paths that a client or an agent names: they lie in a folder that the user shares. */
import { lstat, realpath } from 'node:fs';
import { posix, win32 } from 'node:path';
import { promisify } from 'node:util';
import { OffdeskError } from '../base/error.ts';
import { limits } from '../protocol/limits.ts';

/** What is asked of the disk; another one in tests. */
export interface Disk {
  /** With links followed, and on a file system that ignores case with the case that is on disk. Rejects as node:fs. */
  realpath(path: string): Promise<string>;
  /** Something has this name, be it a link that leads nowhere. */
  exists(path: string): Promise<boolean>;
}

const realDisk: Disk = {
  realpath: promisify(realpath.native),
  async exists(path) {
    try {
      await promisify(lstat)(path);
      return true;
    } catch {
      return false;
    }
  },
};

/** Encoded as often as this, a name still counts as what it stands for. */
const decodings = 4;
/** Only these say that what they name is not there, so that a file may be made; all else is refused. */
const absent = new Set(['ENOENT', 'ENOTDIR']);

export class AllowedFolders {
  readonly #roots: () => readonly string[];
  readonly #windows: boolean;
  readonly #disk: Disk;

  /** `roots`: absolute folders, as they are at each question; those that are not there allow nothing. */
  constructor(roots: () => readonly string[], platform = process.platform, disk = realDisk) {
    this.#roots = roots;
    this.#windows = platform === 'win32';
    this.#disk = disk;
  }

  /**
   * An absolute path, of a file or folder that need not be there yet, as it really is on disk: use the result, not what
   * was asked for. Rejects with `path_not_allowed`.
   */
  async allowedPath(path: string): Promise<string> {
    if (!this.#isPlain(path)) throw refused();
    // Whoever decodes it once more must come to a place that is shared, too.
    for (const decoded of this.#decoded(path)) await this.#real(decoded);
    return this.#real(path);
  }

  /**
   * What a `file:` URI or a plain path leads to, as above; undefined of a URI of another kind, which names no file here.
   * `base`: the folder of a relative path.
   */
  async allowedUri(uri: string, base: string): Promise<string | undefined> {
    // Whoever reads it as a URL drops these, and `fi\tle:///x` is a path no more.
    if (/^[\0-\x20]|[\t\n\r]|[\0-\x20]$/.test(uri)) throw refused();
    const scheme = /^([a-z][a-z\d+.-]+):/i.exec(uri)?.[1]?.toLowerCase();
    if (scheme === undefined) {
      const { isAbsolute, resolve } = this.#windows ? win32 : posix;
      if (isAbsolute(uri) || /^[\\/]/.test(uri)) return this.allowedPath(uri);
      // Not resolved as text: a link may stand before a `..`.
      return this.allowedPath(this.#windows ? resolve(base, uri) : `${base.replace(/\/$/, '')}/${uri}`);
    }
    if (scheme !== 'file') return undefined;
    const path = this.#pathOf(uri);
    if (path === undefined) throw refused();
    return this.allowedPath(path);
  }

  /** Of a URI of this computer, decoded once; undefined of any other. */
  #pathOf(uri: string): string | undefined {
    // `file:x` and `file:////server/x` are read in more than one way.
    const [, host, path] = /^file:\/\/([^/\\?#]*)(\/[^/\\?#][^?#]*|\/)$/i.exec(uri) ?? [];
    if (path === undefined || (host !== '' && host?.toLowerCase() !== 'localhost')) return undefined;
    // An encoded separator is no separator to who encoded it; a backslash is one to whoever reads URLs.
    if (/%2f|%5c|\\/i.test(path)) return undefined;
    try {
      const decoded = decodeURIComponent(path);
      // After an empty name (`//..`) it goes up from another folder than a path does; nobody writes it.
      if (decoded.split('/').includes('..')) return undefined;
      return this.#windows ? decoded.slice(1) : decoded;
    } catch {
      return undefined;
    }
  }

  /** Absolute, on a disk of this computer, and nothing in it that other programs read otherwise. */
  #isPlain(path: string): boolean {
    if (path.length > limits.pathChars || path.includes('\0')) return false;
    if (/^[\\/]{2}/.test(path)) return this.#windows && this.#isInSharedRoot(path);
    if (!this.#windows) return path.startsWith('/');
    // Not `C:x`, not `\x` of the drive of the moment; no streams (`x:y`), no names that Windows cuts (`x.`, `x `).
    const [, rest] = /^[a-z]:[\\/](.*)$/is.exec(path) ?? [];
    if (rest === undefined || /[:*?"<>|]/.test(rest)) return false;
    return rest.split(/[\\/]/).every((name) => /^\.{1,2}$/.test(name) || !/[. ]$/.test(name));
  }

  /**
   * On a network share, where the user shares that; decided by the text alone: to ask for any other would tell its server
   * who asks.
   */
  #isInSharedRoot(path: string): boolean {
    const plain = win32.resolve(path).toLowerCase();
    if (/^\\\\[?.]\\/.test(plain)) return false;
    const shared = this.#roots().map((root) => win32.resolve(root).toLowerCase());
    return shared.some((root) => root.startsWith('\\\\') && isBelow(plain, root, '\\'));
  }

  /** What it would be decoded, and decoded again. */
  #decoded(path: string): string[] {
    const all: string[] = [];
    let now = path;
    for (let i = 0; i < decodings && /%[\da-f]{2}/i.test(now); i++) {
      const next = now.replace(/(?:%[\da-f]{2})+/gi, (run) => decodeRun(run));
      if (next === now) break;
      if (!this.#isPlain(next)) throw refused();
      all.push(next);
      now = next;
    }
    return all;
  }

  async #real(path: string): Promise<string> {
    const real = await this.#realPath((this.#windows ? win32 : posix).resolve(path));
    if (!this.#windows && (await this.#walked(path)) !== real) throw refused();
    const roots = await Promise.all(this.#roots().map((root) => this.#rootOf(root)));
    const { sep } = this.#windows ? win32 : posix;
    if (roots.some((root) => root !== undefined && isBelow(real, root, sep))) return real;
    throw refused();
  }

  /** As the system reads it, which follows a link before it goes up from there: `link/..` is not where `link` lies. */
  async #walked(path: string): Promise<string> {
    let at = path;
    // What is left is not made plain as text: there may be a link before its next `..`, too.
    for (let up = upFrom(at); up; up = upFrom(at))
      at = `${posix.dirname(await this.#realPath(posix.resolve(up.from)))}/${up.rest}`;
    return this.#realPath(posix.resolve(at));
  }

  async #rootOf(root: string): Promise<string | undefined> {
    if (!(this.#windows ? win32 : posix).isAbsolute(root)) return undefined;
    const real = await this.#disk.realpath(root).catch(() => undefined);
    return real === undefined ? undefined : this.#named(real);
  }

  /** Of what is there, as the disk has it; of what is not, below the nearest folder that is. */
  async #realPath(path: string): Promise<string> {
    const { dirname, basename, join } = this.#windows ? win32 : posix;
    const missing: string[] = [];
    for (let at = path; ; at = dirname(at)) {
      try {
        const real = this.#named(await this.#disk.realpath(at));
        return missing.length === 0 ? real : join(real, ...missing);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        // A link that leads nowhere would have the file made where it points to.
        if (!absent.has(code ?? '') || dirname(at) === at || (await this.#disk.exists(at))) throw refused();
        missing.unshift(basename(at));
      }
    }
  }

  /** Windows names one drive in two ways. */
  #named(real: string): string {
    return this.#windows ? real.replace(/^[a-z]:/, (drive) => drive.toUpperCase()) : real;
  }
}

/** What stands before the first `..`, and after it. */
function upFrom(path: string): { from: string; rest: string } | undefined {
  const parts = path.split('/');
  const up = parts.indexOf('..');
  return up < 0
    ? undefined
    : { from: parts.slice(0, up).join('/') || '/', rest: parts.slice(up + 1).join('/') };
}

function isBelow(path: string, root: string, sep: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}

/** What is no text stays as it is. */
function decodeRun(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    return run.replace(/%([0-7][\da-f])/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
  }
}

function refused(): OffdeskError {
  return new OffdeskError(
    'path_not_allowed',
    'That place is not shared from this computer.',
    'Choose a file or folder of the shared ones, or share its folder in the settings (offdesk.folders).',
  );
}
