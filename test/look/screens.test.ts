/** Pictures of every view into .test-output/screens, and what can be checked of how they look without eyes. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { outputPath } from '../support/paths.ts';
import { assertNotBlank, problemsOf } from './screens.checks.ts';
import { lookAt, narrowSights, thumb, wideSights, wrongWith, type Sight } from './screens.sights.ts';

/** Each view by its scene, and a text that is there once it is whole. */
const views: { [scene: string]: string | RegExp } = {
  'phone-welcome': 'Paste link',
  'phone-install': 'Pair here anyway',
  'phone-reaching': 'Reaching the computer',
  'phone-digits': '493 021',
  'phone-digits-lan': '493 021',
  'phone-expired': 'This link has expired',
  'phone-relay': 'The relay cannot be reached',
  'phone-empty-demo': 'Nothing here yet',
  'phone-working': /Migrate billing/,
  'phone-varied': /And bump the version/,
  'phone-asking': 'Allow once',
  'phone-asking-edit': /allow all edits/,
  'phone-asking-form': 'Submit',
  'phone-attached': /screenshot of it/,
  'phone-view-only': /may only read/,
  'phone-unprotected': /not protected/,
  'phone-offline': /reconnecting since/,
  'phone-away': /computer is off or away/,
  'phone-list': 'Flaky upload test',
  'phone-none': 'No session is open.',
  'phone-revoked': 'This phone was removed',
  'desk-off': 'Start Remote Control',
  'desk-starting': 'Starting',
  'desk-chooser': 'Use this',
  'desk-qr': 'Scan to pair a phone',
  'desk-no-qr': /^No QR code/,
  'desk-pairing': '493 021',
  'desk-devices': 'here now',
  'desk-talking': /Migrate billing/,
  'desk-asking': 'Allow once',
  'desk-varied': /And bump the version/,
  'desk-attached': /screenshot of it/,
  'desk-error': /Another program uses port/,
  'desk-notice': /Two devices used the same QR code/,
};

describe('screens: every view in every theme', function () {
  this.timeout(120_000);
  const looking = lookAt([...narrowSights, ...wideSights]);

  it('the checks find what they look for', async () => {
    const context = await looking.browser.newContext(thumb);
    try {
      const page = await context.newPage();
      await page.setContent(
        `<meta name="viewport" content="width=device-width">
        <body style="margin:0;background:#fff"><p style="color:#888">pale</p><p style="color:#767676">dark</p>
        <button style="width:30px;height:30px;padding:0">x</button><button style="padding:20px">large</button>
        <div style="background:#0003"><b style="opacity:0.4">see-through</b></div>
        <div style="overflow:auto"><pre style="width:900px">scrolls</pre></div>
        <i style="position:absolute;left:340px;width:40px;top:0">over</i>`,
      );
      assert.deepEqual(await problemsOf(page.locator('body'), { touch: true, contrast: true }), [
        'i "over" leaves the screen: 340 to 380',
        'p "pale" has a contrast of 3.54',
        'b "see-through" has a contrast of 2.66',
        'button "x" is 30 by 30 px',
      ]);
      await page.setContent('<body style="background:#eee">');
      const blank = await page.screenshot();
      assert.throws(() => assertNotBlank(blank, 'it'), /it is blank/);
    } finally {
      await context.close();
    }
  });

  for (const [scene, whole] of Object.entries(views))
    it(`S14, N11: ${scene}`, async () => {
      const shown = [...looking.pages].filter(([{ surface }]) => scene.startsWith(surface));
      const found = await Promise.all(shown.map(([sight, page]) => look(page, sight, scene, whole)));
      assert.deepEqual(found.flat(), []);
    });

  async function look(page: Page, sight: Sight, scene: string, whole: string | RegExp): Promise<string[]> {
    await page.goto(looking.scenes.address(scene, sight.theme));
    await page.getByText(whole).filter({ visible: true }).first().waitFor();
    await page.locator('.md.plain').first().waitFor({ state: 'detached' });
    const name = `${scene}-${sight.name}`;
    assertNotBlank(await page.screenshot({ path: outputPath('screens', `${name}.png`) }), name);
    const problems = await wrongWith(page, sight);
    return problems.map((problem) => `${name}: ${problem}`);
  }
});
