/** The part of a text that has to be replaced to make it another: cursors and folds around it stay where they are. */

export interface SmallestEdit {
  /** Offsets in UTF-16 units; neither is between the halves of a character or of a line's end. */
  start: number;
  end: number;
  text: string;
}

export function smallestEdit(before: string, after: string): SmallestEdit {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  while (isInside(before, start) || isInside(after, start)) start--;
  let same = 0;
  while (same < most - start && before.at(-1 - same) === after.at(-1 - same)) same++;
  while (isInside(before, before.length - same) || isInside(after, after.length - same)) same--;
  return { start, end: before.length - same, text: after.slice(start, after.length - same) };
}

/** Between the halves of a surrogate pair, or of `\r\n`. */
function isInside(text: string, at: number): boolean {
  const [one = 0, two = 0] = [text.charCodeAt(at - 1), text.charCodeAt(at)];
  return (one === 13 && two === 10) || (one >> 10 === 0x36 && two >> 10 === 0x37);
}
