/** Pictures of every view into .test-output/look: `npx tsx test/look/look.mts [part of a scene's name]`. */
import { build } from 'esbuild';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type BrowserContextOptions, type Page } from 'playwright-core';

const output = '.test-output/look';
const only = process.argv[2] ?? '';

const result = await build({
  entryPoints: {
    scenes: 'test/look/scenes.tsx',
    phone: 'src/web/style/phone.css',
    desk: 'src/web/style/desk.css',
  },
  outdir: '/',
  bundle: true,
  write: false,
  format: 'esm',
  splitting: true,
  target: ['es2022'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  loader: { '.svg': 'text' },
  logLevel: 'error',
});
const files = new Map(result.outputFiles.map((file) => [file.path, file.contents]));
const variables = await readFile('test/look/vscode-themes.css');

/** The same policy as the real pages have: what needs more would fail here too. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'";

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://x');
  const scene = url.searchParams.get('scene');
  if (scene !== null) {
    const desk = scene.startsWith('desk');
    const theme = url.searchParams.get('theme') ?? 'light';
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader('content-security-policy', policy);
    response.end(
      `<!doctype html><html lang="en"${desk ? ` class="${theme}"` : ''}><meta name="viewport" content="width=device-width, initial-scale=1">` +
        `<title>${scene}</title><link rel="stylesheet" href="scenes.css"><link rel="stylesheet" href="${desk ? 'desk' : 'phone'}.css">` +
        (desk ? '<link rel="stylesheet" href="vscode-themes.css">' : '') +
        `<body class="${desk ? `vscode-${theme}` : ''}"><div id="root"></div><script type="module" src="scenes.js"></script></body></html>`,
    );
    return;
  }
  const file = url.pathname === '/vscode-themes.css' ? variables : files.get(url.pathname);
  response.setHeader('content-type', url.pathname.endsWith('.css') ? 'text/css' : 'text/javascript');
  if (!file) response.statusCode = url.pathname === '/favicon.ico' ? 204 : 404;
  response.end(file);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

const flags =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags.split(' ') });
const phone: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  hasTouch: true,
  isMobile: true,
};
const desk: BrowserContextOptions = { viewport: { width: 420, height: 740 } };
const views: { name: string; match: RegExp; theme: string; context: BrowserContextOptions }[] = [
  { name: 'light', match: /^phone/, theme: '', context: { ...phone, colorScheme: 'light' } },
  {
    name: 'dark',
    match: /^phone-(asking|asking-edit|working|varied|rich|rejected|crashed|digits|offline|welcome|list)$/,
    theme: '',
    context: { ...phone, colorScheme: 'dark' },
  },
  {
    name: 'wide',
    match: /^phone-(asking|varied|rich)$/,
    theme: '',
    context: { viewport: { width: 1100, height: 760 }, colorScheme: 'light' },
  },
  {
    name: 'contrast',
    match: /^phone-(asking|working|rejected|crashed)$/,
    theme: '',
    context: { ...phone, forcedColors: 'active' },
  },
  { name: 'light', match: /^desk/, theme: 'light', context: desk },
  {
    name: 'dark',
    match: /^desk-(qr|talking|rich|asking|chooser|off|pairing|relay-down|crashed|tunnel-.*)$/,
    theme: 'dark',
    context: { ...desk, colorScheme: 'dark' },
  },
  {
    name: 'hc',
    match: /^desk-(qr|asking|rich|chooser|relay-down|crashed)$/,
    theme: 'high-contrast',
    context: { ...desk, colorScheme: 'dark' },
  },
  {
    name: 'narrow',
    match: /^desk-(qr|asking|chooser|paired|relay-down|crashed|off|pairing|devices|error|notice|talking)$/,
    theme: 'light',
    context: { viewport: { width: 240, height: 740 } },
  },
];

/** Nothing jumps: neither while earlier items load above, nor while new ones come below. */
async function readingElsewhere(page: Page): Promise<string[]> {
  const found: string[] = [];
  const scroller = page.locator('.scroller');
  // The harder case: engines without scroll anchoring of their own (Safari).
  await scroller.evaluate((box) => {
    (box as HTMLElement).style.overflowAnchor = 'none';
  });
  const spot = async () => {
    const box = await page.locator('.item', { hasText: 'Message 95:' }).boundingBox();
    return Math.round(box?.y ?? NaN);
  };
  const end = await scroller.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
  if (end > 2) found.push(`opened ${end} px above the end`);
  await page.locator('.item', { hasText: 'Message 95:' }).scrollIntoViewIfNeeded();
  await page.waitForTimeout(100);
  const before = await spot();
  await page.waitForTimeout(500);
  const after = await spot();
  if (Math.abs(after - before) > 2) found.push(`earlier items moved the reader from ${before} to ${after}`);
  const first = await page.locator('.item').first().innerText();
  if (first.startsWith('Message 90:')) found.push('no earlier items were loaded');
  await page.evaluate(() => {
    const { more } = window as unknown as { more: (fact: unknown) => void };
    const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: 'The newest.' } };
    more({ seq: 200, at: 1, origin: { kind: 'agent' }, item: 'new', update });
  });
  const pill = page.getByRole('button', { name: 'New below' });
  await pill.waitFor({ timeout: 2_000 }).catch(() => found.push('no pill for what is new below'));
  if (Math.abs((await spot()) - after) > 2) found.push('a new item moved the reader');
  await pill.click({ timeout: 2_000 }).catch(() => undefined);
  await page.waitForTimeout(200);
  if (!(await page.getByText('The newest.').isVisible())) found.push('the pill did not lead to the end');
  return found;
}

interface Place {
  id: string;
  y: number;
}

/** The words at the top of the screen stay there, and no more is held than the bound, all the way up and down. */
async function readingFarAway(page: Page): Promise<string[]> {
  const found: string[] = [];
  const scroller = page.locator('.scroller');
  const top = () =>
    scroller.evaluate((box): Place => {
      const edge = box.getBoundingClientRect().top;
      const items = [...box.querySelectorAll<HTMLElement>('[data-item]')];
      // One that is partly above may still grow there, once it is drawn.
      const item = items.find((one) => one.getBoundingClientRect().top > edge);
      return {
        id: item?.dataset['item'] ?? '',
        y: Math.round((item?.getBoundingClientRect().top ?? 0) - edge),
      };
    });
  const yOf = (id: string) =>
    scroller.evaluate((box, wanted) => {
      const item = box.querySelector(`[data-item="${wanted}"]`);
      return item ? Math.round(item.getBoundingClientRect().top - box.getBoundingClientRect().top) : null;
    }, id);
  const count = () => page.locator('[data-item]').count();
  let most = 0;
  const read = async (pixels: number, until: string) => {
    for (let turn = 0; turn < 400; turn++) {
      await scroller.evaluate((box, by) => box.scrollBy(0, by), pixels);
      const place = await top();
      await page.waitForTimeout(20);
      const y = await yOf(place.id);
      if (y === null) found.push(`${place.id} was let go under the reader`);
      else if (Math.abs(y - place.y) > 2) found.push(`${place.id} moved from ${place.y} to ${y}`);
      most = Math.max(most, await count());
      const ends = await page.getByText(until, { exact: false }).count();
      const still = await scroller.evaluate(
        (box) => box.scrollTop <= 0 || box.scrollHeight - box.scrollTop - box.clientHeight < 2,
      );
      if (ends > 0 && still) return;
    }
    found.push(`never came to ${until}`);
  };
  await read(-1500, 'Message 1:');
  await read(1500, 'Message 1000:');
  if (most > 350) found.push(`${most} items were on the page`);
  // The keyboard goes to the ends.
  await scroller.focus();
  await page.keyboard.press('Home');
  await page
    .getByText('Message 1:')
    .waitFor({ timeout: 3_000 })
    .catch(() => found.push('Home did not lead to the start'));
  await page.waitForTimeout(300);
  return found.slice(0, 10);
}

/** Whether a frame has so much to do that a finger waits; a busy machine makes tasks longer than they are. */
async function longTasks(page: Page): Promise<void> {
  const scroller = page.locator('.scroller');
  for (let turn = 0; turn < 60; turn++) {
    await scroller.evaluate((box, by) => box.scrollBy(0, by), turn < 40 ? -2_500 : 2_500);
    await page.waitForTimeout(50);
  }
  const tasks = await page.evaluate(() => (window as unknown as { long: number[] }).long);
  const worst = Math.round(Math.max(0, ...tasks));
  console.log(`tasks over 50 ms: ${tasks.length}, the longest ${worst} ms`);
}

async function searching(page: Page, name: string, desk = false): Promise<string[]> {
  const found: string[] = [];
  if (desk) await page.keyboard.press('Control+f');
  else await page.getByRole('button', { name: 'Search this session' }).click();
  await page.getByRole('searchbox').fill('Message 1');
  await page
    .getByText(/\d\d found/)
    .waitFor({ timeout: 5_000 })
    .catch(() => found.push('not enough found'));
  await page.screenshot({ path: `${output}/${name}-results.png` });
  if (desk) return found;
  await page.getByRole('searchbox').fill('Message 123:');
  await page
    .getByText('1 found')
    .waitFor({ timeout: 5_000 })
    .catch(() => found.push('no hit'));
  await page.locator('.hit').click();
  await page
    .locator('.marked', { hasText: 'Message 123:' })
    .waitFor({ timeout: 3_000 })
    .catch(() => found.push('no mark'));
  await page.waitForTimeout(300);
  if (!(await page.getByText('Message 123:').isVisible())) found.push('the hit is not on screen');
  return found;
}

const source = await readFile('test/look/scenes.tsx', 'utf8');
const scenes = [...source.matchAll(/^ {2}'((?:phone|desk)-[a-z-]+)':/gm)].map((match) => match[1] ?? '');
await mkdir(output, { recursive: true });
const problems: string[] = [];
for (const view of views) {
  const chosen = scenes.filter((scene) => view.match.test(scene) && scene.includes(only));
  if (chosen.length === 0) continue;
  const context = await browser.newContext(view.context);
  const page = await context.newPage();
  await page.addInitScript(() => {
    const long: number[] = [];
    Object.assign(window, { long });
    new PerformanceObserver((list) =>
      long.push(...list.getEntries().map(({ duration }) => duration)),
    ).observe({
      type: 'longtask',
      buffered: true,
    });
  });
  for (const scene of chosen) {
    const where = `${scene}-${view.name}`;
    page.removeAllListeners();
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(`${where}: ${message.text()}`);
    });
    page.on('pageerror', (error) => problems.push(`${where}: ${error.stack ?? error.message}`));
    await page.goto(`${address}?scene=${scene}&theme=${view.theme}`);
    await page.waitForTimeout(700);
    if (scene === 'phone-files') {
      await page.getByRole('textbox', { name: 'Message' }).click();
      await page.waitForTimeout(200);
    }
    if (scene === 'phone-hostile') {
      const alive = await page.evaluate(() => {
        const harmed = 'harmed' in window ? ['a script ran'] : [];
        const found = document.querySelectorAll(
          '#root script, iframe, #root img, [onerror], [onload], [onclick]',
        );
        const links = [...document.querySelectorAll('#root a[href]')].map(
          (link) => link.getAttribute('href') ?? '',
        );
        return [
          ...harmed,
          ...[...found].map((element) => element.outerHTML),
          ...links.filter((href) => !href.startsWith('https:')),
        ];
      });
      problems.push(...alive.map((what) => `${where}: ${what}`));
    }
    if (scene === 'phone-history')
      problems.push(...(await readingElsewhere(page)).map((what) => `${where}: ${what}`));
    if (scene === 'phone-elsewhere')
      problems.push(...(await readingFarAway(page)).map((what) => `${where}: ${what}`));
    if (scene === 'phone-heavy') await longTasks(page);
    if (scene.endsWith('-search'))
      problems.push(
        ...(await searching(page, where, scene.startsWith('desk'))).map((what) => `${where}: ${what}`),
      );
    if (scene === 'phone-past') await page.getByRole('button', { name: 'Earlier sessions' }).click();
    if (scene === 'phone-past') await page.waitForTimeout(200);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (overflow > 0) problems.push(`${where}: ${overflow} px too wide`);
    await page.screenshot({ path: `${output}/${where}.png` });
  }
  await context.close();
}
await writeFile(`${output}/problems.txt`, problems.join('\n'));
console.log(problems.length > 0 ? problems.join('\n') : 'no problems');
await browser.close();
server.close();
