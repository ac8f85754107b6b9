/** When each numbered word of a stream was on the screen of a page, by the computer's clock. */
import type { Page } from 'playwright-core';
import { eventually } from '../../support/wait.ts';

/** [word, ms since the Unix epoch]: up to that word all were painted. */
export type Sight = [word: number, at: number];

interface Watched extends Window {
  offdeskSights?: Sight[];
}

/**
 * The page's views change in an animation frame; what is posted from there runs when that frame is painted.
 * A text, since what compiles the tests adds calls of its own to functions, which a page does not have.
 */
const script = `{
  // Another script may shift the page's clock later.
  const now = Date.now.bind(Date);
  const sights = (window.offdeskSights = []);
  const { port1, port2 } = new MessageChannel();
  let newest = 0;
  port2.onmessage = ({ data }) => sights.push([data, now()]);
  new MutationObserver(() => {
    const texts = document.querySelectorAll('.md, .words');
    for (let at = texts.length - 1; at >= 0 && at >= texts.length - 2; at--) {
      const text = texts[at].textContent;
      const place = text.lastIndexOf('word');
      if (place < 0) continue;
      const word = parseInt(text.slice(place + 4), 10);
      if (word > newest) port1.postMessage((newest = word));
      return;
    }
  }).observe(document, { childList: true, subtree: true, characterData: true });
}`;

export async function watchWords(page: Page): Promise<void> {
  await page.addInitScript({ content: script });
}

/** Waits for the last word; the sights until then. */
export async function sightsUntil(page: Page, last: number): Promise<Sight[]> {
  return eventually(
    async () => {
      const sights = await page.evaluate(() => (window as Watched).offdeskSights ?? []);
      return sights.some(([word]) => word === last) && sights;
    },
    { what: `word ${last} on screen`, timeoutMs: 120_000, everyMs: 100 },
  );
}

/** Milliseconds from each word's time to the frame that had it. `times`: of word `first` and those after it. */
export function delaysOf(first: number, times: readonly number[], sights: readonly Sight[]): number[] {
  let next = 0;
  return times.map((time, index) => {
    while (next < sights.length && (sights[next]?.[0] ?? 0) < first + index) next++;
    return (sights[next]?.[1] ?? NaN) - time;
  });
}
