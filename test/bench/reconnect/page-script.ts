/** What the phone's page notes about its network, and a clock of it that can be set ahead. */
import type { Page } from 'playwright-core';
import { eventually } from '../../support/wait.ts';

interface Noting extends Window {
  /** Milliseconds since the Unix epoch. */
  offdeskOnline?: number;
  offdeskConnected?: number;
  offdeskAhead?: number;
}

/** Before the page opens. `online` is the browser's word; connected is what the page's header says. */
export async function noteNetwork(page: Page): Promise<void> {
  await page.addInitScript({
    content: `{
      const now = Date.now.bind(Date);
      window.offdeskAhead = 0;
      Date.now = () => now() + window.offdeskAhead;
      addEventListener('online', () => {
        window.offdeskOnline = now();
        window.offdeskConnected = undefined;
      }, { capture: true });
      new MutationObserver(() => {
        const status = [...document.querySelectorAll('[role=status]')];
        if (status.some(({ textContent }) => /^\\s*connected\\b/.test(textContent)))
          window.offdeskConnected ??= now();
      }).observe(document, { childList: true, subtree: true, characterData: true });
    }`,
  });
}

/** The page's clock is so much ahead from now on; its timers are not, as after a sleep. */
export async function setAhead(page: Page, ms: number): Promise<void> {
  await page.evaluate((ahead) => {
    (window as Noting).offdeskAhead = ahead;
  }, ms);
}

/** Once it is connected again: when the browser said online, and when the page said connected. */
export function backOnline(page: Page): Promise<{ online: number; connected: number }> {
  return eventually(
    () =>
      page.evaluate(() => {
        const { offdeskOnline: online, offdeskConnected: connected } = window as Noting;
        return online !== undefined && connected !== undefined && { online, connected };
      }),
    { what: 'the page to be connected again', timeoutMs: 60_000 },
  );
}
