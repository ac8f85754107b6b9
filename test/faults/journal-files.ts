/** A session's journal as its files have it (docs/SPEC.md, J), read by the harness itself and not by the product. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Fact } from '../../src/protocol/facts.ts';

export interface JournalFiles {
  facts: Fact[];
  /** Of each segment, oldest first. */
  epochs: string[];
  /** What no journal should have, a sentence each. */
  damage: string[];
}

/** Folders of sessions with a journal, by the sessions' ids; segments are anywhere below them. */
export function journalFolders(machineFolder: string): Map<string, string> {
  const place = join(machineFolder, 'sessions');
  const folders = readdirSync(place).map((id) => [id, join(place, id)] as const);
  return new Map(folders.filter(([, folder]) => segmentsIn(folder).length > 0));
}

function segmentsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(^|\/)\d{12}\.log$/.test(path))
    .sort();
}

/** Undefined where there are none. */
export function readJournalFiles(folder: string): JournalFiles | undefined {
  const segments = segmentsIn(folder);
  if (segments.length === 0) return undefined;
  const journal: JournalFiles = { facts: [], epochs: [], damage: [] };
  for (const segment of segments) readSegment(join(folder, segment), segment, journal);
  return journal;
}

function readSegment(path: string, name: string, journal: JournalFiles): void {
  const { facts, epochs, damage } = journal;
  const text = readFileSync(path);
  let at = 0;
  for (let line = 1; at < text.length; line++) {
    const end = text.indexOf(0x0a, at);
    if (end < 0) {
      damage.push(`${name} ends within line ${line}`);
      return;
    }
    const value = parse(text.subarray(at, end));
    at = end + 1;
    if (!value) {
      damage.push(`line ${line} of ${name} is damaged`);
      continue;
    }
    const last = facts.at(-1);
    if (value['offdesk'] === 'journal') {
      epochs.push(String(value['epoch']));
      if (Number(value['first']) !== (last?.seq ?? 0) + 1)
        damage.push(`${name} says that it begins with ${String(value['first'])}, after ${last?.seq}`);
    } else if (typeof value['seq'] === 'number') facts.push(value as unknown as Fact);
    else if (typeof value['n'] === 'number' && last) {
      const content = { ...(last.update['content'] as object), text: String(value['+']) };
      facts.push({ ...last, seq: value['n'], update: { ...last.update, content } });
    }
  }
}

/** `crc32 (8 hex digits) + ' ' + JSON`. */
function parse(line: Buffer): Record<string, unknown> | undefined {
  const json = line.subarray(9);
  if (line[8] !== 0x20 || parseInt(line.toString('latin1', 0, 8), 16) !== crc32(json)) return undefined;
  try {
    return JSON.parse(json.toString('utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
