/** Attachments of all sessions in the machine folder: taken in pieces, within bounds, one change of a session at a time. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { disposable, type Disposable } from '../../base/disposable.ts';
import { OffdeskError } from '../../base/error.ts';
import { plainLine } from '../../base/plain-text.ts';
import type {
  AttachmentContent,
  AttachmentDrop,
  AttachmentPiece,
  AttachmentPut,
  AttachmentRead,
} from '../../protocol/attachments.ts';
import { limits } from '../../protocol/limits.ts';
import type { AttachedFiles } from '../../session/attached-files.ts';
import { AttachmentFolder, type Kept } from './attachment-folder.ts';

export interface AttachmentStorePorts {
  /** Of all sessions; each has a folder of its name in it. */
  folder: string;
  clock: Clock;
  /** Its bytes, of all sessions; `limits.allAttachmentBytes` unless given. */
  maxBytes?: number;
}

const sessionPattern = /^[\w-]{1,64}$/;
const megabyte = 1024 * 1024;

export class AttachmentStore implements AttachedFiles {
  readonly #ports: AttachmentStorePorts;
  /** Changes of one session follow each other. */
  readonly #work = new Map<string, Promise<unknown>>();
  /** Those that pieces come for; all else is read from the disk when it is asked for. */
  readonly #coming = new Map<string, Kept>();
  /** Bytes that are there or announced, by session, of those that were counted. */
  readonly #sizes = new Map<string, number>();
  /** Resolves when all were. */
  #counted: Promise<void> | undefined;

  constructor(ports: AttachmentStorePorts) {
    this.#ports = ports;
  }

  put(file: AttachmentPut): Promise<number> {
    return this.#change(file.sessionId, async (folder) => {
      const { sessionId, id, bytes, type } = file;
      if (bytes > limits.attachmentBytes) throw tooLarge(file.name);
      const known = await folder.find(id);
      if (known && known.bytes === bytes && known.type === type) return known.have;
      if (known && (known.sent || known.have === known.bytes))
        throw new OffdeskError('invalid_params', 'Another file has this id.', 'Attach the file again.');
      await this.#takeRoom(sessionId, folder, bytes - (known?.bytes ?? 0));
      const preview = file.preview === undefined ? undefined : Buffer.from(file.preview, 'base64');
      const kept = await folder
        .begin(file, this.#ports.clock.now(), preview)
        .finally(() => this.#recount(sessionId, folder));
      this.#coming.set(`${sessionId}/${id}`, kept);
      return kept.have;
    });
  }

  piece({ sessionId, id, at, data }: AttachmentPiece): Promise<number> {
    return this.#change(sessionId, async (folder) => {
      const key = `${sessionId}/${id}`;
      const kept = this.#coming.get(key) ?? (await folder.find(id));
      if (!kept) throw unknown();
      // Of another try, or one before it was lost: the answer says where to go on.
      if (at !== kept.have || kept.have === kept.bytes) return kept.have;
      const bytes = Buffer.from(data, 'base64');
      if (at + bytes.length > kept.bytes)
        throw new OffdeskError('invalid_params', 'The file is longer than it said.', 'Attach it again.');
      this.#coming.delete(key);
      const next = await folder.append(kept, bytes);
      if (next.have < next.bytes) this.#coming.set(key, next);
      return next.have;
    });
  }

  drop({ sessionId, id }: AttachmentDrop): Promise<void> {
    return this.#change(sessionId, async (folder) => {
      const kept = await folder.find(id);
      if (!kept || kept.sent) return;
      this.#coming.delete(`${sessionId}/${id}`);
      await folder.remove(id);
      await this.#recount(sessionId, folder);
    });
  }

  async read({ sessionId, id, at, preview }: AttachmentRead): Promise<AttachmentContent> {
    const folder = this.#folder(sessionId);
    const kept = await folder.find(id);
    if (!kept || kept.have < kept.bytes) throw unknown();
    const { name, type, bytes } = kept;
    const data = await (preview
      ? folder.preview(id, limits.attachmentPreviewBytes)
      : folder.read(kept, at, limits.attachmentPieceBytes));
    return { data: Buffer.from(data).toString('base64'), bytes, type, name };
  }

  send(session: string, ids: readonly string[]): Promise<void> {
    return this.#change(session, async (folder) => {
      for (const id of ids) {
        const kept = await folder.find(id);
        if (!kept || kept.have < kept.bytes) throw unknown();
        if (!kept.sent) await folder.save({ ...kept, sent: true });
      }
    });
  }

  /** Removes those below also while remote control stays on for weeks. */
  tidy(): Disposable {
    let timer: Disposable | undefined;
    const next = () => {
      timer = this.#ports.clock.after(limits.unsentLookMs, () => {
        void this.removeUnsent();
        next();
      });
    };
    next();
    return disposable(() => timer?.dispose());
  }

  /**
   * What was never sent and is older than `unsentAttachmentMs`, and what is damaged since then. Resolves with how many
   * were removed; never rejects.
   */
  async removeUnsent(): Promise<number> {
    const oldest = this.#ports.clock.now() - limits.unsentAttachmentMs;
    let removed = 0;
    for (const session of await this.#sessions()) {
      await this.#change(session, async (folder) => {
        const before = removed;
        for (const id of await folder.ids()) {
          const kept = await folder.find(id);
          const at = kept ? kept.createdAt : await folder.damagedAt(id);
          if (kept?.sent || at === undefined || at >= oldest) continue;
          this.#coming.delete(`${session}/${id}`);
          await folder.remove(id);
          removed++;
        }
        if (removed > before) await this.#recount(session, folder);
      }).catch(() => {
        // It is tried again with the next look.
      });
    }
    return removed;
  }

  #folder(session: string): AttachmentFolder {
    if (!sessionPattern.test(session)) throw unknown();
    return new AttachmentFolder(join(this.#ports.folder, session));
  }

  async #sessions(): Promise<string[]> {
    return (await readdir(this.#ports.folder).catch(() => [])).filter((name) => sessionPattern.test(name));
  }

  /** Counted at once: what comes for another session meanwhile has no more than what is left. `#recount` it then. */
  async #takeRoom(session: string, folder: AttachmentFolder, more: number): Promise<void> {
    await (this.#counted ??= this.#countAll());
    const { maxBytes = limits.allAttachmentBytes } = this.#ports;
    const fits = () => [...this.#sizes.values()].reduce((sum, size) => sum + size, more) <= maxBytes;
    const count = (await folder.ids()).length;
    if (
      count >= limits.sessionAttachments ||
      (this.#sizes.get(session) ?? 0) + more > limits.sessionAttachmentBytes
    )
      throw new OffdeskError(
        'attachment_limit',
        `This session has ${limits.sessionAttachments} files or ${limits.sessionAttachmentBytes / megabyte} MB already.`,
        'Go on in a new session.',
      );
    if (!fits()) await this.#forgetGone();
    if (!fits())
      throw new OffdeskError(
        'attachment_limit',
        'The attachments of all sessions take up all the room that they may have on the computer.',
        'Lower offdesk.history.maxSizeMB or maxAgeDays there, so that old sessions go.',
      );
    this.#sizes.set(session, (this.#sizes.get(session) ?? 0) + more);
  }

  async #countAll(): Promise<void> {
    for (const session of await this.#sessions()) {
      const size = await sizeOf(this.#folder(session));
      // One that changed meanwhile was counted when it had.
      if (!this.#sizes.has(session)) this.#sizes.set(session, size);
    }
  }

  /** In a change of it, so that nothing else changes it meanwhile. */
  async #recount(session: string, folder: AttachmentFolder): Promise<void> {
    this.#sizes.set(session, await sizeOf(folder));
  }

  /** Sessions that were removed, by whomever. */
  async #forgetGone(): Promise<void> {
    const there = new Set(await this.#sessions());
    for (const session of [...this.#sizes.keys()]) if (!there.has(session)) this.#sizes.delete(session);
  }

  async #change<T>(session: string, change: (folder: AttachmentFolder) => Promise<T>): Promise<T> {
    const folder = this.#folder(session);
    const before = this.#work.get(session) ?? Promise.resolve();
    const work = before.then(() => change(folder));
    const over = work
      .catch(() => {})
      .then(() => {
        if (this.#work.get(session) === over) this.#work.delete(session);
      });
    this.#work.set(session, over);
    try {
      return await work;
    } catch (error) {
      if (error instanceof OffdeskError) throw error;
      // What of it is on disk is asked there.
      for (const key of this.#coming.keys()) if (key.startsWith(`${session}/`)) this.#coming.delete(key);
      throw new OffdeskError(
        'storage_failed',
        'The computer could not keep the file.',
        'Check that its disk has room, then try again.',
        { cause: error },
      );
    }
  }
}

/** Bytes that are there or announced. */
async function sizeOf(folder: AttachmentFolder): Promise<number> {
  let size = 0;
  for (const id of await folder.ids()) size += (await folder.find(id))?.bytes ?? 0;
  return size;
}

function unknown(): OffdeskError {
  return new OffdeskError(
    'attachment_unknown',
    'A file of this prompt is not on the computer, or not all of it.',
    'Attach it again.',
  );
}

function tooLarge(name: string): OffdeskError {
  return new OffdeskError(
    'attachment_too_large',
    `“${plainLine(name, limits.attachmentNameChars)}” is larger than ${limits.attachmentBytes / megabyte} MB.`,
    'Send a smaller one, or copy it to the computer in another way and name it with @.',
  );
}
