/** Text that is to be approved: what hides in it (direction overrides, control characters) found and named. */

export interface TextPart {
  text: string;
  /** What cannot be seen is shown by its number, such as `U+202E`. */
  hidden: boolean;
}

/**
 * Controls other than tab and line feed; format characters that reorder, join or hide (Unicode's categories Cc and Cf,
 * line and paragraph separators), blanks that look like nothing, tag characters, and lone halves of a pair.
 */
const unseen =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u{e0100}-\u{e01ef}]/gu;
const plain = new Set(['\n', '\t']);

export function partsOf(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(unseen)) {
    if (plain.has(match[0])) continue;
    if (match.index > from) parts.push({ text: text.slice(from, match.index), hidden: false });
    parts.push({ text: codeOf(match[0]), hidden: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), hidden: false });
  return parts;
}

export function hidesSomething(text: string): boolean {
  return partsOf(text).some(({ hidden }) => hidden);
}

/** In words of a person or an agent: what reorders or controls. Joiners belong to some scripts, and to emoji. */
const unruly = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Names and sentences as one text. */
export function visible(text: string): string {
  return text.replace(unruly, (found) => (plain.has(found) ? found : `[${codeOf(found)}]`));
}

function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
