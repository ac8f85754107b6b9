/** The phone while the computer is off: what was said can be read, what is written is kept, and nobody else reads it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { findCanaries } from '../support/canary.ts';
import { CliHost, type CliHostOptions } from '../support/cli-host.ts';
import { needing } from '../support/needs.ts';
import { chromiumPath } from '../support/paths.ts';
import {
  alertText,
  button,
  connected,
  connection,
  hasWholeCount,
  log,
  pairPhone,
  says,
  send,
} from '../support/phone-steps.ts';
import { openPhone, type Phone } from '../support/phone.ts';
import { freePort } from '../support/ports.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { eventually } from '../support/wait.ts';

const canary = 'CANARY-written-on-the-phone-77e1';

describe('the phone while the computer is off', function () {
  this.timeout(180_000);
  const hosts: CliHost[] = [];
  const phones: Phone[] = [];

  before(function () {
    needing(this, 'browser', 'proc');
  });
  afterEach(async () => {
    for (const phone of phones.splice(0)) {
      assert.deepEqual(phone.log.exceptions, []);
      await phone.close();
    }
    await Promise.all(hosts.splice(0).map((host) => host.stop()));
  });

  function host(options: CliHostOptions): CliHost {
    const started = new CliHost(options);
    hosts.push(started);
    return started;
  }

  /** A phone whose storage is on a disk, so that it can be switched off and looked into. */
  async function phoneOn(profile: string): Promise<Phone> {
    const own: Pick<Browser, 'newContext'> = {
      newContext: (options) =>
        chromium.launchPersistentContext(profile, {
          ...options,
          executablePath: chromiumPath,
          headless: true,
          args: [
            ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
            ...['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
            ...['--disable-background-networking', '--disable-component-update'],
          ],
        }),
    };
    const phone = await openPhone(own as Browser, { pictures: 'offline' });
    phones.push(phone);
    return phone;
  }

  async function switchOff(phone: Phone): Promise<void> {
    phones.splice(phones.indexOf(phone), 1);
    assert.deepEqual(phone.log.exceptions, []);
    await phone.close();
  }

  /** Names of what is kept sealed; `since`: written since this time of the phone. */
  const kept = (phone: Phone, since = 0): Promise<string[]> =>
    phone.page.evaluate(async (since) => {
      const opening = indexedDB.open('offdesk-kept');
      await new Promise((resolve) => (opening.onsuccess = resolve));
      const db = opening.result;
      if (!db.objectStoreNames.contains('values')) return [];
      const stores = db.transaction(['values', 'uses']);
      const names = stores.objectStore('values').getAllKeys();
      const uses = stores.objectStore('uses').getAll();
      await new Promise((resolve) => (uses.onsuccess = resolve));
      db.close();
      const late = (uses.result as { name: string; used: number }[]).filter(({ used }) => used >= since);
      const all = names.result.map((key) => String((key as string[])[1]));
      return since === 0 ? all : all.filter((key) => late.some(({ name }) => name === key));
    }, since);
  const hasCopies = (phone: Phone) =>
    eventually(
      async () => {
        const names = await kept(phone);
        return names.includes('state') && names.some((name) => name.startsWith('session.'));
      },
      { what: 'the copies on the phone', timeoutMs: 60_000 },
    );
  /** A copy of the session is written now and then: what there is may be older than this. */
  const isCopiedSince = (phone: Phone, since: number) =>
    eventually(async () => (await kept(phone, since)).some((name) => name.startsWith('session.')), {
      what: 'a newer copy on the phone',
      timeoutMs: 60_000,
    });
  const texts = (phone: Phone) => phone.page.evaluate(() => Object.values(localStorage).join(' '));
  const apart = (phone: Phone) =>
    connection(phone.page)
      .filter({ hasText: /off or away|reconnecting/ })
      .waitFor();
  const count = (phone: Phone, text: string) =>
    log(phone.page).locator('.me').getByText(text, { exact: true }).count();

  it('N9: switched on again without the computer it shows the conversation, keeps what is written, delivers it once', async () => {
    const place = { args: ['--port', String(await freePort())], home: tempFolder('od-home') };
    const cwd = tempFolder('od-ws');
    const desk = host({ ...place, cwd });
    const profile = tempFolder('od-profile');
    let mine = await phoneOn(profile);
    await pairPhone(mine, desk, await desk.ready());
    await send(mine.page, '/long 200');
    await hasWholeCount(mine.page, 200);
    await button(mine.page, 'Stop').waitFor({ state: 'detached' });
    // With one more turn there will be a copy that has all of the one before.
    const since = await mine.page.evaluate(() => Date.now());
    await send(mine.page, 'Hello');
    await says(mine.page, 'I only follow a script');
    await button(mine.page, 'Stop').waitFor({ state: 'detached' });
    await hasCopies(mine);
    await isCopiedSince(mine, since);
    await mine.page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await switchOff(mine);
    // The power goes.
    desk.process.signal('SIGKILL');
    await desk.process.waitForExit();
    await desk.stop();

    mine = await phoneOn(profile);
    const page = `http://127.0.0.1:${place.args[1]}/`;
    await mine.open(page);
    await log(mine.page).waitFor();
    await hasWholeCount(mine.page, 200);
    await apart(mine);
    await connection(mine.page)
      .filter({ hasText: /last connected/ })
      .waitFor();
    await mine.picture('read');
    await send(mine.page, '/help');
    await says(mine.page, 'kept on this phone, waiting for the connection');
    await mine.picture('kept');
    await mine.reopen(page);
    await says(mine.page, 'kept on this phone, waiting for the connection');

    const again = host({ ...place, cwd });
    await connected(mine.page);
    await says(mine.page, 'This is what I know');
    await button(mine.page, 'Stop').waitFor({ state: 'detached' });
    assert.deepEqual([await count(mine, '/help'), await count(mine, '/long 200')], [1, 1]);
    await hasWholeCount(mine.page, 200);
    assert.equal(again.events('paired').length, 0);
  });

  it('N9: what is kept is sealed on the disk, and gone after a revocation', async () => {
    const desk = host({});
    const profile = tempFolder('od-profile');
    let mine = await phoneOn(profile);
    const paired = await pairPhone(mine, desk, await desk.ready());
    await send(mine.page, `/help ${canary}`);
    await says(mine.page, 'This is what I know');
    await hasCopies(mine);
    const address = mine.page.url();
    await switchOff(mine);
    const files = readdirSync(profile, { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile() && entry.parentPath.includes('IndexedDB'),
    );
    const found = files.flatMap((entry) => {
      const bytes = readFileSync(join(entry.parentPath, entry.name));
      return findCanaries(bytes, [{ name: entry.name, value: canary }]);
    });
    assert.ok(files.length > 0);
    assert.deepEqual(found, []);

    mine = await phoneOn(profile);
    await mine.open(address);
    await connected(mine.page);
    await says(mine.page, canary);
    desk.say(`revoke ${String(paired.id)}`);
    await alertText(mine.page, 'device_revoked');
    assert.deepEqual([await kept(mine), await texts(mine)], [[], '']);
  });

  it('N9: Forget this computer asks, and wipes all of it', async () => {
    const desk = host({});
    const mine = await phoneOn(tempFolder('od-profile'));
    await pairPhone(mine, desk, await desk.ready());
    await send(mine.page, '/help');
    await says(mine.page, 'This is what I know');
    await hasCopies(mine);
    await button(mine.page, 'Back').click();
    await button(mine.page, 'Forget this computer').click();
    await mine.picture('forget');
    await button(mine.page, 'Keep').click();
    await button(mine.page, 'Forget this computer').click();
    await button(mine.page, 'Forget').click();
    await mine.page.getByRole('heading', { name: /Continue your coding session/ }).waitFor();
    assert.deepEqual([await kept(mine), await texts(mine)], [[], '']);
    await mine.reopen();
    await mine.page.getByRole('heading', { name: /Continue your coding session/ }).waitFor();
  });
});
