/** Two texts as the hunks of a unified diff, for reading; bounded in time and length. */
import { limits } from '../protocol/limits.ts';
import { compareLines, type LineChange } from './compare-lines.ts';

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
  const old = oldText ?? '';
  if (old.length + newText.length > limits.diffChars) return unlike(old, newText);
  const [before, after] = [linesOf(old, limits.diffCompared + 1), linesOf(newText, limits.diffCompared + 1)];
  if (Math.max(before.length, after.length) > limits.diffCompared) return unlike(old, newText);
  return bounded(before, after, compareLines(before, after), context);
}

/** All removed, all added, without a look at more than is shown. */
function unlike(before: string, after: string): LineDiff {
  const [removed, added] = [countLines(before), countLines(after)];
  const room = limits.diffLines;
  const olds = linesOf(before, room).map((line, i): DiffLine => {
    return { kind: 'removed', text: shown(line), oldLine: i + 1, newLine: null };
  });
  const news = linesOf(after, room - olds.length).map((line, i): DiffLine => {
    return { kind: 'added', text: shown(line), oldLine: null, newLine: i + 1 };
  });
  const lines = [...olds, ...news];
  const hidden = removed + added - lines.length;
  return { hunks: [{ oldStart: 1, newStart: 1, lines }], added, removed, hidden };
}

const shown = (line: string) => line.replace(/\r?\n$/, '');

/** Each with its line end, since a last line without one is another line; the first `most`. */
function linesOf(text: string, most: number): string[] {
  const lines: string[] = [];
  for (let start = 0; start < text.length && lines.length < most;) {
    const end = text.indexOf('\n', start) + 1 || text.length;
    lines.push(text.slice(start, end));
    start = end;
  }
  return lines;
}

function countLines(text: string): number {
  let count = 0;
  for (let start = 0; start < text.length; count++) start = text.indexOf('\n', start) + 1 || text.length;
  return count;
}

/** Counts everything, shows the first `limits.diffLines` lines. */
function bounded(before: string[], after: string[], changes: LineChange[], context: number): LineDiff {
  const result: LineDiff = { hunks: [], added: 0, removed: 0, hidden: 0 };
  let room: number = limits.diffLines;
  let hunk: DiffHunk | undefined;
  let oldAt = 0;
  let newAt = 0;
  const put = (kind: DiffLine['kind'], line: string): void => {
    if (room <= 0) result.hidden++;
    else if (hunk) {
      room--;
      const [oldLine, newLine] = [kind === 'added' ? null : oldAt + 1, kind === 'removed' ? null : newAt + 1];
      hunk.lines.push({ kind, text: shown(line), oldLine, newLine });
    }
    if (kind !== 'added') oldAt++;
    if (kind !== 'removed') newAt++;
  };
  changes.forEach((change, index) => {
    const before0 = changes[index - 1]?.oldEnd ?? 0;
    // Two changes whose context meets are one hunk.
    if (hunk === undefined || change.oldStart - before0 > 2 * context) {
      const lead = Math.min(context, change.oldStart - before0);
      oldAt = change.oldStart - lead;
      newAt = change.newStart - lead;
      hunk = { oldStart: oldAt + 1, newStart: newAt + 1, lines: [] };
      if (room > 0) result.hunks.push(hunk);
    }
    while (oldAt < change.oldStart) put('same', before[oldAt]!);
    while (oldAt < change.oldEnd) put('removed', before[oldAt]!);
    while (newAt < change.newEnd) put('added', after[newAt]!);
    result.removed += change.oldEnd - change.oldStart;
    result.added += change.newEnd - change.newStart;
    const next = changes[index + 1]?.oldStart ?? before.length;
    const tail = Math.min(next - change.oldEnd, context);
    while (oldAt < change.oldEnd + tail) put('same', before[oldAt]!);
  });
  return result;
}
