/** A finger scrolls the terminal: xterm.js 6 knows wheels alone. */
import type { Terminal } from '@xterm/xterm';

/** A finger that moved less than this has tapped. */
const slackPx = 6;

/** `moved` hears lines that the program itself has to scroll, as it does in a pager or editor: negative is up. */
export function scrollByTouch(
  term: Terminal,
  element: HTMLElement,
  moved: (lines: number) => void,
): () => void {
  let last: number | undefined;
  let rest = 0;
  let scrolling = false;
  const begin = (event: TouchEvent) => {
    last = event.touches.length === 1 ? event.touches[0]?.clientY : undefined;
    rest = 0;
    scrolling = false;
  };
  const move = (event: TouchEvent) => {
    const y = event.touches[0]?.clientY;
    if (last === undefined || y === undefined || event.touches.length !== 1) return;
    rest += last - y;
    last = y;
    scrolling ||= Math.abs(rest) > slackPx;
    if (!scrolling) return;
    event.preventDefault();
    const line = (term.element?.querySelector('.xterm-screen')?.clientHeight ?? 0) / term.rows || 16;
    const lines = Math.trunc(rest / line);
    if (lines === 0) return;
    rest -= lines * line;
    if (term.buffer.active.type === 'alternate') moved(lines);
    else term.scrollLines(lines);
  };
  element.addEventListener('touchstart', begin, { passive: true });
  element.addEventListener('touchmove', move, { passive: false });
  return () => {
    element.removeEventListener('touchstart', begin);
    element.removeEventListener('touchmove', move);
  };
}
