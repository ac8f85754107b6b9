/** Words of an agent that try to do something: each does nothing, and can be seen. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Fact } from '../../src/protocol/facts.ts';
import { alive } from './alive.ts';
import { Script } from './facts.script.ts';
import { lookAt } from './screens.sights.ts';

const surfaces = { phone: 'phone-empty-demo', desk: 'desk-devices' } as const;
const allow = [
  ['yes', 'Allow once', 'allow_once'],
  ['no', 'Reject', 'reject_once'],
] as const;
const path = '/work/api-gateway/invoice\u202efdp.sh';
const hidden = '\u200bREADME.md';

/** What is sent, and what of it a reader sees. */
const tries: { [name: string]: { sends: (script: Script) => Script; shown: string[] } } = {
  'a script': {
    sends: (script) =>
      script.say('<script>window.harmed=1</' + 'script><img src=x onerror="window.harmed=1">'),
    shown: ['<script>window.harmed=1</' + 'script>', 'onerror="window.harmed=1"'],
  },
  'HTML in other places': {
    sends: (script) =>
      script
        .update({ sessionUpdate: 'notice', title: '<iframe srcdoc="x">', description: '<b onclick=x>' })
        .update({
          sessionUpdate: 'plan',
          entries: [{ content: '<svg onload=window.harmed=1>', status: 'pending', priority: 'low' }],
        }),
    shown: ['<iframe srcdoc="x">', '<b onclick=x>', '<svg onload=window.harmed=1>'],
  },
  'links that run something': {
    sends: (script) =>
      script.say('[one](javascript:window.harmed=1) [two](command:harm) <javascript:window.harmed=2>'),
    shown: ['javascript:window.harmed=1', 'command:harm', 'javascript:window.harmed=2'],
  },
  'resources that run something': {
    sends: (script) =>
      script.update({
        ...{
          sessionUpdate: 'tool_call',
          toolCallId: 'r',
          title: 'Fetch',
          kind: 'fetch',
          status: 'completed',
        },
        content: ['javascript:window.harmed=1', 'command:harm', 'data:text/html,harm'].map((uri) => ({
          type: 'content',
          content: { type: 'resource_link', name: '', uri },
        })),
      }),
    shown: ['javascript:window.harmed=1', 'command:harm', 'data:text/html,harm'],
  },
  'words to a terminal': {
    sends: (script) =>
      script.tool(
        { toolCallId: 't', title: 'cat \u001b]0;harmed\u0007', kind: 'execute' },
        'failed',
        'a\u001b]52;c;aGFybWVk\u0007 b\u001b]0;harmed\u0007 c\u001b]2;harmed\u001b\\ d\u001b]8;;command:harm\u0007here\u001b]8;;\u0007',
      ),
    shown: [']52;c;aGFybWVk', '␛]0;harmed', '␛]2;harmed', '␛]8;;command:harm', 'here'],
  },
  'words to a terminal in a message': {
    sends: (script) => script.say('a \u001b]52;c;aGFybWVk\u0007 b \u001b]0;harmed\u0007'),
    shown: ['␛]52;c;aGFybWVk␇', '␛]0;harmed␇'],
  },
  'another direction in a file name': {
    sends: (script) =>
      script.update({
        ...{
          sessionUpdate: 'tool_call',
          toolCallId: 'f',
          title: `Edit ${path}`,
          kind: 'edit',
          status: 'failed',
        },
        content: [{ type: 'diff', path, oldText: null, newText: 'x\u202ey' }],
        locations: [{ path: hidden, line: 1 }],
      }),
    shown: ['Edit invoice[U+202E]fdp.sh', 'x[U+202E]y', '[U+200B]README.md:1'],
  },
  'another direction in a command to be approved': {
    sends: (script) =>
      script.asksLeave(
        'q',
        {
          ...{ toolCallId: 'c', title: 'echo \u202eharmless', kind: 'execute' },
          rawInput: { command: 'rm -rf / # \u202esdrawkcab\u2066 \u001b[8mhidden' },
        },
        allow,
      ),
    shown: ['rm -rf / # U+202EsdrawkcabU+2066 U+001B[8mhidden'],
  },
  'another direction in a file to be approved': {
    sends: (script) =>
      script.asksLeave(
        'e',
        {
          ...{ toolCallId: 'd', title: 'Write', kind: 'edit' },
          content: [{ type: 'diff', path, oldText: null, newText: 'echo \u202eevil' }],
        },
        allow,
      ),
    shown: ['U+202E', 'fdp.sh', 'evil'],
  },
};

describe('words that try to do something', function () {
  this.timeout(120_000);
  const looking = lookAt();

  for (const surface of ['phone', 'desk'] as const)
    for (const [name, { sends, shown }] of Object.entries(tries))
      it(`C4, C12: ${name} does nothing on the ${surface}, and is seen`, async () => {
        const context = await looking.browser.newContext({
          viewport: { width: 360, height: 740 },
          locale: 'en-GB',
          permissions: ['clipboard-read', 'clipboard-write'],
        });
        try {
          const page = await context.newPage();
          page.setDefaultTimeout(60_000);
          const happened: string[] = [];
          page.on('popup', (popup) => happened.push(`a window: ${popup.url()}`));
          page.on('dialog', (dialog) => happened.push(`a dialog: ${dialog.message()}`));
          page.on('framenavigated', (frame) => happened.push(`went to ${frame.url()}`));
          await page.goto(looking.scenes.address(surfaces[surface], surface === 'desk' ? 'light' : ''));
          await page.locator('.scroller').waitFor();
          const [address, title] = [page.url(), await page.title()];
          happened.length = 0;
          await page.evaluate(() => navigator.clipboard.writeText('mine'));
          const begun = new Script().ready().turn('the-prompt', 'Go', { kind: 'desk' });
          await feed(page, sends(begun).facts);
          for (const words of shown) await sees(page, words);
          await tapAll(page);
          assert.deepEqual(await alive(page), []);
          assert.deepEqual(happened, []);
          // How many questions wait stands before it.
          const now = (await page.title()).replace(/^\(\d+\) /, '');
          assert.deepEqual([page.url(), now], [address, title]);
          assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'mine');
        } finally {
          await context.close();
        }
      });
});

const feed = (page: Page, facts: readonly Fact[]) =>
  page.evaluate((all) => {
    const { more } = window as unknown as { more(fact: unknown): void };
    for (const fact of all) more(fact);
  }, facts);

/** Unfolded where it has to be. */
async function sees(page: Page, words: string): Promise<void> {
  await page.waitForFunction((wanted) => {
    for (const details of document.querySelectorAll('.items details'))
      (details as HTMLDetailsElement).open = true;
    for (const button of document.querySelectorAll<HTMLElement>('.items .more[aria-expanded=false]'))
      button.click();
    return document.body.innerText.includes(wanted);
  }, words);
}

/** What looks as if it led somewhere, as a curious reader would. */
async function tapAll(page: Page): Promise<void> {
  for (const link of await page.locator('.items a, .items .path:not(.opens), .items .md p').all())
    await link.click({ position: { x: 4, y: 4 } });
}
