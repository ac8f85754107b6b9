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

const gap: DiffLine = { kind: 'gap', text: '⋯' };

/** `oldText`: null for a new file. */
export function diffTexts(oldText: string | null, newText: string): LineDiff {
  const { hunks, added, removed, hidden } = diffLines(oldText, newText);
  const lines = hunks.flatMap((hunk, index) => [...(index > 0 ? [gap] : []), ...hunk.lines]);
  return { lines, added, removed, hidden };
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
