/** Characters that a reader cannot see, or that change the order of what is seen, shown by their names. */

/**
 * Controls but for tab and new line; marks, embeddings, overrides and isolates of the direction of writing; spaces without
 * width. U+200D and U+FE0F are left: emoji are made with them.
 */

const hidden =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;
const allHidden = new RegExp(hidden, 'g');

/** For commands, paths, titles and code, where each character counts: what is approved must be what is read. */
export function exactText(text: string): string {
  return hidden.test(text) ? text.replace(allHidden, nameOf) : text;
}

/** For prose: controls and overrides alone, since languages that are written from right to left need the others. */
export function prose(text: string): string {
  return unruly.test(text) ? text.replace(allUnruly, nameOf) : text;
}

const unruly = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202d\u202e]/;
const allUnruly = new RegExp(unruly, 'g');

function nameOf(character: string): string {
  const code = character.charCodeAt(0);
  // Control pictures: one sign each, known from editors.
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`;
}
