/** The only folder in which the demo agent writes; whatever leads out of it is refused. */
import { constants } from 'node:fs';
import { lstat, mkdir, mkdtemp, open, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { limits } from '../../protocol/limits.ts';

/** Said in the conversation, not an OffdeskError: the agent is a program of its own. */
export class ScratchError extends Error {}

export class Scratch {
  readonly #given: string | undefined;
  #folder: Promise<string> | undefined;

  /** `folder`: an existing one; else a temporary folder of its own, which `dispose` removes. */
  constructor(folder?: string) {
    this.#given = folder;
  }

  /** The folder's real path; made when it is first needed. */
  get folder(): Promise<string> {
    this.#folder ??= (
      this.#given === undefined
        ? mkdtemp(join(tmpdir(), 'offdesk-demo-'))
        : mkdir(this.#given, { recursive: true }).then(() => this.#given!)
    ).then((path) => realpath(path));
    return this.#folder;
  }

  /** The absolute path for a relative one; rejects with ScratchError what is outside, also through links. */
  async resolve(name: string): Promise<string> {
    const folder = await this.folder;
    const path = resolve(folder, name);
    if (isAbsolute(name) || name.includes('\0') || path === folder || !inside(folder, path)) throw outside();
    const parent = await realpath(dirname(path)).catch(() => undefined);
    if (parent === undefined) throw new ScratchError('There is no such folder in the scratch folder.');
    if (parent !== folder && !inside(folder, parent)) throw outside();
    const found = await lstat(path).catch(() => undefined);
    if (found && !found.isFile()) throw outside();
    return path;
  }

  /** The file's text; undefined when it does not exist. */
  async read(path: string): Promise<string | undefined> {
    const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch(() => undefined);
    if (!file) return undefined;
    try {
      const { size } = await file.stat();
      if (size > limits.demoFileBytes) throw new ScratchError('This file is too long for the demo agent.');
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  }

  async write(path: string, text: string): Promise<void> {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0);
    const file = await open(path, flags, 0o600);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
  }

  async dispose(): Promise<void> {
    if (this.#given !== undefined || !this.#folder) return;
    await rm(await this.#folder, { recursive: true, force: true });
  }
}

function inside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function outside(): ScratchError {
  return new ScratchError('The demo agent only edits files inside its scratch folder.');
}
