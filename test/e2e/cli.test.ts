/** The story of the product on the command line: a terminal or a script as the desk, a phone's page, real sockets. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { CliHost, type CliHostOptions } from '../support/cli-host.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { needing } from '../support/needs.ts';
import {
  alertText,
  askToPair,
  button,
  connected,
  connection,
  countedWords,
  hasWholeCount,
  log,
  message,
  pairPhone,
  says,
  send,
} from '../support/phone-steps.ts';
import { openPhone, type Phone, type PhoneOptions } from '../support/phone.ts';
import { freePort } from '../support/ports.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { eventually } from '../support/wait.ts';

describe('cli with a phone', function () {
  this.timeout(180_000);
  let browser: TestBrowser;
  const hosts: CliHost[] = [];
  const phones: Phone[] = [];
  const proxies: FaultProxy[] = [];

  before(async function () {
    needing(this, 'browser', 'proc');
    browser = await launchBrowser();
  });
  after(async () => browser?.close());
  afterEach(async () => {
    for (const phone of phones.splice(0)) {
      assert.deepEqual(phone.log.exceptions, []);
      await phone.close();
    }
    await Promise.all(hosts.splice(0).map((host) => host.stop()));
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
  });

  function host(options: CliHostOptions = {}): CliHost {
    const started = new CliHost(options);
    hosts.push(started);
    return started;
  }

  async function phone(options: PhoneOptions = {}): Promise<Phone> {
    const opened = await openPhone(browser.browser, { pictures: 'cli', ...options });
    phones.push(opened);
    return opened;
  }

  /** A host whose relay a phone reaches through a network that the test can break. */
  async function hostBehind(args: string[] = []): Promise<{ desk: CliHost; proxy: FaultProxy }> {
    const port = await freePort();
    const proxy = await FaultProxy.start({ target: { port } });
    proxies.push(proxy);
    const publicUrl = `http://127.0.0.1:${proxy.port}/`;
    const desk = host({ args: ['--port', String(port), '--public-url', publicUrl, ...args] });
    return { desk, proxy };
  }

  it('L1: pairs by digits on both screens, streams a prompt, completes a file, and ends with nothing left', async () => {
    const cwd = tempFolder('od-ws');
    mkdirSync(join(cwd, 'src'));
    writeFileSync(join(cwd, 'src', 'needle in hay.ts'), 'x');
    const desk = host({ cwd, args: ['--name', 'Test desk'] });
    const ready = await desk.event('ready');
    assert.ok(Date.parse(ready.expires as string) > Date.now());
    const mine = await phone();
    const request = await askToPair(mine, desk, ready.url as string);
    assert.match(request.device as string, /^Android/);
    assert.equal(request.scope, 'control');
    await mine.picture('digits');
    desk.say('y');
    const paired = await desk.event('paired');
    assert.equal(paired.scope, 'control');
    await connected(mine.page);
    await mine.page.getByText('Demo', { exact: true }).waitFor();
    await mine.picture('empty');

    await send(mine.page, '/text');
    await says(mine.page, 'What formatting looks like');
    await says(mine.page, 'That is all.');
    await mine.picture('markdown');

    await message(mine.page).pressSequentially('Please read @needle');
    await mine.page.getByRole('option', { name: 'src/needle in hay.ts' }).waitFor();
    await mine.picture('files');
    await mine.page.getByRole('option', { name: 'src/needle in hay.ts' }).tap();
    assert.equal(await message(mine.page).inputValue(), 'Please read @"src/needle in hay.ts" ');
    await button(mine.page, 'Send').click();
    await says(mine.page, 'I only follow a script');
    assert.deepEqual(await log(mine.page).locator('code', { hasText: '@"src/needle in hay.ts"' }).count(), 1);

    assert.ok(desk.listening().some(({ address }) => address === '127.0.0.1'));
    assert.deepEqual(
      desk.listening().filter(({ address }) => address !== '127.0.0.1'),
      [],
    );
    const { pid } = desk.process;
    assert.deepEqual(await desk.stop(), { code: 0, signal: null });
    assert.deepEqual(desk.process.leftovers(), []);
    assert.ok(pid > 0);
    await connection(mine.page)
      .filter({ hasText: /off or away|reconnecting/ })
      .waitFor();
    await mine.picture('away');
  });

  it('L2: a permission is answered from the phone, and its effect is in the conversation', async () => {
    const desk = host();
    const mine = await phone();
    await pairPhone(mine, desk, await desk.ready());
    await send(mine.page, '/edit notes.md hello');
    await mine.page.getByRole('region', { name: /asks to change a file/ }).waitFor();
    await mine.picture('permission');
    await button(mine.page, 'Allow once').click();
    await says(mine.page, /Allowed by Android/);
    await says(mine.page, 'notes.md has a new line');
    await mine.picture('allowed');
    await send(mine.page, '/run');
    await mine.page.getByRole('region', { name: /asks to run a command/ }).waitFor();
    await button(mine.page, 'Reject').click();
    await says(mine.page, /Rejected by Android/);
    await says(mine.page, 'All right, I leave it.');
    await desk.event('activity', ({ text }) => /the agent asks: /.test(String(text)));
    await desk.event('activity', ({ text }) => /question answered by Android/.test(String(text)));
  });

  it('L3: Stop on the phone ends the turn', async () => {
    const desk = host({ env: { OFFDESK_DEMO_PACE_MS: '30' } });
    const mine = await phone();
    await pairPhone(mine, desk, await desk.ready());
    await send(mine.page, '/long 5000');
    await says(mine.page, 'word3');
    await button(mine.page, 'Stop').click();
    await says(mine.page, /stopped/);
    await button(mine.page, 'Stop').waitFor({ state: 'detached' });
    const words = await countedWords(mine.page);
    assert.ok(words.length < 5_000);
    await send(mine.page, '/help');
    await says(mine.page, 'This is what I know');
  });

  it('L4: the network breaks in the middle of a stream and comes back: nothing is missing, nothing is there twice', async () => {
    const { desk, proxy } = await hostBehind();
    const mine = await phone();
    await pairPhone(mine, desk, await desk.ready());
    await desk.event('connected');
    await send(mine.page, '/long 900');
    for (const word of ['word100', 'word300']) {
      await says(mine.page, new RegExp(`\\b${word}\\b`));
      assert.ok(proxy.connections.open > 0);
      proxy.cut();
      await desk.event('connected');
    }
    await says(mine.page, /\bword450\b/);
    // Airplane mode: for the page the network is gone, until it is told that it is back.
    await mine.setOffline(true);
    proxy.cut();
    await connection(mine.page).filter({ hasText: 'reconnecting since' }).waitFor({ timeout: 60_000 });
    await send(mine.page, '/help');
    await says(mine.page, 'kept on this phone, waiting for the connection');
    await mine.picture('offline');
    await mine.setOffline(false);
    await connected(mine.page);
    await says(mine.page, 'This is what I know');
    await hasWholeCount(mine.page, 900);
    // The prompt that waited went out once.
    assert.equal(await log(mine.page).locator('.me').getByText('/help', { exact: true }).count(), 1);
    assert.equal(desk.events('activity').filter(({ text }) => /taken up$/.test(String(text))).length, 2);
    // A page that is opened anew reads the same.
    await button(mine.page, 'Stop').waitFor({ state: 'detached' });
    const before = await words(mine);
    await mine.reopen();
    await connected(mine.page);
    await readsAs(mine, before);
  });

  it('L5: a second phone reads the same; what one answers closes on the other and says who', async () => {
    const desk = host();
    const first = await phone();
    await pairPhone(first, desk, await desk.ready());
    await send(first.page, '/help');
    await says(first.page, 'This is what I know');
    const url = await desk.invite();
    const second = await phone({ device: 'iPhone 14', colorScheme: 'dark' });
    await second.open(url);
    // An iPhone's tab is asked to install first, since the tab's keys stay behind.
    await second.picture('install-first');
    await button(second.page, 'Pair here anyway').click();
    const request = await desk.event('pairing');
    assert.match(request.device as string, /iPhone/);
    await second.page.getByRole('status').filter({ hasText: /\d{3}/ }).waitFor();
    desk.say('y');
    await connected(second.page);
    await says(second.page, 'This is what I know');

    await send(second.page, '/run');
    const card = (page: Phone): ReturnType<Phone['page']['getByRole']> =>
      page.page.getByRole('region', { name: /asks to run a command/ });
    await Promise.all([card(first).waitFor(), card(second).waitFor()]);
    await second.picture('second-phone-dark');
    await button(second.page, 'Allow once').click();
    await says(first.page, /Allowed by iPhone/);
    await says(second.page, /Allowed by iPhone/);
    await card(first).waitFor({ state: 'detached' });
    await says(first.page, 'The command ran well.');
    await says(second.page, 'The command ran well.');
    await button(first.page, 'Stop').waitFor({ state: 'detached' });
    await readsAs(second, await words(first, true), true);
  });

  it('L6: a revoked phone is out at once, says so, and stays out after a reload', async () => {
    const desk = host({ args: ['--name', 'Test desk'] });
    const mine = await phone();
    const paired = await pairPhone(mine, desk, await desk.ready());
    await send(mine.page, '/help');
    await says(mine.page, 'This is what I know');
    const alerts = await alertsFromNow(mine.page);
    desk.say(`revoke ${String(paired.id)}`);
    await desk.event('disconnected', ({ what }) => what === 'device');
    assert.match(await alertText(mine.page, 'device_revoked'), /Test desk.*pair it/s);
    // No page with things to press comes and goes while the keys are being wiped.
    assert.deepEqual(await alerts(), ['device_revoked']);
    await mine.picture('revoked');
    const connections = desk.events('connected').length;
    await mine.reopen();
    await mine.page.getByRole('heading', { name: /Continue your coding session/ }).waitFor();
    await mine.picture('welcome');
    const kept = await mine.page.evaluate(async () => {
      const db = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open('offdesk');
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(opening.error ?? new Error('no database'));
      });
      const rows = await new Promise<number>((resolve) => {
        const counting = db.transaction('pairings').objectStore('pairings').count();
        counting.onsuccess = () => resolve(counting.result);
      });
      return { rows, texts: Object.values(localStorage).join('') };
    });
    assert.deepEqual(kept, { rows: 0, texts: '' });
    assert.equal(desk.events('connected').length, connections);
  });

  it('L7: a phone that was paired comes back by itself after a restart of the host', async () => {
    const port = String(await freePort());
    const first = host({ args: ['--port', port] });
    const mine = await phone();
    await pairPhone(mine, first, await first.ready());
    assert.deepEqual(await first.stop(), { code: 0, signal: null });
    const second = host({ args: ['--port', port], home: first.home });
    await second.event('connected');
    await connected(mine.page);
    assert.equal(second.events('paired').length, 0, 'it was paired before');
  });

  it('L8: SIGINT while the agent still starts ends all at once', async () => {
    const silent = join(import.meta.dirname, '..', 'support', 'bad-agents', 'silent.mjs');
    const desk = host({ args: ['--agent-command', `${process.execPath} ${silent}`] });
    await desk.ready();
    await eventually(() => desk.process.leftovers().some(({ command }) => command.includes('silent.mjs')), {
      what: 'the agent',
    });
    desk.process.signal('SIGINT');
    assert.deepEqual(await desk.process.waitForExit(), { code: 0, signal: null });
    await eventually(() => desk.process.leftovers().length === 0, { what: 'the agent to be gone' });
  });

  it('L9: a prompt works while a turn is stopped and the agent was killed: the next prompt starts it again', async () => {
    const desk = host({ env: { OFFDESK_DEMO_PACE_MS: '30' } });
    const mine = await phone();
    await pairPhone(mine, desk, await desk.ready());
    await send(mine.page, '/long 5000');
    await says(mine.page, 'word3');
    const agent = desk.process.leftovers().find(({ command }) => command.includes('demo-agent'));
    assert.ok(agent);
    process.kill(agent.pid, 'SIGKILL');
    await says(mine.page, /interrupted/);
    await mine.picture('interrupted');
    await send(mine.page, '/help');
    await says(mine.page, 'This is what I know');
  });
});

/** Waits until the conversation has these words; when it does not get them, the error shows the difference. */
async function readsAs(phone: Phone, wanted: string, shared = false): Promise<void> {
  let seen = '';
  await eventually(async () => (seen = await words(phone, shared)) === wanted, {
    what: 'the same conversation',
  }).catch((error: unknown) => assert.equal(seen, wanted, String(error)));
}

/** The conversation as its words; without times and senders, which differ by reader, if wanted. */
async function words(phone: Phone, shared = false): Promise<string> {
  const text = await log(phone.page).evaluate((element, shared) => {
    const copy = element.cloneNode(true) as HTMLElement;
    for (const by of shared ? copy.querySelectorAll('.by') : []) by.remove();
    return copy.textContent ?? '';
  }, shared);
  return text.replace(/\s+/g, ' ').trim();
}

/** The codes of all alerts that the page shows from now on, those that are gone again, too. */
async function alertsFromNow(page: Phone['page']): Promise<() => Promise<string[]>> {
  const codes = await page.evaluateHandle(() => {
    const codes: string[] = [];
    new MutationObserver((changes) => {
      for (const element of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
        if (!(element instanceof Element)) continue;
        for (const alert of [element, ...element.querySelectorAll('*')]) {
          if (alert instanceof HTMLElement && alert.role === 'alert') codes.push(alert.dataset.code ?? '');
        }
      }
    }).observe(document.body, { childList: true, subtree: true });
    return codes;
  });
  return () => codes.jsonValue();
}
