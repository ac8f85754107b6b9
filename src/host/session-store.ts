/** What the machine folder knows of each session beside its journal: `sessions/<id>/session.json`. */
import { lstat, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/v4';
import { processIdentity } from '../agent/orphan.ts';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import { limits } from '../protocol/limits.ts';
import { replaceFile } from '../remote/machine-folder.ts';
import { sameFolderAs } from './same-folder.ts';
import { worktreeSchema } from './worktrees.ts';

const choiceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('named'), name: z.string() }),
  z.object({
    kind: z.literal('command'),
    name: z.string().optional(),
    command: z.string(),
    args: z.array(z.string()),
    env: z.record(z.string(), z.string()).optional(),
    folder: z.string().optional(),
  }),
]);

const storedSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  /** Where it works; an absolute path. */
  cwd: z.string(),
  title: z.string(),
  /** What its first prompt gave as title. */
  promptTitle: z.string().optional(),
  agent: z.object({ choice: choiceSchema, title: z.string(), demo: z.boolean() }),
  /** The agent's own id of its session; of one that was begun by the agent elsewhere, from the beginning. */
  agentSession: z.string().optional(),
  /** The folder of the host that opened it, where that is another one: there it comes back. */
  home: z.string().optional(),
  /** Made for it; `cwd` lies in it. */
  worktree: worktreeSchema.optional(),
  /** By which its client asked for it. */
  wish: z.string().optional(),
  /** Nothing was asked in it yet. */
  empty: z.literal(true).optional(),
  /** Not ended by its user: it comes back where remote control starts in its folder. */
  open: z.boolean(),
  /** The agent ran when this was written last, or its host was killed. */
  agentRuns: z.boolean(),
  /** The agent's process, which outlives a host that is killed. */
  process: processIdentity.optional(),
  /** Milliseconds since the Unix epoch. */
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type StoredSession = z.infer<typeof storedSchema>;

/** The folder in which remote control must start for it to come back. */
export function homeOf({ cwd, home }: Pick<StoredSession, 'cwd' | 'home'>): string {
  return home ?? cwd;
}

const fileName = 'session.json';
const idPattern = /^[\w-]{1,64}$/;
const folderMode = 0o700;

export class SessionStore {
  readonly #folder: string;
  readonly #log: Log;
  readonly #sessions = new Map<string, StoredSession>();
  readonly #writes = new Map<string, Promise<void>>();
  /** The one used last first; undefined when that may have changed. */
  #sorted: StoredSession[] | undefined;

  private constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
  }

  /** What can't be read is left as it is and logged. Rejects with `storage_failed` where the folder can't be had. */
  static async open(machineFolder: string, log: Log): Promise<SessionStore> {
    const store = new SessionStore(join(machineFolder, 'sessions'), log);
    try {
      await mkdir(store.#folder, { recursive: true, mode: folderMode });
      const ids = (await readdir(store.#folder)).filter((name) => idPattern.test(name));
      const next = ids.values();
      const readOn = async () => {
        for (const id of next) await store.#read(id);
      };
      await Promise.all(Array.from({ length: limits.sessionReads }, readOn));
    } catch (cause) {
      throw new OffdeskError(
        'storage_failed',
        `The folder ${store.#folder} can't be used.`,
        'Check that it is a folder that you may write to.',
        { cause },
      );
    }
    return store;
  }

  /** Of the session's files, its journal among them. */
  folderOf(id: string): string {
    return join(this.#folder, id);
  }

  get(id: string): StoredSession | undefined {
    return this.#sessions.get(id);
  }

  /** All; the one used last first. */
  get sorted(): readonly StoredSession[] {
    this.#sorted ??= [...this.#sessions.values()].sort(
      (a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1),
    );
    return this.#sorted;
  }

  /** Those of a host's folder that shall come back; the one used last first. */
  openIn(cwd: string): StoredSession[] {
    const here = sameFolderAs(cwd);
    return this.sorted.filter((session) => session.open && here(homeOf(session)));
  }

  /** True where it shall come back in this folder. */
  opensIn(cwd: string, id: string): boolean {
    const session = this.#sessions.get(id);
    return session !== undefined && session.open && sameFolderAs(cwd)(homeOf(session));
  }

  /** Rejects with `storage_failed`; the newest of several at the same time is kept. */
  async save(session: StoredSession): Promise<void> {
    const { id } = session;
    this.#sessions.set(id, session);
    this.#sorted = undefined;
    const before = this.#writes.get(id) ?? Promise.resolve();
    const written = before.then(async () => {
      const newest = this.#sessions.get(id);
      if (!newest) return;
      const folder = this.folderOf(id);
      await mkdir(folder, { recursive: true, mode: folderMode });
      await replaceFile(join(folder, fileName), JSON.stringify(newest, null, 2));
    });
    const settled = written
      .catch(() => {})
      .then(() => {
        if (this.#writes.get(id) === settled) this.#writes.delete(id);
      });
    this.#writes.set(id, settled);
    return written;
  }

  /** With all that was said in it. */
  async remove(id: string): Promise<void> {
    this.#sessions.delete(id);
    this.#sorted = undefined;
    await this.#writes.get(id);
    await rm(this.folderOf(id), { recursive: true, force: true });
  }

  /** Bytes on disk, with what was attached. */
  async sizeOf(id: string): Promise<number> {
    const folder = this.folderOf(id);
    let bytes = 0;
    for (const name of await readdir(folder, { recursive: true }).catch(() => [])) {
      const file = await lstat(join(folder, name)).catch(() => undefined);
      if (file?.isFile()) bytes += file.size;
    }
    return bytes;
  }

  async #read(id: string): Promise<void> {
    try {
      const session = storedSchema.parse(
        JSON.parse(await readFile(join(this.folderOf(id), fileName), 'utf8')),
      );
      if (session.id !== id) throw new OffdeskError('storage_failed', 'It names another session.');
      this.#sessions.set(id, session);
    } catch (error) {
      // Of another version, damaged, or half made by a host that was killed: never removed by this one.
      this.#log.write('warn', 'a stored session was passed over', { id, code: asOffdeskError(error).code });
    }
  }
}
