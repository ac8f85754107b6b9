/** Writes lines to the newest segment: together, in order, whole or not at all; and again when the disk refused. */
import * as nodeFs from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/emitter.ts';
import type { OffdeskError } from '../../base/error.ts';
import { limits } from '../../protocol/limits.ts';
import type { Segment } from './segments.ts';
import { cannotWrite, storageError } from './storage-error.ts';

/** What tests replace to have a disk that fails. */
export type WriterFs = Pick<
  typeof nodeFs,
  'openSync' | 'writeSync' | 'ftruncateSync' | 'renameSync' | 'unlinkSync' | 'fdatasync'
>;

export interface WriterOptions {
  segment: Segment;
  clock: Clock;
  fs: WriterFs;
  /** `seq` is the last number on disk from now on. */
  written(seq: number): void;
  /** Facts begin or cease to be in memory alone. */
  unwritten(some: boolean): void;
}

interface Waiting {
  seq: number;
  line: Buffer;
}

export class SegmentWriter {
  readonly #options: WriterOptions;
  readonly #fs: WriterFs;
  #segment: Segment;
  #fd: number;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #flushPlanned: NodeJS.Immediate | undefined;
  #trouble: OffdeskError | undefined;
  readonly #troubled = new Emitter<void>();
  readonly onTrouble = this.#troubled.event;
  #retry: Disposable | undefined;
  /** Open files of which something may not be on disk yet. */
  readonly #unsynced = new Set<number>();
  #syncing: Promise<void> | undefined;
  #nextSync: Promise<void> | undefined;
  /** The files are no longer this writer's: their numbers may be another's. */
  #closed = false;

  /** Throws what `fs` throws. */
  constructor(options: WriterOptions) {
    this.#options = options;
    this.#fs = options.fs;
    this.#segment = options.segment;
    this.#fd = this.#open(options.segment.path);
    this.#unsynced.add(this.#fd);
  }

  get trouble(): OffdeskError | undefined {
    return this.#trouble;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Where the next line goes. */
  get end(): number {
    return this.#segment.size + this.#waitingBytes;
  }

  /** Written within this turn of the event loop, or when the disk takes it. */
  put(seq: number, line: Buffer): void {
    this.#waiting.push({ seq, line });
    this.#waitingBytes += line.length;
    if (this.#trouble) return;
    if (this.#waitingBytes >= limits.writeBytes) this.flush();
    else this.#flushPlanned ??= setImmediate(() => this.flush());
  }

  /** All that waits is written, or the disk is in trouble. Never throws. */
  flush(): void {
    if (this.#flushPlanned) clearImmediate(this.#flushPlanned);
    this.#flushPlanned = undefined;
    if (!this.#trouble && this.#waiting.length > 0) this.#write();
  }

  /** One more try, also in trouble; throws `storage_failed`. */
  flushNow(): void {
    if (this.#waiting.length > 0) this.#write();
    if (this.#trouble && this.#waiting.length > 0) throw this.#trouble;
  }

  /** Writes this line at once. Throws `storage_failed`, and then nothing of it is kept. */
  writeNow(seq: number, line: Buffer): void {
    this.flushNow();
    try {
      this.#writeAll(line);
    } catch (error) {
      throw cannotWrite(error);
    }
    this.#options.written(seq);
    this.#fine();
  }

  #write(): void {
    try {
      while (this.#waiting.length > 0) {
        let count = 0;
        let bytes = 0;
        while (count < this.#waiting.length && (count === 0 || bytes < limits.writeBytes)) {
          bytes += this.#waiting[count++]!.line.length;
        }
        const batch = this.#waiting.slice(0, count);
        this.#writeAll(batch.length === 1 ? batch[0]!.line : Buffer.concat(batch.map(({ line }) => line)));
        this.#waiting.splice(0, count);
        this.#waitingBytes -= bytes;
        this.#options.written(batch.at(-1)!.seq);
      }
    } catch (error) {
      this.#troubleWith(error);
      return;
    }
    this.#fine();
  }

  /** At the end of the segment; on failure the file is as it was. */
  #writeAll(bytes: Buffer): void {
    try {
      for (let done = 0; done < bytes.length;) {
        done += this.#fs.writeSync(this.#fd, bytes, done, bytes.length - done, this.#segment.size + done);
      }
    } catch (error) {
      try {
        this.#fs.ftruncateSync(this.#fd, this.#segment.size);
      } catch {
        // The next write begins at the same place; a reader cuts what is torn.
      }
      throw error;
    }
    this.#segment.size += bytes.length;
    this.#unsynced.add(this.#fd);
  }

  #troubleWith(error: unknown): void {
    const isNew = !this.#trouble;
    this.#trouble = cannotWrite(error);
    if (isNew) this.#options.unwritten(true);
    this.#retry?.dispose();
    if (!this.#closed) this.#retry = this.#options.clock.after(limits.unwrittenRetryMs, () => this.#again());
    if (isNew) this.#troubled.fire();
  }

  #again(): void {
    if (this.#waiting.length > 0) this.#write();
    else void this.sync(true).catch(() => {});
  }

  #fine(): void {
    if (!this.#trouble) return;
    this.#retry?.dispose();
    this.#trouble = undefined;
    this.#options.unwritten(false);
    this.#troubled.fire();
  }

  /** Goes on in a new segment. Throws what `fs` throws, and then nothing has changed. */
  roll(segment: Segment, header: Buffer): void {
    this.#fd = createSegment(this.#fs, segment, header);
    this.#unsynced.add(this.#fd);
    this.#segment = segment;
  }

  /** Waits for the disk. Throws what `fs` throws. */
  syncNow(): void {
    nodeFs.fdatasyncSync(this.#fd);
  }

  /** Concurrent calls share one. Rejects with `storage_failed`. */
  sync(again = false): Promise<void> {
    this.flush();
    if (this.#trouble && !again) return Promise.reject(this.#trouble);
    if (this.#unsynced.size === 0) return this.#syncing ?? Promise.resolve();
    return (this.#nextSync ??= this.#syncAfter(this.#syncing));
  }

  async #syncAfter(before: Promise<void> | undefined): Promise<void> {
    await before?.catch(() => {});
    this.#nextSync = undefined;
    const running = this.#syncAll();
    this.#syncing = running;
    try {
      await running;
    } finally {
      if (this.#syncing === running) this.#syncing = undefined;
    }
  }

  async #syncAll(): Promise<void> {
    const files = [...this.#unsynced];
    this.#unsynced.clear();
    const folder = files.length > 1 || files[0] !== this.#fd ? dirname(this.#segment.path) : undefined;
    const dataSync = promisify(this.#fs.fdatasync);
    try {
      await Promise.all(files.map((fd) => dataSync(fd)));
      if (folder !== undefined) await syncFolder(folder);
      if (nodeFs.fstatSync(this.#fd).nlink === 0) {
        throw storageError("The session's record was removed from the disk.", 'Start a new session.');
      }
    } catch (error) {
      for (const fd of files) this.#unsynced.add(fd);
      this.#troubleWith(error);
      throw this.#trouble!;
    }
    for (const fd of files) if (fd !== this.#fd && !this.#unsynced.has(fd)) nodeFs.closeSync(fd);
    if (this.#waiting.length === 0) this.#fine();
  }

  /** What waits is written and synced; rejects with `storage_failed`, closed all the same. */
  async close(): Promise<void> {
    try {
      this.flushNow();
      await this.sync();
    } finally {
      this.#closed = true;
      this.#retry?.dispose();
      // A sync that waits for the one under way begins once that has ended.
      await this.#nextSync?.catch(() => {});
      await this.#syncing?.catch(() => {});
      this.#unsynced.add(this.#fd);
      for (const fd of this.#unsynced) nodeFs.closeSync(fd);
      this.#unsynced.clear();
    }
  }

  #open(path: string): number {
    try {
      return this.#fs.openSync(path, 'r+');
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'EROFS' && code !== 'EACCES' && code !== 'EPERM') throw error;
      return this.#fs.openSync(path, 'r');
    }
  }
}

/** The file appears with its first line in it. Gives it open for writing; throws what `fs` throws. */
export function createSegment(fs: WriterFs, segment: Segment, header: Buffer): number {
  const temporary = `${segment.path}.tmp`;
  let fd: number | undefined;
  try {
    fd = fs.openSync(temporary, 'w', 0o600);
    for (let done = 0; done < header.length;) {
      done += fs.writeSync(fd, header, done, header.length - done, done);
    }
    fs.renameSync(temporary, segment.path);
  } catch (error) {
    if (fd !== undefined) nodeFs.closeSync(fd);
    try {
      fs.unlinkSync(temporary);
    } catch {
      // It is overwritten by the next try.
    }
    throw error;
  }
  segment.size = header.length;
  return fd;
}

/** So that new names survive a loss of power; not every system can. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await nodeFs.promises.open(path, 'r');
    await folder.sync().finally(() => folder.close());
  } catch {
    // Windows refuses to open a folder; it keeps names by itself.
  }
}
