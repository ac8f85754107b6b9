/** Photos and files from the phone's page: what reaches the computer, another phone and real agents (C11, N11). */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { jpegSize } from '../model/images.ts';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { CliHost } from '../support/cli-host.ts';
import { needing } from '../support/needs.ts';
import { button, connected, log, message, pairPhone } from '../support/phone-steps.ts';
import { openPhone, type Phone } from '../support/phone.ts';
import { gpsText } from '../support/photo.ts';
import { agentMissing, realAgents } from '../support/real-agents.ts';
import { eventually } from '../support/wait.ts';
import { AgentWorld, patienceMs } from './support/agent-world.ts';
import { choose, sawPhoto, taken } from './support/attach-steps.ts';
import { OwnRelay } from './support/own-relay.ts';
import { quietPlace } from './support/quiet-place.ts';

const chips = (phone: Phone): Locator => phone.page.locator('.attach-chip');
const shown = (phone: Phone): Locator => log(phone.page).locator('.attached-file');

const sha = (content: Buffer) => createHash('sha256').update(content).digest('hex');

describe('attachments', function () {
  this.timeout(300_000);

  describe('over an own relay', () => {
    let relay: OwnRelay;
    let browser: TestBrowser;
    let desk: CliHost;
    let mine: Phone;

    before(async function () {
      needing(this, 'browser', 'tls', 'proc');
      relay = await OwnRelay.start();
      browser = await launchBrowser({ ca: relay.ca });
      const env = { ...relay.hostEnv, NODE_OPTIONS: relay.nodeArgs.join(' ') };
      desk = new CliHost({ args: ['--relay', relay.url], env });
      mine = await openPhone(browser.browser, { pictures: 'attachments' });
      mine.context.setDefaultTimeout(patienceMs);
      await pairPhone(mine, desk, await desk.ready());
    });
    afterEach(async function () {
      if (this.currentTest?.state === 'failed') await mine?.picture('failed').catch(() => undefined);
    });
    after(async () => {
      await mine?.close();
      await desk?.stop();
      await browser?.close();
      await relay?.close();
    });

    /** Where the host keeps a file of this name. */
    function kept(name: string): string | undefined {
      const sessions = join(desk.home, '.offdesk', 'sessions');
      return readdirSync(sessions)
        .map((session) => join(sessions, session, 'attachments'))
        .filter((folder) => existsSync(folder))
        .flatMap((folder) => readdirSync(folder).map((id) => join(folder, id, name)))
        .find((path) => existsSync(path));
    }
    const arrives = (name: string): Promise<string> =>
      eventually(() => kept(name), { what: `${name} on the computer`, timeoutMs: 120_000, everyMs: 200 });

    it('Z8: a photo arrives upright, smaller and without where it was taken; another phone sees it (C11, N11)', async () => {
      await button(mine.page, 'Attach photos or files').tap();
      await mine.page.getByRole('button', { name: 'Camera' }).waitFor();
      await mine.picture('menu');
      await choose(mine, await taken(mine));
      await chips(mine).and(mine.page.locator('[data-state=there]')).waitFor();
      await mine.picture('chip');
      await message(mine.page).fill('What is in it?');
      await button(mine.page, 'Send').tap();
      await chips(mine).waitFor({ state: 'detached' });
      const content = readFileSync(await arrives('IMG 0001.jpg'));
      assert.deepEqual(jpegSize(content), { width: 1333, height: 2000 });
      for (const secret of ['Exif', gpsText, 'CanaryCam'])
        assert.equal(content.includes(secret), false, secret);
      assert.ok(content.length <= 3_700_000);
      const own = shown(mine).locator('img');
      await own.waitFor();

      const other = await openPhone(browser.browser, { pictures: 'attachments', colorScheme: 'dark' });
      try {
        await pairPhone(other, desk, await desk.invite(), 'y view');
        // Read once it is in sight.
        await shown(other).scrollIntoViewIfNeeded();
        const thumb = shown(other).getByRole('button', { name: 'Show IMG 0001.jpg' });
        await thumb.locator('img').waitFor();
        await other.picture('other');
        await thumb.tap();
        const large = shown(other).locator('img.picture');
        await large.waitFor();
        await eventually(() => large.evaluate((img: HTMLImageElement) => img.naturalWidth === 1333), {
          what: 'the whole picture',
        });
        await other.picture('other-large');
        // Who may only read sends nothing.
        assert.equal(await button(other.page, 'Attach photos or files').isDisabled(), true);
      } finally {
        await other.close();
      }
    });

    it('Z9: 20 MB without a word survive a cut in the middle, and a reload after it (C11)', async () => {
      const buffer = randomBytes(20 * 1024 * 1024);
      // It takes longer than all that is done meanwhile, on a busy machine too.
      relay.phones.throttle(1_000_000);
      await choose(mine, { name: 'data.bin', mimeType: 'application/octet-stream', buffer });
      // After a reload it is another page.
      const bar = () => mine.page.locator('.attach-list progress');
      const beyond = (part: number) =>
        eventually(
          async () => {
            const [value, max] = await bar().evaluate((bar: HTMLProgressElement) => [bar.value, bar.max]);
            return value! > part * max!;
          },
          { what: `${100 * part} %`, timeoutMs: 120_000, everyMs: 50 },
        );
      await beyond(0.25);
      await mine.picture('progress');
      relay.phones.cut();
      await connected(mine.page);
      await beyond(0.5);
      await mine.reopen();
      await connected(mine.page);
      await chips(mine).waitFor();
      await beyond(0.6);
      relay.phones.throttle(100_000);
      // The prompt is written before its file is there, and has no words.
      await button(mine.page, 'Send').tap();
      await log(mine.page).getByText('waits until all that goes with it is sent').waitFor();
      await mine.picture('waits');
      relay.phones.throttle(Infinity);
      assert.equal(sha(readFileSync(await arrives('data.bin'))), sha(buffer));
      await log(mine.page)
        .locator('.prompt')
        .filter({ hasText: 'data.bin' })
        .getByText(/· done$/)
        .waitFor();
      await mine.picture('transcript');
      const sessions = join(desk.home, '.offdesk', 'sessions');
      const journals = readdirSync(sessions, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.log'),
      );
      const bytes = journals.reduce((sum, name) => sum + readFileSync(join(sessions, name)).length, 0);
      assert.ok(bytes < 200_000, `journals of ${bytes} bytes`);
    });

    it('Z9: written while the phone has no connection, it goes with its file later (C11, N9)', async () => {
      await mine.setOffline(true);
      relay.phones.refuse();
      await mine.page
        .getByRole('status')
        .filter({ hasText: /reconnecting/ })
        .waitFor();
      await choose(mine, {
        name: 'notes.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from('kept on the phone'),
      });
      await chips(mine).waitFor();
      await message(mine.page).fill('Written in the tunnel');
      await button(mine.page, 'Send').tap();
      await mine.picture('offline');
      relay.phones.heal();
      await mine.setOffline(false);
      assert.equal(readFileSync(await arrives('notes.txt'), 'utf8'), 'kept on the phone');
      const prompt = log(mine.page).locator('.prompt').filter({ hasText: 'Written in the tunnel' });
      await prompt.getByText(/· done$/).waitFor();
      assert.equal(await prompt.count(), 1);
    });

    it('a file that is pasted or dropped is attached as one that is chosen (C11)', async () => {
      await message(mine.page).evaluate((box) => {
        const clipboard = new DataTransfer();
        clipboard.items.add(new File(['from the clipboard'], 'pasted.txt', { type: 'text/plain' }));
        box.dispatchEvent(
          new ClipboardEvent('paste', { clipboardData: clipboard, bubbles: true, cancelable: true }),
        );
        const dragged = new DataTransfer();
        dragged.items.add(new File(['from a window'], 'dropped.txt', { type: 'text/plain' }));
        for (const type of ['dragover', 'drop'])
          document.body.dispatchEvent(
            new DragEvent(type, { dataTransfer: dragged, bubbles: true, cancelable: true }),
          );
      });
      for (const [name, content] of [
        ['pasted.txt', 'from the clipboard'],
        ['dropped.txt', 'from a window'],
      ] as const) {
        await chips(mine).getByText(name).waitFor();
        assert.equal(readFileSync(await arrives(name), 'utf8'), content);
        await button(mine.page, `Remove ${name}`).tap();
      }
      // Text is pasted as ever.
      assert.equal(await mine.page.locator('.compose.dropping').count(), 0);
    });

    it('Z11: what is shared with the installed page is attached to the session that is opened (N11)', async () => {
      await mine.page.evaluate(async () => {
        await navigator.serviceWorker.ready;
        const form = new FormData();
        form.set('title', 'A page');
        form.set('url', 'https://example.org/');
        form.append('files', new File(['shared from another app'], 'shared.txt', { type: 'text/plain' }));
        await fetch('share', { method: 'POST', body: form });
      });
      await mine.reopen();
      await connected(mine.page);
      await chips(mine).getByText('shared.txt').waitFor();
      assert.equal(await message(mine.page).inputValue(), 'A page\nhttps://example.org/');
      assert.equal(readFileSync(await arrives('shared.txt'), 'utf8'), 'shared from another app');
      await mine.picture('shared');
      await button(mine.page, 'Remove shared.txt').tap();
      await message(mine.page).fill('');
      await eventually(() => mine.page.evaluate(async () => !(await caches.has('offdesk-shared'))), {
        what: 'what was shared to be forgotten',
      });
      await eventually(() => kept('shared.txt') === undefined, { what: 'it to be gone at the computer' });
    });

    it('Z8: what this browser can’t read is refused with what to do, and nothing is left out unnoticed (N11)', async () => {
      await choose(mine, { name: 'IMG_7.HEIC', mimeType: 'image/heic', buffer: randomBytes(500) });
      await chips(mine)
        .getByRole('alert')
        .getByText(/HEIC.*Save it as JPEG/)
        .waitFor();
      await message(mine.page).fill('With a picture');
      assert.equal(await button(mine.page, 'Send').isDisabled(), true);
      await mine.picture('refused');
      await button(mine.page, 'Remove IMG_7.HEIC').tap();
      await message(mine.page).fill('');
      await chips(mine).waitFor({ state: 'detached' });
      assert.deepEqual(mine.log.exceptions, []);
    });
  });

  describe('on the device', () => {
    it('Z10: files on their way are kept sealed, and go with the computer', async function () {
      needing(this, 'browser', 'proc');
      const secret = 'CANARY-in-a-file-51d0';
      const browser = await launchBrowser();
      const desk = new CliHost({});
      const mine = await openPhone(browser.browser, { pictures: 'attachments' });
      try {
        await pairPhone(mine, desk, await desk.ready());
        await desk.stop();
        await mine.page
          .getByRole('status')
          .filter({ hasText: /reconnecting|away/ })
          .waitFor();
        await choose(mine, { name: 'secret.txt', mimeType: 'text/plain', buffer: Buffer.from(secret) });
        await chips(mine).waitFor();
        const found = () =>
          mine.page.evaluate(async () => {
            const names = (await indexedDB.databases()).flatMap(({ name }) => name ?? []);
            const database = names.find((name) => name.startsWith('offdesk-files-'));
            if (database === undefined) return undefined;
            const opening = indexedDB.open(database);
            const there = await new Promise<boolean>((resolve) => {
              // Deleted since it was listed: to open it must not make it anew.
              opening.onupgradeneeded = () => opening.transaction?.abort();
              opening.onsuccess = () => resolve(true);
              opening.onerror = () => resolve(false);
            });
            if (!there) return undefined;
            const all = opening.result.transaction('files').objectStore('files').getAll();
            await new Promise((resolve) => (all.onsuccess = resolve));
            opening.result.close();
            return (all.result as { data: ArrayBuffer }[]).map(({ data }) => [...new Uint8Array(data)]);
          });
        const [sealed] = await eventually(
          async () => {
            const kept = await found();
            return kept?.length === 1 && kept;
          },
          { what: 'the file on the phone' },
        );
        assert.equal(Buffer.from(sealed ?? []).includes(secret), false);
        assert.ok((sealed?.length ?? 0) > secret.length);
        await button(mine.page, 'Back').tap();
        await button(mine.page, 'Forget this computer').tap();
        await mine.page
          .getByRole('group', { name: 'Forget this computer' })
          .getByRole('button')
          .first()
          .tap();
        await eventually(async () => (await found()) === undefined, { what: 'nothing to be kept' });
      } finally {
        await mine.close();
        await desk.stop();
        await browser.close();
      }
    });
  });

  describe('to real agents', () => {
    const place = quietPlace();

    for (const name of realAgents) {
      it(`${name} gets a photo as an image (C11)`, async function () {
        const missing = agentMissing(name);
        if (missing) {
          console.log(`      skipped: ${missing}`);
          this.skip();
        }
        const world = new AgentWorld(name, { ...place, phone: { pictures: 'attachments' } });
        try {
          await world.pair(await world.startHost());
          const since = place.model.requests().length;
          await choose(world.phone, await taken(world.phone));
          await world.onPhone.message.fill('Look at this [[text]]');
          await eventually(() => button(world.phone.page, 'Send').isEnabled(), {
            what: 'the photo to be ready',
          });
          await button(world.phone.page, 'Send').tap();
          await world.onPhone.waitForFate('Look at this', 'done');
          sawPhoto(place.model, since);
          await world.phone.picture(`agent-${name}`);
        } finally {
          await world.close();
        }
      });
    }
  });
});
