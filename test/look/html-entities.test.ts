/** The browser's table of HTML entities says what the package `entities` says, which the bundles leave out. */
import assert from 'node:assert/strict';
import { decodeHTMLStrict, encodeNonAsciiHTML } from 'entities';
import { build } from 'esbuild';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { needing } from '../support/needs.ts';
import { root } from '../support/paths.ts';

describe('web: HTML entities', function () {
  let browser: TestBrowser;
  before(async function () {
    needing(this, 'browser');
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  it('C12: names mean the same as for markdown-it in Node', async () => {
    const bundle = await build({
      ...{ entryPoints: ['src/web/views/html-entities.ts'], absWorkingDir: root, bundle: true, write: false },
      ...{ format: 'iife', globalName: 'entities', logLevel: 'silent' },
    });
    const page = await browser.browser.newPage();
    await page.setContent('<!doctype html><title>x</title>');
    await page.addScriptTag({ content: bundle.outputFiles[0]?.text ?? '' });
    const all = [...named(), ...odd];
    assert.ok(all.length > 1_000);
    const decoded = await page.evaluate(
      (texts) =>
        texts.map((text) =>
          (
            globalThis as unknown as { entities: { decodeHTMLStrict(text: string): string } }
          ).entities.decodeHTMLStrict(text),
        ),
      all,
    );
    assert.deepEqual(
      decoded,
      all.map((text) => decodeHTMLStrict(text)),
    );
  });
});

/** A name of each character that has one. */
function named(): string[] {
  const characters = Array.from({ length: 0x1_ffff }, (_, code) => code)
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code));
  const names = characters.map((character) => encodeNonAsciiHTML(character));
  return [...new Set(names)].filter((name) => /^&\w+;$/.test(name) && !name.startsWith('&#'));
}

/** Unknown, a prefix of a known one, several characters, markup's own, white space. */
const odd = [
  ...['&nothing;', '&copyfoo;', '&ampamp;', '&notit;', '&notin;', '&semi;', '&Copy;', '&COPY;', '&amp;'],
  ...['&lt;', '&gt;', '&quot;', '&NewLine;', '&Tab;', '&nbsp;', '&fjlig;', '&NotEqualTilde;', '&bne;'],
];
