/** The terminals of a computer, and how a user comes to each: what is looked at, and judged by axe. */
import type { Page } from 'playwright-core';
import { shows } from '../support/page-terminal.ts';
import { eventually } from '../support/wait.ts';
import type { View } from './controls.views.ts';

/** The list of terminals. */
export async function openTerminals(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Terminals', exact: true }).click();
  await page.getByRole('button', { name: /^make check/ }).waitFor();
}

export async function openOne(page: Page, name: RegExp, shown: string | RegExp): Promise<void> {
  await openTerminals(page);
  await page.getByRole('button', { name }).first().click();
  await shows(page, shown);
}

export const openShell = (page: Page): Promise<void> =>
  openOne(page, /^bash/, /another name\nme@studio-mac:\S+\$/);

/** What stands there is on the screen, in the middle of its first letter. */
async function placeOf(page: Page, text: string): Promise<{ x: number; y: number }> {
  const place = await page.evaluate((wanted) => {
    const row = [...document.querySelectorAll('.xterm-rows > div')].find(({ textContent }) =>
      textContent.replaceAll('\u00a0', ' ').includes(wanted),
    );
    if (!row) return null;
    let at = row.textContent.replaceAll('\u00a0', ' ').indexOf(wanted);
    const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const { length } = node.textContent ?? '';
      if (at >= length) {
        at -= length;
        continue;
      }
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const { left, top, width, height } = range.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    }
    return null;
  }, text);
  if (!place) throw new Error(`${text} is not on the screen`);
  return place;
}

/** Until the page asks about the link; the screen may still move as what was above it comes or goes. */
export async function press(
  page: Page,
  text: string,
  by: (x: number, y: number) => Promise<void>,
): Promise<void> {
  const pressed = async () => {
    const { x, y } = await placeOf(page, text);
    await by(x, y);
    return (await page.getByRole('alertdialog').count()) > 0;
  };
  await eventually(pressed, { what: `a question about ${text}` });
}

/** As a key or the menu of the browser gives it. */
export async function paste(page: Page, text: string): Promise<void> {
  await page.locator('.xterm-helper-textarea').evaluate((element, data) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', data);
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

const terminals = { scene: 'terminals', whole: 'I run them.' };

/** What has colours of its own. */
export const inAllThemes: ReadonlySet<string> = new Set(['live', 'shell', 'paste']);

/** By the name of the picture, after the surface's. */
export const terminalViews = {
  live: {
    ...terminals,
    act: (page) => page.locator('.live-term').getByText('a stale token').waitFor(),
  },
  list: { ...terminals, act: openTerminals },
  shell: { ...terminals, act: openShell },
  editor: { ...terminals, act: (page) => openOne(page, /^vim/, 'notes.txt [+]') },
  ended: { ...terminals, act: (page) => openOne(page, /^make check/, 'Error 2') },
  unread: {
    ...terminals,
    act: async (page) => {
      await openOne(page, /^sleep 300/, 'pasted');
      await page.locator('[data-code=terminal_unread]').waitFor();
    },
  },
  'end-lost': {
    ...{ ...terminals, only: 'phone' },
    act: async (page) => {
      await openShell(page);
      await paste(page, 'a line without an end '.repeat(20_000));
      await page.evaluate('cut()');
      await page.locator('[data-code=closed]').waitFor();
    },
  },
  'view-only': { ...terminals, scene: 'terminals-view', only: 'phone', act: openShell },
  link: {
    ...terminals,
    act: async (page) => {
      await openShell(page);
      await press(page, 'https://docs.example.org', (x, y) => page.mouse.click(x, y));
    },
  },
  paste: {
    ...terminals,
    act: async (page) => {
      await openShell(page);
      await paste(page, 'cd /tmp\nls\nrm -rf build\n');
      await page.getByRole('alertdialog').waitFor();
    },
  },
} satisfies { [name: string]: View };
