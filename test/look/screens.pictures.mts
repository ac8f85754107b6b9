/** Makes the README's pictures, docs/pictures: `npx tsx test/look/screens.pictures.mts` after `npm run package`. */
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { outputPath, root } from '../support/paths.ts';
import { run } from '../support/processes.ts';
import { Product } from './screens.product.ts';

/** Enough for the web at twice the pixels. */
const colours = '128';
const maxBytes = 200_000;

const product = await Product.open({
  desk: { viewport: { width: 1080, height: 960 }, deviceScaleFactor: 2 },
  settings: {
    'window.title': '${activeEditorShort}${separator}${rootName}',
    'editor.minimap.enabled': false,
  },
  phone: { device: 'Pixel 7' },
});
try {
  const { window, phone, atDesk, onPhone } = product;
  await window.runCommand('Go to File...');
  await window.page.locator('.quick-input-widget input').first().fill('services/billing');
  await window.pick('billing.ts');
  await window.page.locator('.view-line', { hasText: 'refund' }).first().waitFor();
  await window.openView('Offdesk');
  await product.chooseTheme('dark');
  await widenSidebar(window.page, 150);
  await window.webview().getByRole('button', { name: 'Start Remote Control' }).click();
  const link = await product.useRelay();

  await sayModel(phone.page);
  await phone.open(link);
  await window.webview().getByRole('alertdialog').getByRole('button', { name: 'Allow' }).click();
  await onPhone.log.waitFor();
  await onPhone.write('Make a plan for today');
  for (const surface of [atDesk, onPhone]) await surface.waitForFate('Make a plan for today', 'done');
  const view = window.webview();
  await view.getByRole('button', { name: 'Pairing, devices and reach' }).click();
  await view.getByRole('button', { name: /QR code$/ }).click();
  await view.getByRole('img', { name: 'Pairing QR code' }).waitFor();
  // It stands in the status bar for some seconds.
  await window.page.getByText('Pairing link copied').waitFor({ state: 'hidden' });
  await picture(window.page, 'desk');

  await onPhone.write('Add a line to the notes');
  await onPhone.card.waitFor();
  await phone.page.evaluate('document.activeElement?.blur()');
  await picture(phone.page, 'phone');
} finally {
  await product.close();
}

/** What a real phone tells of itself, and an emulated one does not. */
async function sayModel(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const brand = { brand: 'Google Chrome', version: '140' };
  await session.send('Emulation.setUserAgentOverride', {
    userAgent: await page.evaluate(() => navigator.userAgent),
    userAgentMetadata: {
      ...{ platform: 'Android', platformVersion: '16', architecture: '', mobile: true, model: 'Pixel 9' },
      ...{ brands: [brand], fullVersionList: [brand] },
    },
  });
}

async function widenSidebar(page: Page, pixels: number): Promise<void> {
  const box = await page.locator('.part.sidebar').boundingBox();
  if (!box) throw new Error('no side bar');
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width + pixels, y, { steps: 5 });
  await page.mouse.up();
}

async function picture(page: Page, name: string): Promise<void> {
  const path = outputPath('screens', `readme-${name}.png`);
  await page.screenshot({ path });
  mkdirSync(join(root, 'docs', 'pictures'), { recursive: true });
  const target = join(root, 'docs', 'pictures', `${name}.png`);
  const reduce = ['-dither', 'None', '-colors', colours, '-strip', '-define', 'png:compression-level=9'];
  await run('convert', [path, ...reduce, `PNG8:${target}`]);
  const { size } = statSync(target);
  if (size > maxBytes) throw new Error(`${target} has ${size} bytes`);
  console.log(`${target}: ${size} bytes`);
}
