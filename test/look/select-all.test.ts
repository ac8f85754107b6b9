/** All of a conversation is selected and copied, also what the browser has not laid out; long ones: long-content.test.ts. */
import assert from 'node:assert/strict';
import { eventually } from '../support/wait.ts';
import { Script } from './facts.script.ts';
import { copy } from './long-content.steps.ts';
import { lookAt } from './screens.sights.ts';

/** Sections of a text: markdown-sections.ts. */
const parts = 40;
const text = Array.from(
  { length: parts },
  (_, at) =>
    `## Part ${at}\n\n- one\n- two\n\n\`\`\`\nif (x) {\n\n  y(${at});\n}\n\`\`\`\n\n| a | b |\n| --- | --- |\n| c | d |\n\n${'Words that fill it. '.repeat(250)}\n\n`,
).join('');

describe('selecting all', function () {
  this.timeout(240_000);
  const looking = lookAt();

  it('nothing far is laid out for it, the copy has all of it, and afterwards all is as before (C12)', async () => {
    const context = await looking.browser.newContext({
      viewport: { width: 360, height: 740 },
      locale: 'en-GB',
    });
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      await page.goto(looking.scenes.address('phone-empty-demo', ''));
      await page.locator('.scroller').waitFor();
      const content = { type: 'text', text };
      const script = new Script().ready().turn('the-prompt', 'Go', { kind: 'desk' });
      script.update({ sessionUpdate: 'agent_message_chunk', content });
      script.update({ sessionUpdate: 'notice', title: 'The end.' });
      await page.evaluate((facts) => {
        const { more } = window as unknown as { more(fact: unknown): void };
        for (const fact of facts) more(fact);
      }, script.facts);
      await page.getByText('The end.').waitFor();
      const between = page.getByRole('button', { name: /^Show what is in between/ });
      await between.click();
      await between.waitFor({ state: 'detached' });
      const laidOut = async () =>
        Number(
          await page.evaluate(
            `[...document.querySelectorAll('.section')].filter((one) => one.firstElementChild.checkVisibility({ contentVisibilityAuto: true })).length`,
          ),
        );
      const before = await laidOut();
      assert.ok(before < parts / 2, `${before} sections were laid out before`);
      await page.locator('.scroller').focus();
      await page.keyboard.press('Control+a');
      await eventually(() => page.evaluate<boolean>('!getSelection().isCollapsed'), {
        what: 'the selection',
      });
      assert.ok((await laidOut()) <= before + 4, `${await laidOut()} sections, not ${before}`);
      await copy(page);
      const copied = await eventually(
        async () => (await page.evaluate<string>('navigator.clipboard.readText()')) || undefined,
        { what: 'the copy' },
      );
      for (let at = 0; at < parts; at++)
        assert.ok(copied.includes(`Part ${at}\n\none\ntwo\n\nif (x) {\n\n  y(${at});\n}\n`), `part ${at}`);
      assert.ok(copied.includes('a\tb\nc\td\n'), copied.slice(0, 400));
      assert.match(copied, /The end\.\s*$/);
      assert.ok(!copied.includes('Copy'), 'no names of buttons');
      // Read on: what comes near is there.
      await page.locator('.section').nth(20).scrollIntoViewIfNeeded();
      await page.getByRole('heading', { name: 'Part 20' }).waitFor();
      await page.evaluate('getSelection().removeAllRanges()');
      await eventually(
        () => page.evaluate<boolean>(`!document.querySelector('.away, .section[style*=height]')`),
        { what: 'all as before' },
      );
    } finally {
      await context.close();
    }
  });
});
