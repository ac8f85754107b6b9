/** Contents far longer than usual in the desk's view, as its host sends them: nothing stalls. */
import { Script } from './facts.script.ts';
import {
  copy,
  fling,
  isCopied,
  isOver,
  longContents,
  noLongTask,
  selectAll,
  unfold,
} from './long-content.steps.ts';
import { lookAt } from './screens.sights.ts';
import { contents } from '../support/long-contents.mjs';

describe('contents far longer than usual at the desk', function () {
  this.timeout(240_000);
  const looking = lookAt();

  for (const what of longContents)
    it(`C12: a ${what} comes, is read and copied without a stall`, async () => {
      const context = await looking.browser.newContext({
        // Wide enough for two columns.
        viewport: { width: 1_100, height: 800 },
        locale: 'en-GB',
      });
      try {
        const page = await context.newPage();
        page.setDefaultTimeout(60_000);
        await page.goto(looking.scenes.address('desk-devices', 'light'));
        await page.locator('.scroller').waitFor();
        const script = new Script().ready().turn('the-prompt', 'Go', { kind: 'desk' });
        for (const update of contents[what]()) script.update(update);
        script.update({ sessionUpdate: 'notice', title: `The ${what} is over.` });
        await page.evaluate((all) => Object.assign(window, { coming: all }), script.facts);
        const seen = [
          await noLongTask(page, 'coming', async () => {
            await page.evaluate(() => {
              const { more, coming } = window as unknown as {
                more(fact: unknown): void;
                coming: unknown[];
              };
              // Each message is a task of its own.
              for (const fact of coming) setTimeout(() => more(fact));
            });
            await isOver(page, what);
          }),
          await noLongTask(page, 'unfolding', () => unfold(page, what)),
          await noLongTask(page, 'scrolling', () => fling(page)),
          await noLongTask(page, 'selecting', () => selectAll(page)),
          await noLongTask(page, 'copying', () => copy(page)),
        ];
        await isCopied(page, what);
        console.log(`      longest tasks in ms of processor (by the clock): ${seen.join(', ')}`);
      } finally {
        await context.close();
      }
    });
});
