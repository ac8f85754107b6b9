/** Contents far longer than usual, from an agent's process through host and channel to the phone's page: nothing stalls. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { decodeInvite, encodeSessionLink } from '../../src/channel/invite.ts';
import { buildAll, type Built } from '../bench/host/build.ts';
import { HostProcess } from '../bench/host/host-process.ts';
import {
  copy,
  fling,
  isCopied,
  isOver,
  longContents,
  noLongTask,
  selectAll,
  unfold,
} from '../look/long-content.steps.ts';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import type { LongContent } from '../support/long-contents.mjs';
import { needing } from '../support/needs.ts';
import { root } from '../support/paths.ts';
import { openPhone } from '../support/phone.ts';
import { connected } from '../support/phone-steps.ts';
import { slowness } from '../support/slowness.ts';
import { eventually } from '../support/wait.ts';

/** Of processor time, for which the host may keep its event loop to itself. */
const busyMs = 200;

/** Said in the middle of each. */
const wanted: Record<LongContent, string> = {
  diff: 'fresh8000',
  rewrite: 'after8000',
  output: 'line 49000 of the output',
  listing: 'line 25000 of the output',
  message: 'found1200',
  block: 'value4500',
};

describe('contents far longer than usual', function () {
  this.timeout(400_000);
  let browser: TestBrowser;
  let built: Built;
  before(async function () {
    needing(this, 'browser');
    browser = await launchBrowser();
    built = { ...(await buildAll()), agent: join(root, 'test', 'support', 'long-agent.mjs') };
  });
  after(() => browser?.close());

  for (const what of longContents)
    it(`C12: a ${what} comes, is read, found and copied, and comes again, and neither page nor host stalls`, async () => {
      const before = slowness();
      const host = await HostProcess.start({ built });
      const phone = await openPhone(browser.browser);
      try {
        const invite = await host.invite();
        await phone.open(invite);
        await connected(phone.page);
        const { relay, hostId } = decodeInvite(invite);
        const [session] = await host.sessions();
        const link = encodeSessionLink(relay, { hostId, sessionId: session!.id });
        await phone.open(link);
        await connected(phone.page);
        await host.figures({ reset: true, busy: true });
        const { page } = phone;
        const seen: string[] = [];
        const watched = async (doing: string, work: () => Promise<void>) =>
          seen.push(await noLongTask(page, doing, work));

        await watched('coming', async () => {
          void host.prompt(what).ended.catch(() => undefined);
          await isOver(page, what);
        });
        await watched('unfolding', () => unfold(page, what));
        await watched('scrolling', () => fling(page));
        await watched('finding', () => find(page, wanted[what]));
        await watched('selecting', () => selectAll(page));
        await watched('copying', () => copy(page));
        await isCopied(page, what);
        // Another page: nothing of it is drawn, and a part is kept on the device.
        await page.goto('about:blank');
        await watched('opening', async () => {
          await page.goto(link);
          await connected(page);
          await isOver(page, what);
        });
        const { busyMax, delayP99, delayMax } = await host.figures();
        console.log(
          `      longest tasks in ms of processor (by the clock): ${seen.join(', ')};`,
          `the host: ${busyMax.toFixed(0)}, its event loop p99 ${delayP99.toFixed(0)}, at most ${delayMax.toFixed(0)}`,
        );
        assert.ok(busyMax <= busyMs * Math.max(before, slowness()), `the host was busy for ${busyMax} ms`);
      } finally {
        await phone.close();
        await host.stop();
      }
    });
});

async function find(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+f');
  const input = page.getByRole('search').getByRole('searchbox');
  await input.fill(text);
  await input.press('Enter');
  await page.locator('.hit').first().click();
  await eventually(() => page.locator('.item.marked').isVisible(), { what: 'what was found on screen' });
  await page.getByRole('button', { name: 'Close search' }).click();
}
