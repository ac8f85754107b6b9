/** History kept on a device, in a real browser: sealed, bounded, wiped, and apart from the pairings. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { launchBrowser, type TestBrowser } from '../../support/browser.ts';
import { findCanaries } from '../../support/canary.ts';
import { needing } from '../../support/needs.ts';
import { chromiumPath } from '../../support/paths.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import type {} from './kept-page.ts';

const canary = 'CANARY-conversation-41c7f0e2';

describe('web: history kept on a device', function () {
  this.timeout(180_000);
  let browser: TestBrowser;
  let server: Server;
  let address: string;
  let context: BrowserContext;
  let page: Page;

  before(async function () {
    needing(this, 'browser');
    const entry = join(import.meta.dirname, 'kept-page.ts');
    const bundle = await build({ entryPoints: [entry], bundle: true, write: false, format: 'iife' });
    const script = bundle.outputFiles[0]!.text;
    server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(`<!doctype html><title>kept</title><script>${script}</script>`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  });
  beforeEach(async () => {
    context = await browser.browser.newContext();
    page = await context.newPage();
    await page.goto(address);
  });
  afterEach(() => context?.close());

  it('K4: a value comes back in another page, sealed by a key that no script can read', async () => {
    await page.evaluate(async (text) => {
      await window.kept.open('host').write('session.s1', { text, emoji: '🙂' });
    }, canary);
    await page.reload();
    const found = await page.evaluate(async () => {
      const { open, key } = window.kept;
      const owner = await key('host');
      const exported = await crypto.subtle.exportKey('raw', owner!.key).then(
        () => 'exported',
        (error: unknown) => (error as Error).name,
      );
      return {
        value: await open('host').read('session.s1'),
        other: await open('another host').read('session.s1'),
        missing: await open('host').read('session.s2'),
        extractable: owner!.key.extractable,
        exported,
      };
    });
    assert.deepEqual(found, {
      value: { text: canary, emoji: '🙂' },
      other: undefined,
      missing: undefined,
      extractable: false,
      exported: 'InvalidAccessError',
    });
  });

  it('K4: the same text is never sealed to the same bytes, and a value moved to another name is none', async () => {
    const found = await page.evaluate(async (text) => {
      const { open, rows, move } = window.kept;
      const cache = open('host');
      await cache.write('a', { text });
      await cache.write('b', { text });
      const bytes = (await rows('values')).map(({ value }) =>
        [...new Uint8Array((value as { data: ArrayBuffer }).data)].join(),
      );
      await move(['host', 'a'], ['host', 'b']);
      return { bytes, a: await cache.read('a'), b: await cache.read('b') };
    }, canary);
    assert.equal(new Set(found.bytes).size, 2);
    assert.deepEqual([found.a, found.b], [{ text: canary }, undefined]);
  });

  it('K4: nothing of it stands on the disk in any form that can be read', async () => {
    const profile = tempFolder('od-profile');
    const own = await chromium.launchPersistentContext(profile, {
      executablePath: chromiumPath,
      headless: true,
      timeout: 60_000,
      args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu', '--no-first-run'],
    });
    try {
      const tab = await own.newPage();
      await tab.goto(address);
      await tab.evaluate(async (text) => {
        const cache = window.kept.open('host');
        // Short, and too short to be packed; and long enough to be kept in a file of its own.
        await cache.write('short', text);
        await cache.write('long', text + window.kept.noise(500_000));
        // What is written beside it unsealed is found: the search works.
        localStorage.setItem('proof', 'CANARY-unsealed-9a8b7c6d');
        const opening = indexedDB.open('plain', 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore('t');
        await new Promise((resolve) => (opening.onsuccess = resolve));
        const tx = opening.result.transaction('t', 'readwrite', { durability: 'strict' });
        tx.objectStore('t').put('CANARY-unsealed-9a8b7c6d', 1);
        await new Promise((resolve) => (tx.oncomplete = resolve));
      }, canary);
    } finally {
      await own.close();
    }
    const stored = readdirSync(profile, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.parentPath.includes('IndexedDB'))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
    assert.ok(stored.reduce((sum, bytes) => sum + bytes.length, 0) > 100_000);
    const finds = (text: string) =>
      stored.flatMap((bytes) => findCanaries(bytes, [{ name: text, value: text }]));
    assert.ok(finds('CANARY-unsealed-9a8b7c6d').length > 0);
    assert.deepEqual(finds(canary), []);
  });

  it('K5: within the budget what was used last stays, of all computers together', async () => {
    const found = await page.evaluate(async () => {
      const { open, noise, rows } = window.kept;
      const budget = 80_000;
      const [one, two] = [open('one', budget), open('two', budget)];
      const text = noise(40_000);
      await one.write('a', text);
      await two.write('b', text);
      await one.read('a');
      await two.write('c', text);
      await two.write('d', text);
      const kept = await Promise.all([one.read('a'), two.read('b'), two.read('c'), two.read('d')]);
      await one.write('e', noise(400_000));
      const bytes = (await rows('uses')).reduce(
        (sum, { value }) => sum + (value as { bytes: number }).bytes,
        0,
      );
      return { kept: kept.map((value) => value === text), large: await one.read('e'), bytes };
    });
    // Noise of 40,000 characters packs to about 24,000 bytes.
    assert.deepEqual(found.kept, [true, false, true, true]);
    assert.equal(found.large, undefined);
    assert.ok(found.bytes <= 80_000);
  });

  it('K5: where the browser has less room the oldest half goes, and nothing throws', async () => {
    const found = await page.evaluate(async () => {
      const { open, noise, rows } = window.kept;
      const cache = open('host');
      const text = noise(30_000);
      for (let i = 0; i < 6; i++) await cache.write(`old${i}`, text);
      // A browser whose quota is used up says so when something is put.
      const put = IDBObjectStore.prototype.put;
      let refusals = 2;
      IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...args) {
        if (this.name === 'values' && refusals-- > 0) throw new DOMException('full', 'QuotaExceededError');
        return put.apply(this, args);
      };
      await cache.write('lost', text);
      await cache.write('new', text);
      const old = await Promise.all([0, 1, 2, 3, 4, 5].map((i) => cache.read(`old${i}`)));
      const lost = await cache.read('lost');
      return {
        old: old.map((value) => value !== undefined),
        lost: lost !== undefined,
        kept: (await cache.read('new')) === text,
        rows: (await rows('values')).length,
      };
    });
    // Refused twice it is given up; the next one finds room.
    assert.deepEqual(found, {
      ...{ old: [false, false, false, true, true, true], lost: false, kept: true },
      rows: 4,
    });
  });

  it('K6: clear forgets a computer, its key and what is just being written; others keep theirs', async () => {
    const found = await page.evaluate(async (text) => {
      const { open, rows } = window.kept;
      const [mine, other] = [open('mine'), open('other')];
      await Promise.all([mine.write('a', text), other.write('a', text)]);
      const late = mine.write('b', text);
      const cleared = mine.clear();
      const later = mine.write('c', text);
      await Promise.all([late, cleared, later]);
      const first: string[][] = [];
      for (const store of ['keys', 'values', 'uses'])
        first.push((await rows(store)).map(({ key }) => String(key)));
      const again = open('mine');
      await again.write('d', text);
      return { first, dead: await mine.read('a'), a: await again.read('a'), d: await again.read('d') };
    }, canary);
    assert.deepEqual(found, {
      first: [['other'], ['other,a'], ['other,a']],
      dead: undefined,
      a: undefined,
      d: canary,
    });
  });

  it('K6: a tab that still writes after another one wiped keeps nothing', async () => {
    const second = await context.newPage();
    await second.goto(address);
    await page.evaluate(async (text) => {
      const cache = window.kept.open('host');
      await cache.write('a', text);
      Object.assign(window, { cache });
    }, canary);
    await second.evaluate(() => window.kept.open('host').clear());
    const left = await page.evaluate(async (text) => {
      const { cache } = window as unknown as { cache: typeof window.kept.noHistoryCache };
      await cache.write('b', text);
      return [...(await window.kept.rows('keys')), ...(await window.kept.rows('values'))].length;
    }, canary);
    assert.equal(left, 0);
  });

  it('K7: the pairings of the release before are there, also while a tab of it is still open', async () => {
    const pairing = {
      ...{ hostId: 'h', relay: 'https://r.test/', hostName: 'desk', ticket: 't', scope: 'control' },
      ...{ pairedAt: 1, hostKey: null, key: { kind: 'raw', secret: null } },
    };
    const old = await context.newPage();
    await old.goto(address);
    await old.evaluate(async (row) => {
      const bytes = new Uint8Array(32);
      const made = { ...row, hostKey: bytes, key: { kind: 'raw', secret: bytes } };
      await window.kept.oldPairings([made as never]);
    }, pairing);
    const found = await page.evaluate(async () => {
      const cache = window.kept.open('h');
      await cache.write('state', { sessions: 1 });
      return { pairings: await window.kept.pairings(), state: await cache.read('state') };
    });
    assert.deepEqual(
      found.pairings.map(({ hostId, ticket }) => [hostId, ticket]),
      [['h', 't']],
    );
    assert.deepEqual(found.state, { sessions: 1 });
  });
});
