/** Pictures of the real product into .test-output/screens: VS Code with the package, a phone, an own relay. */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { Surface } from '../e2e/support/surface.ts';
import { needing } from '../support/needs.ts';
import { outputPath } from '../support/paths.ts';
import type { Phone } from '../support/phone.ts';
import type { Workbench } from '../support/workbench.ts';
import { assertNotBlank, problemsOf, type Demands } from './screens.checks.ts';
import { Product, themes } from './screens.product.ts';

const narrow = { width: 360, height: 740 };
/** How a phone's page is looked at: one page, changed under way. */
const sights = [
  { name: 'light-360', size: narrow, colorScheme: 'light', forcedColors: 'none' },
  { name: 'dark-360', size: narrow, colorScheme: 'dark', forcedColors: 'none' },
  { name: 'contrast-360', size: narrow, colorScheme: 'dark', forcedColors: 'active' },
  { name: 'light-desktop', size: { width: 1280, height: 800 }, colorScheme: 'light', forcedColors: 'none' },
] as const;

describe('screens: the real product', function () {
  this.timeout(180_000);
  let product: Product;
  let window: Workbench;
  let phone: Phone;
  let atDesk: Surface;
  let onPhone: Surface;

  before(async function () {
    needing(this, 'vscode', 'browser', 'tls');
    product = await Product.open();
    ({ window, phone, atDesk, onPhone } = product);
  });
  /** Each view goes on from the one before. */
  let broken = false;
  beforeEach(function () {
    if (broken) this.skip();
  });
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    broken = true;
    for (const page of [window?.page, phone?.page])
      await page
        ?.screenshot({ path: outputPath('screens', `failed-${page === phone?.page ? 'phone' : 'desk'}.png`) })
        .catch(() => undefined);
  });
  after(() => product?.close());

  it('off', async () => {
    await window.openView('Offdesk');
    await window.webview().getByRole('button', { name: 'Start Remote Control' }).waitFor();
    await desk('off');
  });

  it('chooser', async () => {
    await window.webview().getByRole('button', { name: 'Start Remote Control' }).click();
    await window.webview().getByText('How can a phone reach this computer?').waitFor();
    await atDesk.message.waitFor();
    await desk('chooser');
  });

  let link = '';
  it('on, with a QR code', async () => {
    link = await product.useRelay();
    await desk('qr');
  });

  it('pairing', async () => {
    await phone.open(link);
    await window.webview().getByRole('alertdialog').waitFor();
    await phone.page
      .getByRole('status')
      .filter({ hasText: /^\d{3} \d{3}$/ })
      .waitFor();
    await desk('pairing');
    await handheld('pairing');
    await window.webview().getByRole('alertdialog').getByRole('button', { name: 'Allow' }).click();
    await onPhone.log.waitFor();
  });

  it('conversation', async () => {
    await onPhone.write('/text');
    for (const surface of [atDesk, onPhone]) await surface.waitForFate('/text', 'done');
    await desk('conversation');
    await handheld('conversation');
  });

  it('permission', async () => {
    await atDesk.write('/edit notes.md - Ask the reviewers about the retry limit.');
    for (const surface of [atDesk, onPhone]) await surface.card.waitFor();
    await desk('permission');
    await handheld('permission');
    await onPhone.card.getByRole('button', { name: 'Allow once' }).click();
    await atDesk.waitForFate('/edit notes.md', 'done');
  });

  it('devices', async () => {
    await window.webview().getByRole('button', { name: 'Pairing, devices and reach' }).click();
    await window.webview().getByRole('button', { name: 'Revoke' }).waitFor();
    await desk('devices');
  });

  it('offline', async () => {
    await phone.setOffline(true);
    product.relay.phones.cut();
    await phone.page.getByText(/reconnecting since/).waitFor();
    await onPhone.write('And keep the old names.');
    await onPhone.waitForText(/kept on this phone/);
    await handheld('offline');
    await phone.setOffline(false);
    await onPhone.waitForFate('And keep the old names.', 'done');
  });

  it('revoked', async () => {
    const revoke = window.webview().getByRole('button', { name: 'Revoke' });
    await revoke.first().click();
    await revoke.first().click();
    await phone.page.locator('[data-code=device_revoked]').waitFor();
    await handheld('revoked');
  });

  /** The whole window in every theme; what is checked is the webview. */
  async function desk(view: string): Promise<void> {
    const found: string[] = [];
    const body = window.webview().locator('body');
    for (const name of Object.keys(themes) as (keyof typeof themes)[]) {
      await product.chooseTheme(name);
      const picture = `product-desk-${view}-${name}`;
      await keep(window.page, picture);
      found.push(...(await problems(picture, body, { touch: false, contrast: true })));
    }
    assert.deepEqual(found, []);
  }

  async function handheld(view: string): Promise<void> {
    const found: string[] = [];
    const { page } = phone;
    for (const { name, size, ...media } of sights) {
      await page.setViewportSize(size);
      await page.emulateMedia(media);
      const picture = `product-phone-${view}-${name}`;
      await keep(page, picture);
      const demands = { touch: true, contrast: media.forcedColors === 'none' };
      found.push(...(await problems(picture, page.locator('body'), demands)));
    }
    await page.setViewportSize(narrow);
    await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' });
    assert.deepEqual(found, []);
  }
});

async function keep(page: Page, name: string): Promise<void> {
  assertNotBlank(await page.screenshot({ path: outputPath('screens', `${name}.png`) }), name);
}

async function problems(name: string, body: Locator, demands: Demands): Promise<string[]> {
  return (await problemsOf(body, demands)).map((problem) => `${name}: ${problem}`);
}
