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
  // Others come and go meanwhile: as slow as it was at one end of it, it may have been in it.
  const before = slowness();
  const { longest } = await mainThreadTasks(page, work);
  const bound = taskMs * Math.max(before, slowness());
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

/** Selects all of the page, as a reader does who wants to keep it. */
export async function selectAll(page: Page): Promise<void> {
  await page.locator('.scroller').focus();
  await page.keyboard.press('Control+a');
  await eventually(() => page.evaluate('!getSelection().isCollapsed'), {
    what: 'the selection',
    timeoutMs: waitMs,
  });
  // It is drawn.
  await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))');
}

export async function copy(page: Page): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(`navigator.clipboard.writeText('')`);
  await page.keyboard.press('Control+c');
}

/** What was copied begins and ends as the content does, and of a message all of it is there. */
export async function isCopied(page: Page, what: LongContent): Promise<void> {
  const text = await eventually(
    async () => (await page.evaluate<string>('navigator.clipboard.readText()')) || undefined,
    { what: 'the copied text', timeoutMs: waitMs },
  );
  assert.ok(text.includes(`The ${what} is over.`), what);
  const times = (word: RegExp) => text.match(word)?.length ?? 0;
  if (what === 'message') assert.equal(times(/\bPart \d+$/gm), 2_400);
  else if (what === 'block') {
    assert.equal(times(/\bvalue\d+\b/g), 9_000);
    // Some are cut in two, where a section ends.
    assert.ok(times(/\bwords\b/g) > 16_900);
  } else assert.ok(text.split('\n').length > 300, `${what}: ${text.length} characters`);
}
