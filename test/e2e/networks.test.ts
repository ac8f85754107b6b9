/** A phone on another computer of the network: by the LAN address in plain HTTP, and by an own relay behind TLS. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchBrowser, type BrowserOptions, type TestBrowser } from '../support/browser.ts';
import { CliHost, cliEnvironment, type CliHostOptions } from '../support/cli-host.ts';
import { needing } from '../support/needs.ts';
import { createOtherComputer, type OtherComputer } from '../support/netns.ts';
import { cliPath } from '../support/paths.ts';
import {
  askToPair,
  button,
  connected,
  connection,
  hasWholeCount,
  message,
  pairPhone,
  says,
  send,
} from '../support/phone-steps.ts';
import { openPhone, type Phone, type PhoneOptions } from '../support/phone.ts';
import { freePort } from '../support/ports.ts';
import { start, type TestProcess } from '../support/processes.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { Terminal } from '../support/terminal.ts';
import { createTestCa, type TestCa } from '../support/tls.ts';
import { eventually } from '../support/wait.ts';

describe('networks', function () {
  this.timeout(240_000);
  let other: OtherComputer;
  let browser: TestBrowser | undefined;
  const hosts: CliHost[] = [];
  const phones: Phone[] = [];

  before(async function () {
    needing(this, 'browser', 'networks', 'proc');
    other = await createOtherComputer();
  });
  after(async () => other?.dispose());
  afterEach(async () => {
    for (const phone of phones.splice(0)) {
      assert.deepEqual(phone.log.exceptions, []);
      await phone.close();
    }
    await browser?.close();
    browser = undefined;
    await Promise.all(hosts.splice(0).map((host) => host.stop()));
    // A failed test must not leave the next one without a network.
    await other?.plug(true);
  });

  function host(options: CliHostOptions): CliHost {
    const started = new CliHost(options);
    hosts.push(started);
    return started;
  }

  /** A phone whose browser runs on the other computer. */
  async function phone(reach: BrowserOptions, options: PhoneOptions = {}): Promise<Phone> {
    browser ??= await launchBrowser({ on: other, ...reach });
    const opened = await openPhone(browser.browser, { pictures: 'cli', ...options });
    phones.push(opened);
    return opened;
  }

  describe('LAN address, plain HTTP', () => {
    it('L14: the page is not protected, says so, asks for less, and can be given more at pairing', async () => {
      const desk = host({ args: ['--lan', '--name', 'Test desk'] });
      const ready = await desk.event('ready');
      const url = new URL(ready.url as string);
      assert.equal(url.protocol, 'http:');
      assert.equal((ready.reach as { protectedPage: boolean }).protectedPage, false);
      assert.equal((ready.reach as { phoneCanOpen: boolean }).phoneCanOpen, true);
      assert.deepEqual(
        desk
          .listening()
          .map(({ address }) => address)
          .sort(),
        [...new Set(['127.0.0.1', url.hostname])].sort(),
      );

      const mine = await phone({ addresses: [url.hostname] });
      const request = await askToPair(mine, desk, url.href);
      assert.equal(await mine.page.evaluate(() => isSecureContext), false);
      assert.equal(request.scope, 'answer');
      await mine.page.getByText('answer questions and stop the agent').waitFor();
      await mine.page.getByText('This page is not protected (plain HTTP)').waitFor();
      await mine.picture('lan-digits');
      desk.say('y');
      assert.equal((await desk.event('paired')).scope, 'answer');
      await connected(mine.page);
      await mine.page.getByText('This phone may answer questions and stop, not write.').waitFor();
      assert.equal(await message(mine.page).isDisabled(), true);
      await mine.picture('lan-answer');

      // A second phone is given more, and its prompt's question is for both.
      const writer = await phone({ addresses: [url.hostname] });
      const second = await pairPhone(writer, desk, await desk.invite(), 'y control');
      assert.equal(second.scope, 'control');
      await send(writer.page, '/run');
      await button(mine.page, 'Allow once').click();
      await says(writer.page, /Allowed by Android/);
      await says(writer.page, 'The command ran well.');
      await writer.picture('lan-control');
    });

    it('L14: in a terminal, c gives all rights', async function () {
      needing(this, 'terminal');
      const command = [process.execPath, cliPath, 'remote-control', '--agent', 'demo', '--lan'];
      const terminal = await Terminal.open(command, { env: cliEnvironment(tempFolder('od-home')) });
      try {
        const text = await terminal.shows(/http:\/\/\S+\/#i=\S{108}/);
        const url = /http:\S+#i=\S+/.exec(text)?.[0] ?? '';
        const mine = await phone({ addresses: [new URL(url).hostname] });
        await mine.open(url);
        await terminal.shows('answer questions and stop the agent.');
        await terminal.shows('type y to allow, c to let it also send prompts and approve actions, else n.');
        await terminal.press('c');
        await connected(mine.page);
        await send(mine.page, '/help');
        await says(mine.page, 'This is what I know');
        await terminal.press('q');
        assert.equal(await terminal.exitCode(), '0');
      } finally {
        await terminal.close();
      }
    });

    it('L15: what a page without protection lacks: no service worker, no kept key; a reload pairs again', async () => {
      const desk = host({ args: ['--lan'] });
      const url = await desk.ready();
      const mine = await phone({ addresses: [new URL(url).hostname] });
      await pairPhone(mine, desk, url, 'y control');
      await send(mine.page, '/help');
      await says(mine.page, 'This is what I know');
      assert.deepEqual(await degraded(mine.page), { secure: false, worker: false, crypto: false, kept: [] });
      await mine.reopen();
      await mine.page.getByRole('heading', { name: /Continue your coding session/ }).waitFor();
      await mine.page.getByText('the pairing is forgotten when it closes').waitFor();
      await mine.picture('lan-reloaded');
      const again = await pairPhone(mine, desk, await desk.invite(), 'y control');
      assert.equal(again.scope, 'control');
      await says(mine.page, 'This is what I know');
    });

    it('L16: the cable is pulled in the middle of a stream and put back: nothing is missing', async () => {
      const desk = host({ args: ['--lan'], env: { OFFDESK_DEMO_PACE_MS: '10' } });
      const url = await desk.ready();
      const mine = await phone({ addresses: [new URL(url).hostname] });
      await pairPhone(mine, desk, url, 'y control');
      await send(mine.page, '/long 400');
      await says(mine.page, /\bword50\b/);
      await other.plug(false);
      // The agent goes on; the page notices by its heartbeat.
      await connection(mine.page).filter({ hasText: 'reconnecting since' }).waitFor({ timeout: 60_000 });
      await desk.event('activity', ({ text }) => text === 'turn done');
      await other.plug(true);
      await connection(mine.page)
        .filter({ hasText: /^connected\b/ })
        .waitFor({ timeout: 90_000 });
      await hasWholeCount(mine.page, 400);
    });
  });

  describe('own relay behind TLS', () => {
    let ca: TestCa;
    let relay: TestProcess | undefined;
    before(async function () {
      needing(this, 'tls');
      ca = await createTestCa();
    });
    afterEach(async () => {
      await relay?.stop();
      relay = undefined;
    });
    after(() => ca?.dispose());

    it('L17: the host only calls out; the page is protected, installable, and opens without a network', async () => {
      const port = await freePort(other.hostAddress);
      const publicUrl = `https://relay.test:${port}/`;
      const { certPath, keyPath } = await ca.issue('relay.test');
      const listen = ['--host', other.hostAddress, '--port', String(port)];
      const tls = ['--tls-cert', certPath, '--tls-key', keyPath, '--public-url', publicUrl];
      relay = start(process.execPath, [cliPath, 'relay', ...listen, ...tls], {
        env: { OFFDESK_REGISTRATION_TOKEN: 'only-ours' },
      });
      await relay.stdout.waitForLine((line) => line.includes(publicUrl));
      const name = join(import.meta.dirname, 'support', 'relay-name.cjs');
      const desk = host({
        args: ['--relay', publicUrl],
        env: {
          OFFDESK_REGISTRATION_TOKEN: 'only-ours',
          NODE_EXTRA_CA_CERTS: ca.certPath,
          NODE_OPTIONS: `--require ${name}`,
          OFFDESK_TEST_RELAY_NAME: 'relay.test',
          OFFDESK_TEST_RELAY_ADDRESS: other.hostAddress,
        },
      });
      const url = await desk.ready();
      assert.equal(new URL(url).origin, new URL(publicUrl).origin);
      assert.deepEqual(desk.listening(), []);

      const mine = await phone({ ca, hosts: { 'relay.test': other.hostAddress } });
      const paired = await pairPhone(mine, desk, url);
      assert.equal(paired.scope, 'control');
      const kept = ['offdesk', 'offdesk-kept'];
      // Made while the page is used already.
      await eventually(async () => (await degraded(mine.page)).kept.join() === kept.join(), {
        what: 'what is kept on the phone',
      });
      assert.deepEqual(await degraded(mine.page), { secure: true, worker: true, crypto: true, kept });
      await send(mine.page, '/help');
      await says(mine.page, 'This is what I know');
      assert.deepEqual(desk.listening(), []);
      await mine.picture('relay');

      const cdp = await mine.context.newCDPSession(mine.page);
      const { installabilityErrors } = await cdp.send('Page.getInstallabilityErrors');
      // A browser context of a test counts as private.
      const errors = installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito');
      assert.deepEqual(errors, []);
      const manifest = await cdp.send('Page.getAppManifest');
      assert.deepEqual(manifest.errors, []);
      assert.equal((JSON.parse(manifest.data ?? '{}') as { name: string }).name, 'Offdesk');

      // A reload without a network shows the shell, and goes on when the network is back; the key was kept.
      await mine.setOffline(true);
      await mine.reopen(publicUrl);
      await connection(mine.page)
        .filter({ hasText: /connecting/ })
        .waitFor();
      await mine.picture('relay-offline');
      await mine.setOffline(false);
      await connected(mine.page);
      await says(mine.page, 'This is what I know');
      assert.equal(desk.events('paired').length, 1);

      // The relay is gone for a while; both sides come back by themselves.
      await relay.stop('SIGKILL');
      await desk.event('disconnected', ({ what }) => what === 'relay');
      await connection(mine.page).filter({ hasText: 'reconnecting since' }).waitFor();
      relay = start(process.execPath, [cliPath, 'relay', ...listen, ...tls], {
        env: { OFFDESK_REGISTRATION_TOKEN: 'only-ours' },
      });
      await connection(mine.page)
        .filter({ hasText: /^connected\b/ })
        .waitFor({ timeout: 90_000 });
      await send(mine.page, '/text');
      await says(mine.page, 'That is all.');
      assert.deepEqual(desk.listening(), []);
    });
  });
});

/** What this page has of what a protected one has. */
function degraded(page: Page) {
  return page.evaluate(async () => {
    const worker = 'serviceWorker' in navigator ? await navigator.serviceWorker.ready : undefined;
    const databases = await indexedDB.databases();
    return {
      secure: isSecureContext,
      worker: Boolean(worker?.active),
      crypto: 'subtle' in crypto,
      kept: databases.map(({ name }) => name).sort(),
    };
  });
}
