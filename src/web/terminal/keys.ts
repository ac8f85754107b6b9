/** Keys that a phone's keyboard lacks, as what a terminal sends for them. */

export const rowKeys = ['escape', 'tab', 'left', 'down', 'up', 'right', 'pipe', 'tilde'] as const;
export type RowKey = (typeof rowKeys)[number];

const arrows: Partial<Record<RowKey, string>> = { up: 'A', down: 'B', right: 'C', left: 'D' };
const texts: Partial<Record<RowKey, string>> = { escape: '\u001b', tab: '\t', pipe: '|', tilde: '~' };

/** `application`: the program asked for the other arrows (DECCKM). */
export function sequenceOf(key: RowKey, ctrl: boolean, application: boolean): string {
  const arrow = arrows[key];
  if (arrow === undefined) return texts[key] ?? '';
  if (ctrl) return `\u001b[1;5${arrow}`;
  return `\u001b${application ? 'O' : '['}${arrow}`;
}

/** What was typed, with Ctrl held: one character that has a control code; all else as it is. */
export function withCtrl(text: string): string {
  if (text.length !== 1) return text;
  if (text === ' ' || text === '2') return '\u0000';
  if (text === '?') return '\u007f';
  const upper = text.toUpperCase();
  return upper >= '@' && upper <= '_' ? String.fromCharCode(upper.charCodeAt(0) & 0x1f) : text;
}
