/** When the conversation is on screen, by the page's own clock. */
import type { Page } from 'playwright-core';

/** Milliseconds since the navigation began (HTML's `performance.timeOrigin`). */
export interface Seen {
  firstPaint: number;
  /** The text of the newest item is there. */
  text: number;
  /** And its Markdown is formatted: what a reader would call loaded. */
  shown: number;
  items: number;
}

interface Marked extends Window {
  offdeskSeen?: { text?: number; shown?: number; items?: number };
}

/** A text, since what compiles the tests adds calls of its own to functions, which a page does not have. */
const script = (lastWords: string) => `{
  const seen = (window.offdeskSeen = {});
  const look = () => {
    const log = document.querySelector('[role=log]');
    if (log?.textContent.includes(${JSON.stringify(lastWords)})) {
      seen.text ??= performance.now();
      if (!log.querySelector('.md.plain')) {
        seen.shown = performance.now();
        seen.items = log.querySelectorAll('.item').length;
        return;
      }
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}`;

/** Call before the page opens an address: looks once a frame, so what it says is at most a frame late. */
export async function watchConversation(page: Page, lastWords: string): Promise<void> {
  await page.addInitScript({ content: script(lastWords) });
}

/** Waits until it is shown. */
export async function whenShown(page: Page): Promise<Seen> {
  await page.waitForFunction(() => (window as Marked).offdeskSeen?.shown !== undefined, undefined, {
    timeout: 60_000,
  });
  return page.evaluate(() => {
    const { text = NaN, shown = NaN, items = 0 } = (window as Marked).offdeskSeen ?? {};
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    return { firstPaint: paint?.startTime ?? NaN, text, shown, items };
  });
}
