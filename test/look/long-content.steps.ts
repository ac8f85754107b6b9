/** What a reader does with contents far longer than usual, on either surface. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { mainThreadTasks } from '../bench/attach/main-thread.ts';
import { contents, type LongContent } from '../support/long-contents.mjs';
import { slowness } from '../support/slowness.ts';
import { eventually } from '../support/wait.ts';

export const longContents = Object.keys(contents) as LongContent[];

/** Of processor time, in one task of the page's main thread, on a machine at rest. */
const taskMs = 200;
const waitMs = 120_000;

/** What the page does in `work` is in no task longer than it may be; by the clock a busy machine decides. */
export async function noLongTask(page: Page, what: string, work: () => Promise<void>): Promise<string> {
  const { longest } = await mainThreadTasks(page, work);
  const bound = taskMs * slowness();
  assert.ok(longest.processor <= bound, `a task of ${longest.processor} ms while ${what}, not ${bound}`);
  return `${what} ${longest.processor.toFixed(0)} (${longest.clock.toFixed(0)})`;
}

/** All of it has come. */
export const isOver = (page: Page, what: LongContent): Promise<void> =>
  page
    .locator('.item', { hasText: `The ${what} is over.` })
    .first()
    .waitFor({ timeout: waitMs });

export async function unfold(page: Page, what: LongContent): Promise<void> {
  switch (what) {
    case 'diff':
    case 'rewrite':
      for (let taps = 0; taps < 3; taps++)
        await tap(page, /^Show [\d,]+ more lines/, '.diff pre > span, .diff .row2');
      return;
    case 'output':
    case 'listing':
      await tap(page, /^Show [\d,]+ lines of output/, 'pre.term .chunk');
      for (let taps = 0; taps < 3; taps++) await tap(page, /earlier lines/, 'pre.term .chunk');
      await page.getByRole('button', { name: 'First lines' }).click();
      await page.getByRole('button', { name: 'First lines' }).waitFor({ state: 'detached' });
      return;
    case 'message':
    case 'block': {
      const between = page.getByRole('button', { name: /^Show what is in between/ });
      await between.click();
      await between.waitFor({ state: 'detached', timeout: waitMs });
    }
  }
}

/** Taps the first such button; there are more of these elements then. */
async function tap(page: Page, name: RegExp, grows: string): Promise<void> {
  const elements = page.locator(grows);
  const before = await elements.count();
  await page.getByRole('button', { name }).first().click();
  await eventually(async () => (await elements.count()) > before, {
    what: `more after ${String(name)}`,
    timeoutMs: waitMs,
  });
}

/** Some screens up and down, as a finger flings: the conversation, and each box in it that scrolls by itself. */
export async function fling(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    // Not the code of messages: to ask a section that is off screen for its height draws it.
    const inner = [...document.querySelectorAll('.items .diff pre, .items .columns, .items pre.term')];
    for (const box of [...inner, document.querySelector('.scroller')])
      for (const direction of [-1, 1])
        for (let turn = 0; turn < 40; turn++) {
          const before = box.scrollTop;
          box.scrollTop += direction * 500;
          await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
          if (box.scrollTop === before) break;
        }
  })()`);
}

/** Selects the longest item up to about this many characters, and copies it. */
export async function copy(page: Page, chars: number): Promise<void> {
  await page.evaluate(`(() => {
    const items = [...document.querySelectorAll('.item')];
    const longest = items.reduce((a, b) => (b.textContent.length > a.textContent.length ? b : a));
    const texts = document.createTreeWalker(longest, NodeFilter.SHOW_TEXT);
    let left = ${chars};
    while (left > 0 && texts.nextNode()) left -= texts.currentNode.length;
    const end = texts.currentNode;
    getSelection().setBaseAndExtent(longest, 0, end, end.nodeType === 3 ? end.length : end.childNodes.length);
  })()`);
  await page.keyboard.press('Control+c');
}
