/** Shared terminals on both surfaces: how they look in every theme, and what links, pastes and fingers do. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { methods } from '../../src/protocol/methods.ts';
import { screenOf, shows } from '../support/page-terminal.ts';
import { outputPath } from '../support/paths.ts';
import { eventually } from '../support/wait.ts';
import { asked } from './controls.host.ts';
import { open, show, type View } from './controls.views.ts';
import { assertNotBlank } from './screens.checks.ts';
import { lookAt, narrowSights, wideSights, wrongWith, type Sight } from './screens.sights.ts';
import { inAllThemes, openOne, openShell, paste, press, terminalViews } from './terminal.views.ts';

describe('shared terminals, on both surfaces', function () {
  this.timeout(240_000);
  const looking = lookAt([...narrowSights, ...wideSights]);
  const terminals = { scene: 'terminals', whole: 'I run them.' };
  const shell = { ...terminals, act: openShell };

  for (const [name, view] of Object.entries<View>(terminalViews))
    it(`${name} is well seen, and has no serious finding (C13)`, async () => {
      const found: string[] = [];
      for (const [sight, page] of looking.pages)
        if (
          (inAllThemes.has(name) || sight.name === 'light-360') &&
          (view.only ?? sight.surface) === sight.surface
        )
          found.push(...(await look(page, sight, name, view)));
      assert.deepEqual(found, []);
    });

  async function look(page: Page, sight: Sight, name: string, view: View): Promise<string[]> {
    const picture = `${sight.surface}-${name}-${sight.name}`;
    await show(looking, page, sight, view);
    assertNotBlank(await page.screenshot({ path: outputPath('terminals', `${picture}.png`) }), picture);
    return (await wrongWith(page, sight)).map((problem) => `${picture}: ${problem}`);
  }

  /** All that was typed, or put there as if it had been. */
  const typed = async (page: Page, count = 1): Promise<string[]> =>
    (await asked(page, methods.terminal.input, count)).map(({ data }) => String(data));

  it('O23: an address in the text, over two lines too, and a link of another name lead there once their host was shown (C13)', async () => {
    const page = await open(looking, 'phone', shell);
    const offered = page.getByRole('alertdialog');
    for (const [text, href] of [
      ['https://docs.example.org', 'https://docs.example.org/middleware'],
      [
        'https://example.org/a/long',
        'https://example.org/a/long/one/that-goes-on-over-the-end/of-its-line?x=1',
      ],
      ['a link with another', 'https://hidden.example.net/'],
    ] as const) {
      await press(page, text, (x, y) => page.touchscreen.tap(x, y));
      const link = offered.getByRole('link', { name: 'Open' });
      assert.equal(await link.getAttribute('href'), href);
      assert.deepEqual(
        [await link.getAttribute('target'), await link.getAttribute('rel')],
        ['_blank', 'noopener noreferrer'],
      );
      await offered.getByText(`Open ${new URL(href).host}?`).waitFor();
      await offered.getByRole('button', { name: 'Cancel' }).tap();
      await offered.waitFor({ state: 'detached' });
    }
  });

  it('O21: several lines are pasted once that was said; one line, and a program that takes a paste as such, at once (C13)', async () => {
    const page = await open(looking, 'desk', shell);
    const offered = page.getByRole('alertdialog', { name: 'Paste 3 lines?' });
    await paste(page, 'ls -l\n');
    assert.deepEqual(await typed(page), ['ls -l\r']);
    await paste(page, 'cd /tmp\nls\n\u0003rm -rf build\u001b[201~');
    await offered.waitFor();
    await page.keyboard.press('Enter');
    await offered.waitFor({ state: 'detached' });
    await paste(page, 'cd /tmp\r\nls\nrm -rf build');
    await offered.getByRole('button', { name: 'Paste them' }).click();
    assert.deepEqual((await typed(page, 2)).slice(1), ['cd /tmp\rls\rrm -rf build']);
    await page.locator('.xterm-helper-textarea:focus').waitFor();
    // As a shell of today asks for.
    await page.evaluate(
      `tell(${JSON.stringify(methods.terminal.output)}, ${JSON.stringify({ id: 't1', at: 120, data: '\u001b[?2004h$ ready' })})`,
    );
    await shows(page, '$ ready');
    await paste(page, 'one\n\u001b[201~two\u0003');
    assert.deepEqual((await typed(page, 3)).slice(2), ['\u001b[200~one\r[201~two\u001b[201~']);
    assert.equal(await page.getByRole('alertdialog').count(), 0);
  });

  /** A finger that goes so far down (up where negative), in steps as a screen reports them. */
  async function swipe(page: Page, by: number): Promise<void> {
    const box = await page.locator('.term-box').boundingBox();
    assert.ok(box);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2 - by / 2];
    const client = await page.context().newCDPSession(page);
    const touch = (type: string, at?: number) =>
      client.send('Input.dispatchTouchEvent', {
        type: type as 'touchStart',
        touchPoints: at === undefined ? [] : [{ x, y: at }],
      });
    await touch('touchStart', y);
    for (let step = 1; step <= 10; step++) await touch('touchMove', y + (by * step) / 10);
    await touch('touchEnd');
    await client.detach();
  }

  it('a finger scrolls back through what was shown, and to its end again (C13)', async () => {
    const page = await open(looking, 'phone', shell);
    const before = await screenOf(page);
    await swipe(page, 200);
    const rows = await shows(page, 'earlier line 60');
    assert.notDeepEqual(rows, before);
    await swipe(page, -400);
    await eventually(async () => (await screenOf(page)).join() === before.join(), { what: 'the end again' });
    assert.deepEqual(await page.evaluate('asked.filter(({ method }) => method.endsWith("input"))'), []);
  });

  it('in an editor or pager a finger moves its text, by the arrows that it asked for (C13)', async () => {
    const page = await open(looking, 'phone', {
      ...terminals,
      act: (on) => openOne(on, /^vim/, 'notes.txt [+]'),
    });
    await swipe(page, 120);
    const up = (await typed(page)).join('');
    assert.match(up, /^(?:\u001b\[A){3,}$/);
    await page.evaluate(
      `tell(${JSON.stringify(methods.terminal.output)}, ${JSON.stringify({ id: 't2', at: 120, data: '\u001b[?1h more' })})`,
    );
    await shows(page, ' more');
    const so = (await typed(page)).length;
    await swipe(page, -120);
    assert.match((await typed(page, so + 1)).slice(so).join(''), /^(?:\u001bOB){3,}$/);
  });

  it('where this computer has no terminals, New terminal says so (O11)', async () => {
    const page = await open(looking, 'phone', { ...terminals, scene: 'terminals-missing' });
    await page.getByRole('button', { name: 'Terminals', exact: true }).tap();
    await page.getByRole('button', { name: 'New terminal' }).tap();
    const said = page.locator('[data-code=terminals_missing]');
    await said.waitFor();
    assert.match(await said.innerText(), /everything else works/);
    await page.screenshot({ path: outputPath('terminals', 'phone-missing-light-360.png') });
  });
});
