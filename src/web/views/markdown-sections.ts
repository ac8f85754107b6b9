/** A long Markdown text in sections that can be drawn one by one; one after the other they read like the whole. */

/** Characters of a section, about; without any break between blocks it is cut at twice as many. */
const sectionChars = 6_000;
/** Of a line, which is enough to see a fence. */
const lineStart = 200;

/** From the end of its first line to its last; `to` is infinite while it is open. */
interface Fence {
  opening: string;
  mark: string;
  from: number;
  to: number;
}

/** One section for what is short. A block of code that is cut is closed, and opened again in the next section. */
export function sectionsOf(text: string): string[] {
  if (text.length <= 2 * sectionChars) return [text];
  const sections: string[] = [];
  let fence: Fence | undefined;
  let start = 0;
  /** What the fence that goes on here began with. */
  let again = '';
  let blank = 0;
  const cut = (at: number) => {
    const inside = fence && fence.from < at && at <= fence.to ? fence : undefined;
    sections.push(again + text.slice(start, at) + (inside ? `\n${inside.mark}` : ''));
    again = inside ? `${inside.opening}\n` : '';
    start = at;
  };
  for (let at = 0; at < text.length;) {
    const begin = at;
    at = text.indexOf('\n', at) + 1 || text.length;
    const line = text.slice(begin, Math.min(at, begin + lineStart)).trimEnd();
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    const open = fence?.to === Infinity ? fence : undefined;
    if (mark && !open) fence = { opening: line, mark, from: begin, to: Infinity };
    else if (open && mark === line.trim() && mark.startsWith(open.mark)) open.to = begin;
    else if (!open && line === '' && at - begin < lineStart) blank = at;
    while (at - start >= sectionChars) {
      if (blank > start) cut(blank);
      else if (at - start >= 2 * sectionChars) cut(placeIn(text, start, at));
      else break;
    }
  }
  if (start < text.length) cut(text.length);
  return sections;
}

/** After a line's end where there is one, never inside a pair of surrogates. */
function placeIn(text: string, start: number, end: number): number {
  const at = Math.min(start + 2 * sectionChars, end);
  const line = text.lastIndexOf('\n', at - 1) + 1;
  if (line > start + sectionChars) return line;
  return at < end && /[\uDC00-\uDFFF]/.test(text.charAt(at)) ? at - 1 : at;
}
