/** Opens the journal of a folder: from its newest segment where all is well, else from what can be read. */
import { randomUUID } from 'node:crypto';
import * as nodeFs from 'node:fs';
import { chmod, mkdir, readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { currentBoot, sameBoot } from './boot.ts';
import { JournalIndex } from './journal-index.ts';
import { readLines } from './line-reader.ts';
import { encodeLine, formatVersion, type Header } from './lines.ts';
import { checkVersion, replay } from './replay.ts';
import { createSegment, syncFolder, type WriterFs } from './segment-writer.ts';
import { listSegments, segmentPath, type Segment } from './segments.ts';

export interface DiskJournalOptions {
  clock: Clock;
  log: Log;
  /** Gives a name for each epoch; random UUIDs by default. */
  epoch?: () => string;
  /** Which start of the computer this is; the system's by default. */
  boot?: string;
  /** What tests replace to have a disk that fails. */
  fs?: WriterFs;
  /** `limits.segmentBytes` by default. */
  segmentBytes?: number;
}

export interface Parts {
  epoch: string;
  repaired: boolean;
  boot: string;
  /** The newest segment says that the journal is open on this start of the computer. */
  opened: boolean;
  /** At least one, oldest first. */
  segments: Segment[];
  index: JournalIndex;
  fs: WriterFs;
}

const nothing = { first: 1, items: 0, fates: 0, state: [] };

/** Rejects with `storage_failed` or with what `fs` says. */
export async function openParts(folder: string, options: DiskJournalOptions): Promise<Parts> {
  await prepareFolder(folder);
  const segments = await listSegments(folder);
  const boot = options.boot ?? currentBoot();
  const fs = options.fs ?? nodeFs;
  const newEpoch = options.epoch ?? randomUUID;
  const last = segments.at(-1);
  const lastHeader = last && (await readHeader(last));
  if (lastHeader) checkVersion(lastHeader);
  const { index, start } = await loadIndex(folder, segments, boot);
  try {
    const parts: Parts = { epoch: '', repaired: false, boot, opened: true, segments, index, fs };
    if (!last) {
      parts.epoch = newEpoch();
      await begin(folder, parts);
      return parts;
    }
    const size = last.size;
    const found = await replay(segments.slice(start), index, () => storeQuietly(index, options.log));
    const powerLost = !found.closed && found.boot !== undefined && !sameBoot(found.boot, boot);
    const torn = found.end < size;
    const { unwritten } = index.mark;
    if (found.epoch !== undefined && !found.damaged && !torn && !powerLost && !unwritten) {
      parts.epoch = found.epoch;
      parts.opened = !found.closed && sameBoot(found.boot ?? '', boot);
      return parts;
    }
    options.log.write('warn', 'the journal was repaired', {
      damaged: found.damaged,
      torn,
      powerLost,
      unwritten,
    });
    parts.epoch = newEpoch();
    parts.repaired = true;
    await begin(folder, parts);
    if (torn && segments.at(-2) === last) await truncate(last.path, found.end);
    index.mark.setUnwritten(false);
    return parts;
  } catch (error) {
    index.close();
    throw error;
  }
}

/** What a segment that begins now must say. */
export function headerOf({ epoch, boot, index }: Pick<Parts, 'epoch' | 'boot' | 'index'>): Header {
  return {
    offdesk: 'journal',
    version: formatVersion,
    epoch,
    first: index.facts.head + 1,
    boot,
    items: index.items.length,
    fates: index.fates.length,
    state: index.state.all,
  };
}

/** A new segment, in a new epoch, in place of the newest one if that has no facts. */
async function begin(folder: string, parts: Parts): Promise<void> {
  const { segments, index } = parts;
  const first = index.facts.head + 1;
  const segment: Segment = { first, path: segmentPath(folder, first), size: 0 };
  const fd = createSegment(parts.fs, segment, encodeLine(JSON.stringify(headerOf(parts))));
  try {
    nodeFs.fsyncSync(fd);
  } finally {
    nodeFs.closeSync(fd);
  }
  await syncFolder(folder);
  while (segments.length > 0 && segments.at(-1)!.first >= first) segments.pop();
  segments.push(segment);
  index.store();
  await index.sync();
}

async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (process.platform !== 'win32') await chmod(folder, 0o700).catch(() => {});
  for (const name of await readdir(folder)) {
    if (/^\d{12}\.log\.tmp$/.test(name)) await rm(join(folder, name), { force: true }).catch(() => {});
  }
}

/** The indexes, and the segment from which on they must be made; what came before is taken from their files. */
async function loadIndex(folder: string, segments: Segment[], boot: string) {
  const index = new JournalIndex(folder);
  try {
    const { indexed, synced } = index.mark;
    const start = segments.findIndex(({ first }) => first === indexed);
    const header = start < 0 ? undefined : await readHeader(segments[start]!);
    const durable = header && (synced === indexed || sameBoot(header.boot, boot));
    if (header && durable && index.covers(header) && index.load(header)) return { index, start };
  } catch (error) {
    index.close();
    throw error;
  }
  index.close();
  const empty = new JournalIndex(folder);
  empty.load(nothing);
  return { index: empty, start: 0 };
}

async function readHeader(segment: Segment): Promise<Header | undefined> {
  for await (const [first] of readLines(segment.path, segment.size)) {
    return first?.line?.kind === 'header' ? first.line.header : undefined;
  }
  return undefined;
}

function storeQuietly(index: JournalIndex, log: Log): void {
  try {
    index.store();
  } catch {
    log.write('warn', 'the index could not be written');
  }
}
