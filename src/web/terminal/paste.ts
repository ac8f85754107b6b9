/** What may be pasted into a terminal: text and its lines, and nothing that a program would take for keys. */

/** A text copied from a page may hold more than was seen: the end of a bracketed paste, Ctrl-C, whole key sequences. */
export function pasteable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, '');
}

/** One line with its end is one. */
export function linesOf(text: string): string[] {
  return text.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n');
}
