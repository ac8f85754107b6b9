/** The last lines that stand in a terminal, as pieces of text with the colours of terminal.css. */
import type { IBufferCell, Terminal } from '@xterm/xterm';
import { exactText } from '../views/exact-text.ts';
import type { Piece } from '../views/ansi.ts';

const colours = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** Oldest first; empty lines at the end are left out. */
export function lastLines({ buffer, cols }: Terminal, most: number): Piece[][] {
  const { active } = buffer;
  let end = active.length;
  while (end > 0 && (active.getLine(end - 1)?.translateToString(true) ?? '') === '') end--;
  const lines: Piece[][] = [];
  for (let at = Math.max(0, end - most); at < end; at++) {
    const line = active.getLine(at);
    const pieces: Piece[] = [];
    const filled = line?.translateToString(true).length ?? 0;
    for (let x = 0; x < cols && x < filled; x++) {
      const cell = line?.getCell(x);
      if (!cell || cell.getWidth() === 0) continue;
      const text = exactText(cell.getChars() || ' ');
      const className = classOf(cell);
      const last = pieces.at(-1);
      if (last?.className === className) last.text += text;
      else pieces.push({ text, className });
    }
    lines.push(pieces);
  }
  return lines;
}

function classOf(cell: IBufferCell): string {
  const names: string[] = [];
  const ink = cell.isFgPalette() ? colours[cell.getFgColor() % 8] : undefined;
  const ground = cell.isBgPalette() ? colours[cell.getBgColor() % 8] : undefined;
  if (ink && cell.getFgColor() < 16) names.push(`in-${ink}`);
  if (ground && cell.getBgColor() < 16) names.push(`on-${ground}`);
  if (cell.isBold()) names.push('bold');
  if (cell.isItalic()) names.push('italic');
  if (cell.isUnderline()) names.push('underline');
  if (cell.isStrikethrough()) names.push('struck');
  return names.join(' ');
}
