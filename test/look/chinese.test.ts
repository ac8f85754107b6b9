/** The page in Simplified Chinese: the phone's real one as a browser opens it, and how full screens look. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { commonHeaders } from '../../src/relay/http-answer.ts';
import { chinese } from '../../src/web/strings.zh-cn.ts';
import { chinese as desk } from '../../src/web/webview/desk-words.ts';
import { outputPath, root } from '../support/paths.ts';
import { seriousFindings } from './axe.ts';
import { assertNotBlank, problemsOf } from './screens.checks.ts';
import { lookAt, thumb } from './screens.sights.ts';

const reader: BrowserContextOptions = {
  ...{ ...thumb, locale: 'zh-CN', reducedMotion: 'reduce', serviceWorkers: 'block' },
};

/** Words that each shows. */
const scenes = {
  'phone-asking': chinese.question.command('Claude Code'),
  'phone-asking-all': chinese.question.submit,
  'phone-queue': chinese.queueTitle(3),
  'phone-list': chinese.sectionIdle,
  'phone-digits': chinese.phone.pairingTitle,
  'phone-relay': chinese.pairingFailed.relay_unreachable.title,
  'desk-qr': desk.scan,
  'desk-asking': chinese.question.command('Claude Code'),
};

describe('in Simplified Chinese', function () {
  this.timeout(120_000);
  const looking = lookAt();

  for (const [scene, words] of Object.entries(scenes))
    it(`S14: ${scene} is well seen, and has no serious finding`, async () => {
      const touch = scene.startsWith('phone');
      const context = await looking.browser.newContext(reader);
      try {
        const page = await context.newPage();
        await page.goto(looking.scenes.address(scene, touch ? '' : 'light', 'zh-CN'));
        await page.getByText(words).filter({ visible: true }).first().waitFor();
        await page.locator('.md.plain').first().waitFor({ state: 'detached' });
        assertNotBlank(await page.screenshot({ path: outputPath('chinese', `${scene}.png`) }), scene);
        const found = await problemsOf(page.locator('body'), { touch, contrast: true });
        assert.deepEqual([...found, ...(await seriousFindings(page))], []);
      } finally {
        await context.close();
      }
    });

  it("U10: the phone's page is Chinese in a Chinese browser, and loads no Chinese in another", async function () {
    if (!existsSync(join(root, 'dist/web/phone.js'))) {
      console.log('      no dist/web: run `npm run build` first');
      return this.skip();
    }
    const web = serveBuilt();
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(web.address() as AddressInfo).port}/`;
    const open = async (locale: string) => {
      const context = await looking.browser.newContext({ ...reader, locale });
      const page = await context.newPage();
      const asked: string[] = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      await page.goto(address);
      const title = await page.getByRole('heading').first().innerText();
      const lang = await page.locator('html').getAttribute('lang');
      await context.close();
      return { title, lang, asked };
    };
    try {
      const here = await open('zh-CN');
      assert.equal(here.title, chinese.phone.welcome);
      assert.equal(here.lang, 'zh-CN');
      const elsewhere = await open('fr-FR');
      assert.equal(elsewhere.lang, 'en-FR');
      // By what is in them: what else loads after the title, as an icon, may be asked for at one time or the other.
      assert.equal(here.asked.filter(isChinese).length, 1, here.asked.join(' '));
      assert.deepEqual(elsewhere.asked.filter(isChinese), []);
    } finally {
      web.closeAllConnections();
      web.close();
    }
  });
});

/** A script with words in Chinese, which the bundles write as escapes. */
function isChinese(path: string): boolean {
  if (!path.endsWith('.js')) return false;
  const text = readFileSync(join(root, 'dist/web', path), 'utf8');
  const plain = text.replace(/\\u([\da-f]{4})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return /\p{sc=Han}{3}/u.test(plain);
}

/** dist/web, with the headers of the relay. */
function serveBuilt() {
  return createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://page').pathname;
    const file = join(root, 'dist/web', path === '/' ? 'index.html' : path);
    if (!existsSync(file)) return void response.writeHead(404).end();
    const type = /\.js$/.test(file) ? 'text/javascript' : /\.css$/.test(file) ? 'text/css' : undefined;
    const headers = { ...commonHeaders, 'Content-Type': type ?? (path === '/' ? 'text/html' : 'image/png') };
    response.writeHead(200, headers).end(readFileSync(file));
  });
}
