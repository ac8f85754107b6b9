/** Names that a stranger chose, made safe to show at the desk. */
import { limits } from '../protocol/limits.ts';

// Letters and symbols that look like nothing: Hangul fillers, blank Braille.
const blank = /[\u115f\u1160\u3164\uffa0\u2800]/gu;
// Controls, formats (bidi overrides, zero width, tags), private use, unassigned, lone surrogates.
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}]/gu;
/** More marks on one letter than any script needs would paint over the lines around. */
const piledMarks = /(\p{M}{4})\p{M}+/gu;

/**
 * One line of at most `limits.deviceNameChars` UTF-16 units without controls, direction changes or
 * invisible characters; 'Unnamed device' when nothing is left.
 */
export function deviceName(text: string): string {
  // Far more than survives, and bounded before any expression runs over it.
  const name = text
    .slice(0, limits.deviceNameChars * 8)
    .replace(/[\s\p{Z}]/gu, ' ')
    .replace(blank, ' ')
    .replace(unseen, '')
    .normalize('NFC')
    .replace(piledMarks, '$1')
    .replace(/ +/g, ' ')
    // A mark without a letter would sit on what comes before the name.
    .replace(/^[ \p{M}]+/u, '');
  return cut(name, limits.deviceNameChars) || 'Unnamed device';
}

/** At most `max` UTF-16 units, no pair of them torn. */
function cut(name: string, max: number): string {
  let kept = '';
  for (const char of name) {
    if (kept.length + char.length > max) break;
    kept += char;
  }
  return kept.trim();
}

/** `Pixel 9`, or `Pixel 9 (2)` when another device has that name: two must not look the same. */
export function uniqueDeviceName(name: string, taken: Iterable<string>): string {
  const others = new Set(Array.from(taken, (other) => other.toLowerCase()));
  for (let n = 1; ; n++) {
    const suffix = n === 1 ? '' : ` (${n})`;
    const candidate = cut(deviceName(name), limits.deviceNameChars - suffix.length) + suffix;
    if (!others.has(candidate.toLowerCase())) return candidate;
  }
}
