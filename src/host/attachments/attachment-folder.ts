/** One session's attachments on disk: a folder each, in which nothing has a name that a client chose unseen. */
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/v4';
import { attachmentIdPattern as idPattern } from '../../protocol/attachment-link.ts';
import { replaceFile } from '../../remote/machine-folder.ts';
import { safeName } from './safe-name.ts';

const metaSchema = z.object({
  version: z.literal(1),
  /** As the file is called here (safe-name.ts). */
  name: z.string(),
  type: z.string(),
  bytes: z.number().int().min(0),
  createdAt: z.number(),
  /** It went with a prompt. */
  sent: z.boolean(),
});
type Meta = z.infer<typeof metaSchema>;
const versionSchema = z.object({ version: z.number() });

export interface Kept extends Meta {
  id: string;
  /** Bytes that are there. */
  have: number;
}

const folderMode = 0o700;
const fileMode = 0o600;
/** A client's name never begins with a dot. */
const files = { meta: '.offdesk.json', part: '.part', preview: '.preview' } as const;
/** A link that lies there is not followed; Windows knows no such flag. */
const noFollow = constants.O_NOFOLLOW ?? 0;

export class AttachmentFolder {
  readonly #path: string;

  /** `session`: the session's own folder. */
  constructor(session: string) {
    this.#path = join(session, 'attachments');
  }

  /** Throws RangeError for an id that is none: no other name ever becomes a part of a path. */
  #of(id: string): string {
    if (!idPattern.test(id)) throw new RangeError('not an id');
    return join(this.#path, id);
  }

  /** Where it is once all of it is there. */
  path({ id, name }: Pick<Kept, 'id' | 'name'>): string {
    if (name !== safeName(name, '')) throw new RangeError('not a name');
    return join(this.#of(id), name);
  }

  async ids(): Promise<string[]> {
    const names = await readdir(this.#path).catch(() => []);
    return names.filter((name) => idPattern.test(name));
  }

  /** Undefined where there is none, or it is damaged. */
  async find(id: string): Promise<Kept | undefined> {
    try {
      const text = await readFile(join(this.#of(id), files.meta), 'utf8');
      const meta = metaSchema.parse(JSON.parse(text));
      const whole = await sizeOf(this.path({ id, name: meta.name }));
      if (whole === meta.bytes) return { ...meta, id, have: whole };
      const have = await partOf(join(this.#of(id), files.part));
      return { ...meta, id, have: Math.min(have, meta.bytes) };
    } catch {
      return undefined;
    }
  }

  /**
   * When it was last written to, where nobody can make anything of it: what says what it is was never written, or is
   * damaged. Undefined of one that is whole, that a later version made, or that can't be looked at now.
   */
  async damagedAt(id: string): Promise<number | undefined> {
    const folder = this.#of(id);
    try {
      const { mtimeMs } = await lstat(folder);
      const text = await readFile(join(folder, files.meta), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
        return '';
      });
      const version = versionSchema.safeParse(jsonOf(text));
      if (version.success && version.data.version !== 1) return undefined;
      return metaSchema.safeParse(jsonOf(text)).success ? undefined : mtimeMs;
    } catch {
      return undefined;
    }
  }

  /** An empty one; `preview`: a small picture of it. */
  async begin(
    file: { id: string; name: string; type: string; bytes: number },
    at: number,
    preview: Uint8Array | undefined,
  ): Promise<Kept> {
    const { id, type, bytes } = file;
    const folder = this.#of(id);
    await mkdir(folder, { recursive: true, mode: folderMode });
    const name = safeName(file.name, type);
    const kept: Kept = { version: 1, id, name, type, bytes, createdAt: at, sent: false, have: 0 };
    await this.save(kept);
    // Of another file that had this id.
    await rm(join(folder, files.part), { force: true });
    if (preview) await write(join(folder, files.preview), 0, preview);
    return bytes === 0 ? await this.append(kept, new Uint8Array()) : kept;
  }

  async save({ id, have: _, ...meta }: Kept): Promise<void> {
    await replaceFile(join(this.#of(id), files.meta), JSON.stringify(meta));
  }

  /**
   * At the end of what is there; with its last byte it is whole, and stays so after a loss of power: one sync covers all
   * that was written to the file before.
   */
  async append(kept: Kept, data: Uint8Array): Promise<Kept> {
    const part = join(this.#of(kept.id), files.part);
    const have = kept.have + data.length;
    const whole = have === kept.bytes;
    await write(part, kept.have, data, whole);
    if (whole) await rename(part, this.path(kept));
    return { ...kept, have };
  }

  /** At most `length` bytes of one that is whole. */
  async read(kept: Kept, at: number, length: number): Promise<Uint8Array> {
    return readPart(this.path(kept), at, length);
  }

  async preview(id: string, length: number): Promise<Uint8Array> {
    return readPart(join(this.#of(id), files.preview), 0, length).catch(() => new Uint8Array());
  }

  async remove(id: string): Promise<void> {
    await rm(this.#of(id), { recursive: true, force: true });
  }
}

/**
 * Bytes that can be gone on from. None of what was written before this computer started: it was not synced, and after a
 * loss of power some file systems have zeros there.
 */
async function partOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isFile() && found.mtimeMs > computerStartedAt() ? found.size : 0;
}

function computerStartedAt(): number {
  try {
    return Date.now() - uptime() * 1000;
  } catch {
    // Some systems keep that to themselves.
    return 0;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}

/** What lies behind `at` goes: it is of a write that was cut. */
async function write(path: string, at: number, data: Uint8Array, sync = false): Promise<void> {
  const flags = constants.O_CREAT | constants.O_WRONLY | noFollow;
  const handle = await open(path, flags, fileMode);
  try {
    await handle.truncate(at);
    const { bytesWritten } = await handle.write(data, 0, data.length, at);
    // A disk that is full takes a part, and says so with the next.
    if (bytesWritten < data.length) throw new Error('not all of it was written');
    if (sync) await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readPart(path: string, at: number, length: number): Promise<Uint8Array> {
  const handle = await open(path, constants.O_RDONLY | noFollow);
  try {
    const buffer = new Uint8Array(length);
    const { bytesRead } = await handle.read(buffer, 0, length, at);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
