/** The lines of a change: computed from two texts, or read from a unified diff that an agent sent. */
import { diffLines } from '../../transcript/diff-lines.ts';

export interface DiffLine {
  kind: 'same' | 'added' | 'removed' | 'gap';
  text: string;
}

export interface LineDiff {
  lines: DiffLine[];
  added: number;
  removed: number;
  /** Lines left out because there are too many. */
  hidden: number;
}

/** A line of the view side by side; null where a side has none. */
export interface DiffRow {
  before: DiffLine | null;
  after: DiffLine | null;
}

const gap: DiffLine = { kind: 'gap', text: '⋯' };

/** By the object that an agent's change is: comparing long texts twice would be seen. */
const known = new WeakMap<object, LineDiff>();

/** `change`: never changed later. */
export function diffOf(change: { oldText: string | null; newText: string }): LineDiff {
  const before = known.get(change);
  if (before) return before;
  const diff = diffTexts(change.oldText, change.newText);
  known.set(change, diff);
  return diff;
}

/** `oldText`: null for a new file. */
export function diffTexts(oldText: string | null, newText: string): LineDiff {
  const { hunks, added, removed, hidden } = diffLines(oldText, newText);
  const lines = hunks.flatMap((hunk, index) => [...(index > 0 ? [gap] : []), ...hunk.lines]);
  return { lines, added, removed, hidden };
}

/** What gave way stands beside what came in its place. */
export function rowsOf(lines: readonly DiffLine[]): DiffRow[] {
  const rows: DiffRow[] = [];
  for (let at = 0; at < lines.length;) {
    const { kind } = lines[at]!;
    if (kind === 'same' || kind === 'gap') {
      rows.push({ before: lines[at]!, after: lines[at]! });
      at++;
      continue;
    }
    const removed = runOf(lines, at, 'removed');
    const added = runOf(lines, at + removed.length, 'added');
    for (let i = 0; i < Math.max(removed.length, added.length); i++)
      rows.push({ before: removed[i] ?? null, after: added[i] ?? null });
    at += removed.length + added.length;
  }
  return rows;
}

function runOf(lines: readonly DiffLine[], at: number, kind: DiffLine['kind']): readonly DiffLine[] {
  let end = at;
  while (lines[end]?.kind === kind) end++;
  return lines.slice(at, end);
}

/** Reads hunks of a unified diff; its headers are left out. */
export function readUnifiedDiff(text: string): LineDiff {
  const lines: DiffLine[] = [];
  let inHunk = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('@@')) {
      if (inHunk) lines.push(gap);
      inHunk = true;
    } else if (inHunk) lines.push(...patchLine(line));
  }
  return count(lines);
}

function patchLine(line: string): DiffLine[] {
  switch (line[0]) {
    case '+':
      return [{ kind: 'added', text: line.slice(1) }];
    case '-':
      return [{ kind: 'removed', text: line.slice(1) }];
    case ' ':
      return [{ kind: 'same', text: line.slice(1) }];
    default:
      // "\ No newline at end of file" and the empty rest after the last line.
      return [];
  }
}

function count(lines: DiffLine[]): LineDiff {
  return {
    lines,
    added: lines.filter(({ kind }) => kind === 'added').length,
    removed: lines.filter(({ kind }) => kind === 'removed').length,
    hidden: 0,
  };
}
