/** What stands on the screen: lines that fit its width, each with its tone. */
import { partsOf } from '../../base/unseen.ts';
import { wrapText } from './wrap.ts';

export type Tone = 'plain' | 'own' | 'quiet' | 'warning' | 'bad' | 'added' | 'removed' | 'chosen';

export interface Line {
  text: string;
  tone: Tone;
  /** Where the reversed place is; counted in characters of `text`. */
  place?: { from: number; to: number };
}

/** Wrapped to `cells`; what goes on stands below the first line's words. */
export function linesIn(text: string, tone: Tone, cells: number, hang = 0): Line[] {
  return wrapText(text, cells, hang).map((line) => ({ text: line, tone }));
}

/** Text to be approved: what cannot be seen is named. */
export function exact(text: string): string {
  return partsOf(text.replaceAll('\t', '  '))
    .map((part) => (part.hidden ? `[${part.text}]` : part.text))
    .join('');
}

/** The last `most`, with a word on what is above. */
export function lastOf(lines: readonly Line[], most: number): Line[] {
  if (lines.length <= most) return [...lines];
  const shown = lines.slice(lines.length - Math.max(most - 1, 1));
  return [{ text: `… ${lines.length - shown.length} lines above`, tone: 'quiet' }, ...shown];
}

/** The first `most`, with a word on what is below. */
export function firstOf(lines: readonly Line[], most: number): Line[] {
  if (lines.length <= most) return [...lines];
  const shown = lines.slice(0, Math.max(most - 1, 1));
  return [...shown, { text: `… ${lines.length - shown.length} more lines`, tone: 'quiet' }];
}
