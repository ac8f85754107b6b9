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
    match: /^phone-(asking|asking-edit|working|varied|rejected|crashed|digits|offline|welcome|list)$/,
    theme: '',
    context: { ...phone, colorScheme: 'dark' },
  },
  {
    name: 'wide',
    match: /^phone-(asking|varied)$/,
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
    match: /^desk-(qr|talking|asking|chooser|off|pairing|relay-down|crashed)$/,
    theme: 'dark',
    context: { ...desk, colorScheme: 'dark' },
  },
  {
    name: 'hc',
    match: /^desk-(qr|asking|chooser|relay-down|crashed)$/,
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

const source = await readFile('test/look/scenes.tsx', 'utf8');
const scenes = [...source.matchAll(/^ {2}'((?:phone|desk)-[a-z-]+)':/gm)].map((match) => match[1] ?? '');
await mkdir(output, { recursive: true });
const problems: string[] = [];
for (const view of views) {
  const chosen = scenes.filter((scene) => view.match.test(scene) && scene.includes(only));
  if (chosen.length === 0) continue;
  const context = await browser.newContext(view.context);
  const page = await context.newPage();
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
