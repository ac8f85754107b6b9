/** Two texts as the hunks of a unified diff, for reading; bounded in time and length. */
import { structuredPatch } from 'diff';
import { limits } from '../protocol/limits.ts';

export interface DiffLine {
  kind: 'same' | 'added' | 'removed';
  text: string;
  /** Counted from 1; null on the side where the line is not. */
  oldLine: number | null;
  newLine: number | null;
}

export interface DiffHunk {
  oldStart: number;
  newStart: number;
  lines: DiffLine[];
}

export interface LineDiff {
  hunks: DiffHunk[];
  added: number;
  removed: number;
  /** Lines of the diff that were left out because there are too many. */
  hidden: number;
}

/** `oldText`: null for a new file. Texts too long or too unlike to compare show as all removed, all added. */
export function diffLines(oldText: string | null, newText: string, context = 3): LineDiff {
  const before = oldText ?? '';
  const short = before.length + newText.length <= limits.diffChars;
  const patch = short
    ? structuredPatch('', '', before, newText, undefined, undefined, {
        context,
        maxEditLength: limits.diffEdits,
      })
    : undefined;
  return patch ? bounded(patch.hunks.map(read)) : bounded([whole(before, newText)]);
}

function read(hunk: { oldStart: number; newStart: number; lines: string[] }): DiffHunk {
  let oldLine = hunk.oldStart;
  let newLine = hunk.newStart;
  const lines: DiffLine[] = [];
  for (const line of hunk.lines) {
    const text = line.slice(1);
    if (line.startsWith('+')) lines.push({ kind: 'added', text, oldLine: null, newLine: newLine++ });
    else if (line.startsWith('-')) lines.push({ kind: 'removed', text, oldLine: oldLine++, newLine: null });
    else if (line.startsWith(' ')) lines.push({ kind: 'same', text, oldLine: oldLine++, newLine: newLine++ });
    // The rest is "\ No newline at end of file", which is no line.
  }
  return { oldStart: hunk.oldStart, newStart: hunk.newStart, lines };
}

function whole(before: string, after: string): DiffHunk {
  const removed = linesOf(before).map((text, i): DiffLine => {
    return { kind: 'removed', text, oldLine: i + 1, newLine: null };
  });
  const added = linesOf(after).map((text, i): DiffLine => {
    return { kind: 'added', text, oldLine: null, newLine: i + 1 };
  });
  return { oldStart: 1, newStart: 1, lines: [...removed, ...added] };
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Counts everything, shows the first `limits.diffLines` lines. */
function bounded(hunks: DiffHunk[]): LineDiff {
  const result: LineDiff = { hunks: [], added: 0, removed: 0, hidden: 0 };
  let room: number = limits.diffLines;
  for (const hunk of hunks) {
    for (const line of hunk.lines) {
      if (line.kind === 'added') result.added++;
      if (line.kind === 'removed') result.removed++;
    }
    const lines = hunk.lines.slice(0, room);
    room -= lines.length;
    result.hidden += hunk.lines.length - lines.length;
    if (lines.length > 0) result.hunks.push({ ...hunk, lines });
  }
  return result;
}
