/** Ways of looking at a view, both surfaces in each theme; and, for a suite, a browser with a page for each of them. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { needing } from '../support/needs.ts';
import { seriousFindings } from './axe.ts';
import { problemsOf } from './screens.checks.ts';
import { serveScenes, type Scenes } from './screens.scenes.ts';

export type SurfaceName = 'phone' | 'desk';

/** Its name is the end of the names of its pictures. */
export interface Sight {
  name: string;
  surface: SurfaceName;
  /** Of VS Code; empty on the phone, where the browser's settings decide. */
  theme: string;
  context: BrowserContextOptions;
}

const size = { width: 360, height: 740 };
export const thumb: BrowserContextOptions = {
  ...{ viewport: size, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
};
const sidebar: BrowserContextOptions = { viewport: size };
const wide: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };
const dark: BrowserContextOptions = { colorScheme: 'dark' };
const forced: BrowserContextOptions = { forcedColors: 'active' };

/** At the desk the theme decides, not the system: where the contrast is high, the system is the other way round. */
export const narrowSights: readonly Sight[] = [
  { name: 'light-360', surface: 'phone', theme: '', context: thumb },
  { name: 'dark-360', surface: 'phone', theme: '', context: { ...thumb, ...dark } },
  { name: 'contrast-360', surface: 'phone', theme: '', context: { ...thumb, ...dark, ...forced } },
  { name: 'contrast-light-360', surface: 'phone', theme: '', context: { ...thumb, ...forced } },
  { name: 'light-360', surface: 'desk', theme: 'light', context: sidebar },
  { name: 'dark-360', surface: 'desk', theme: 'dark', context: { ...sidebar, ...dark } },
  { name: 'contrast-360', surface: 'desk', theme: 'high-contrast', context: sidebar },
  {
    ...{ name: 'contrast-light-360', surface: 'desk', theme: 'high-contrast-light' },
    context: { ...sidebar, ...dark },
  },
];

export const wideSights: readonly Sight[] = [
  { name: 'light-desktop', surface: 'phone', theme: '', context: wide },
  { name: 'light-desktop', surface: 'desk', theme: 'light', context: wide },
];

/** Ten pages load at a time, on machines that have other work. */
const patienceMs = 60_000;

export interface Looking {
  readonly browser: Browser;
  readonly scenes: Scenes;
  readonly pages: ReadonlyMap<Sight, Page>;
  /** The page of a surface in its light theme. */
  pageOf(surface: SurfaceName): Page;
}

/** In a `describe`: all is there when its tests run, and gone after them. */
export function lookAt(sights: readonly Sight[] = []): Looking {
  let browser: TestBrowser | undefined;
  let scenes: Scenes | undefined;
  const pages = new Map<Sight, Page>();
  before(async function () {
    needing(this, 'browser');
    browser = await launchBrowser();
    scenes = await serveScenes();
    for (const sight of sights) {
      const options = { ...sight.context, reducedMotion: 'reduce', locale: 'en-GB' } as const;
      const page = await (await browser.browser.newContext(options)).newPage();
      page.setDefaultTimeout(patienceMs);
      pages.set(sight, page);
    }
  });
  after(async () => {
    scenes?.close();
    await browser?.close();
  });
  return {
    get browser() {
      return browser!.browser;
    },
    get scenes() {
      return scenes!;
    },
    pages,
    pageOf: (surface) =>
      [...pages].find(([sight]) => sight.surface === surface && sight.name.startsWith('light'))![1],
  };
}

/** What can be known of a page without eyes, as sentences. `touch`: false where a list lies over other targets. */
export async function wrongWith(page: Page, { context }: Sight, touch = true): Promise<string[]> {
  const demands = {
    touch: touch && (context.hasTouch ?? false),
    contrast: context.forcedColors !== 'active',
  };
  return [...(await problemsOf(page.locator('body'), demands)), ...(await seriousFindings(page, demands))];
}
