/** From opening a link to the conversation on screen, over the real channel and without one, in turns. */
import type { Browser, BrowserContext } from 'playwright-core';
import { openPhone } from '../../support/phone.ts';
import { eventually } from '../../support/wait.ts';
import { lastWords, type BenchHost } from './bench-host.ts';
import { watchConversation, whenShown, type Seen } from './watch.ts';

export interface Opening {
  channel: Seen[];
  without: Seen[];
}

export interface OpenLinkOptions {
  browser: Browser;
  host: BenchHost;
  /** The page without a channel. */
  baseline: string;
  rounds: number;
}

/** `kept`: the service worker has the shell, as it has for a device that was there before; `cold`: nothing is kept. */
export interface OpenLink {
  kept: Opening;
  cold: Opening;
}

/** The phone is paired once; each sample is a page of its own in that browser. */
export async function measureOpenLink(options: OpenLinkOptions): Promise<OpenLink> {
  const { browser, host, baseline, rounds } = options;
  const phone = await openPhone(browser);
  try {
    await watchConversation(phone.page, lastWords);
    await host.pair((link) => phone.open(link));
    await whenShown(phone.page);
    await open(phone.context, baseline, false);
    await eventually(() => keepsShell(phone.context, 2), { what: 'both service workers' });
    const measured: OpenLink = { kept: { channel: [], without: [] }, cold: { channel: [], without: [] } };
    for (let round = 0; round < rounds; round++) {
      for (const cold of [false, true]) {
        const { channel, without } = cold ? measured.cold : measured.kept;
        channel.push(await open(phone.context, host.sessionLink, cold));
        without.push(await open(phone.context, baseline, cold));
      }
    }
    return measured;
  } finally {
    await phone.close();
  }
}

/** In a page of its own, which is closed again. */
async function open(context: BrowserContext, address: string, cold: boolean): Promise<Seen> {
  const page = await context.newPage();
  try {
    if (cold) {
      const network = await context.newCDPSession(page);
      await network.send('Network.enable');
      await network.send('Network.setCacheDisabled', { cacheDisabled: true });
      await network.send('Network.setBypassServiceWorker', { bypass: true });
    }
    await watchConversation(page, lastWords);
    await page.goto(address, { waitUntil: 'commit' });
    return await whenShown(page);
  } finally {
    await page.close();
  }
}

/** Whether so many service workers have kept what they keep. */
async function keepsShell(context: BrowserContext, count: number): Promise<boolean> {
  const active = await Promise.all(
    context
      .serviceWorkers()
      .map((worker) =>
        worker.evaluate(
          () =>
            (self as unknown as { registration: { active: { state: string } | null } }).registration.active
              ?.state === 'activated',
        ),
      ),
  );
  return active.filter(Boolean).length >= count;
}
