/** A phone: a browser context of its own with a small touch screen. */
import { devices, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { outputPath } from './paths.ts';
import { collectLog, type PageLog } from './page-log.ts';

export interface PhoneOptions {
  /** A playwright device name; `Pixel 7` by default. */
  device?: string;
  /** CSS pixels; 360 by 740 by default, the narrowest that must work. */
  width?: number;
  height?: number;
  colorScheme?: 'light' | 'dark';
  /** Windows' high contrast, which browsers pass on. */
  forcedColors?: 'active' | 'none';
  reducedMotion?: 'reduce' | 'no-preference';
  locale?: string;
  /** Folder of the pictures under .test-output. */
  pictures?: string;
}

export interface Phone {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly log: PageLog;
  /** Opens an address and waits until its document is there. */
  open(url: string): Promise<void>;
  /** Airplane mode: open sockets stay, as the browser sees them, but new ones fail. */
  setOffline(offline: boolean): Promise<void>;
  /** Kills the page, as a phone does under memory pressure, and opens the address again in the same storage. */
  reopen(url?: string): Promise<void>;
  /** Saves a PNG as `.test-output/<pictures>/<name>.png`, and returns it. */
  picture(name: string): Promise<Buffer>;
  close(): Promise<void>;
}

export async function openPhone(browser: Browser, options: PhoneOptions = {}): Promise<Phone> {
  const descriptor = devices[options.device ?? 'Pixel 7'];
  if (!descriptor) throw new Error(`no device ${options.device}`);
  const { defaultBrowserType: _, ...device } = descriptor;
  const context = await browser.newContext({
    ...device,
    viewport: { width: options.width ?? 360, height: options.height ?? 740 },
    deviceScaleFactor: 2,
    colorScheme: options.colorScheme ?? 'light',
    forcedColors: options.forcedColors ?? 'none',
    reducedMotion: options.reducedMotion ?? 'no-preference',
    locale: options.locale ?? 'en-GB',
  });
  context.setDefaultTimeout(30_000);
  const log = collectLog(context);
  let page = await context.newPage();
  return {
    context,
    get page() {
      return page;
    },
    log,
    open: async (url) => {
      await page.goto(url, { waitUntil: 'domcontentloaded' });
    },
    setOffline: (offline) => context.setOffline(offline),
    reopen: async (url = page.url()) => {
      const next = await context.newPage();
      await page.close();
      page = next;
      await page.goto(url, { waitUntil: 'domcontentloaded' });
    },
    picture: (name) => page.screenshot({ path: outputPath(options.pictures ?? 'pictures', `${name}.png`) }),
    close: () => context.close(),
  };
}
