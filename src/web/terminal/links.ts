/** Web addresses that stand in a terminal's text, also over the ends of its lines, as links that can be pressed. */
import type { IBufferLine, IBufferRange, ILink, ILinkProvider, Terminal } from '@xterm/xterm';
import { limits } from '../../protocol/limits.ts';

/** No space, quotes or brackets that people put around an address. */
const address = /https?:\/\/[^\s"'`<>\u2018-\u201f\u3000-\u303f\uff00-\uffef]+/gi;

/** The address that a press may lead to, without what only ends the sentence around it. */
export function addressesIn(text: string): { at: number; url: string }[] {
  return [...text.matchAll(address)].flatMap(({ 0: found, index }) => {
    const url = withoutEnd(found);
    return webUrl(url) ? [{ at: index, url }] : [];
  });
}

/** Undefined for all that is no page of the web. */
export function webUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined;
}

const pairs: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

function withoutEnd(found: string): string {
  let url = found;
  for (;;) {
    const last = url.at(-1) ?? '';
    const open = pairs[last];
    const stray = open !== undefined && url.split(last).length > url.split(open).length;
    if (!stray && !/[.,;:!?]/.test(last)) return url;
    url = url.slice(0, -1);
  }
}

/** `press` is called with an address that was pressed. */
export function addressLinks(term: Terminal, press: (url: string) => void): ILinkProvider {
  return {
    provideLinks(line, tell) {
      const { text, places } = paragraph(term, line - 1);
      const links = addressesIn(text).map(({ at, url }): ILink => {
        const range: IBufferRange = { start: places[at]!, end: places[at + url.length - 1]! };
        return { range, text: url, activate: () => press(url) };
      });
      tell(links.length > 0 ? links : undefined);
    },
  };
}

/** The lines that belong together around one, from 0; `places`: where each UTF-16 unit of the text stands, from 1. */
function paragraph(term: Terminal, line: number): { text: string; places: { x: number; y: number }[] } {
  const { active } = term.buffer;
  const most = limits.terminalLinkLines;
  let first = line;
  while (first > 0 && line - first < most && active.getLine(first)?.isWrapped) first--;
  let text = '';
  const places: { x: number; y: number }[] = [];
  for (let y = first; y - line < most; y++) {
    const row = active.getLine(y);
    if (!row || (y > first && !row.isWrapped)) break;
    for (const { chars, x } of cellsOf(row)) {
      text += chars;
      for (let unit = 0; unit < chars.length; unit++) places.push({ x, y: y + 1 });
    }
  }
  return { text, places };
}

function* cellsOf(row: IBufferLine): Generator<{ chars: string; x: number }> {
  for (let x = 0; x < row.length; x++) {
    const cell = row.getCell(x);
    // The second half of a wide character has none of its own.
    if (cell && cell.getWidth() > 0) yield { chars: cell.getChars() || ' ', x: x + 1 };
  }
}
