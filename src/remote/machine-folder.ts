/** The machine folder (`~/.offdesk`): the owner's alone, written atomically, never silently replaced. */
import { randomBytes } from 'node:crypto';
import { chmod, copyFile, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { z } from 'zod/v4';
import { OffdeskError } from '../base/error.ts';

const folderMode = 0o700;
const fileMode = 0o600;
const posix = process.platform !== 'win32';
const leftover = /^\..+\.[0-9a-f]{12}\.tmp$/;
/** A temporary file this old belongs to a process that died while writing. */
const leftoverMs = 60 * 60 * 1000;

function failed(what: string, next: string, cause?: unknown): OffdeskError {
  return new OffdeskError('storage_failed', what, next, { cause });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

/** JSON files, each checked by a schema when read. All methods reject with `storage_failed`. */
export class MachineFolder {
  readonly path: string;
  #writes = new Map<string, Promise<void>>();
  #damaged = new Set<string>();

  private constructor(path: string) {
    this.path = path;
  }

  /** Creates the folder with mode 0700; one that is looser is tightened, another user's is refused. */
  static async open(path: string): Promise<MachineFolder> {
    try {
      await mkdir(path, { recursive: true, mode: folderMode });
      const found = await stat(path);
      const self = process.getuid?.();
      if (posix && self !== undefined && found.uid !== self) {
        throw failed(
          `The folder ${path} belongs to another user, who could read this computer's keys.`,
          'Change its owner, or choose another folder.',
        );
      }
      // `mkdir` honours the umask and leaves an existing folder as it is.
      if (posix && (found.mode & 0o777) !== folderMode) await chmod(path, folderMode);
      await removeLeftovers(path);
    } catch (error) {
      if (error instanceof OffdeskError) throw error;
      throw failed(
        `The folder ${path} can't be used (${codeOf(error)}).`,
        'Check that it is a folder that you may write to.',
        error,
      );
    }
    return new MachineFolder(path);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /**
   * Undefined when the file doesn't exist. A damaged one stays where it is, a copy is kept as
   * `<name>.damaged`, and nothing is written in its place: a new identity would lose every paired device.
   */
  async read<T>(name: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const path = this.file(name);
    let text: string;
    try {
      if (posix && ((await stat(path)).mode & 0o077) !== 0) await chmod(path, fileMode);
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw failed(`The file ${path} can't be read (${codeOf(error)}).`, 'Check its owner and mode.', error);
    }
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      // The parser's own message would quote the content, which may be a key.
      throw await this.damaged(name);
    }
  }

  /** Marks a file as damaged, keeps a copy of it, and returns the error to throw. */
  async damaged(name: string): Promise<OffdeskError> {
    const path = this.file(name);
    const copy = `${path}.damaged`;
    this.#damaged.add(name);
    const kept = await copyFile(path, copy)
      .then(() => (posix ? chmod(copy, fileMode) : undefined))
      .then(() => ` A copy is kept as ${copy}.`)
      .catch(() => '');
    return failed(
      `The file ${path} is damaged.${kept}`,
      `Put a good copy in its place, or delete ${path} to begin anew; phones then have to pair again.`,
    );
  }

  /** Replaces the file as a whole: either the old or the new content is there after a crash. */
  write(name: string, value: unknown): Promise<void> {
    // One after the other, so that the last write wins.
    const before = this.#writes.get(name) ?? Promise.resolve();
    const written = before.then(() => this.#replace(name, JSON.stringify(value, null, 2)));
    const settled = written
      .catch(() => {})
      .then(() => {
        if (this.#writes.get(name) === settled) this.#writes.delete(name);
      });
    this.#writes.set(name, settled);
    return written;
  }

  async remove(name: string): Promise<void> {
    await rm(this.file(name), { force: true });
  }

  async #replace(name: string, text: string): Promise<void> {
    if (this.#damaged.has(name)) throw await this.damaged(name);
    await replaceFile(this.file(name), text);
  }
}

/** Replaces a file as a whole, durably; rejects with `storage_failed`, and has left it as it was. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx', fileMode);
    try {
      await handle.writeFile(`${text}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw failed(
      `The file ${path} can't be written (${codeOf(error)}); it is as it was before.`,
      'Check that the disk has room and that you may write there.',
      error,
    );
  }
}

/** Makes a rename durable; not every file system can. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

async function removeLeftovers(path: string): Promise<void> {
  for (const name of await readdir(path)) {
    if (!leftover.test(name)) continue;
    const file = join(path, name);
    const found = await stat(file).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > leftoverMs) await rm(file, { force: true });
  }
}
