/** @-files in the phone's composer, from the folder on disk to what the agent gets. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { CliHost } from '../support/cli-host.ts';
import { needing } from '../support/needs.ts';
import { root } from '../support/paths.ts';
import { openPhone, type Phone } from '../support/phone.ts';
import { log, message, pairPhone, says, send } from '../support/phone-steps.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { eventually } from '../support/wait.ts';
import { seriousFindings } from '../look/axe.ts';

const agent = `${process.execPath} ${join(root, 'test', 'support', 'tiny-agent.mjs')}`;

describe('completion on the phone', function () {
  this.timeout(240_000);
  let browser: TestBrowser;
  let host: CliHost;
  let phone: Phone;
  let cwd = '';

  const options = () => phone.page.getByRole('listbox', { name: 'Files' }).getByRole('option');
  const offered = async (): Promise<string[]> => options().locator('.hidden').allTextContents();
  const type = async (text: string): Promise<void> => {
    await message(phone.page).fill('');
    await message(phone.page).pressSequentially(text);
  };
  const becomes = (wanted: (names: string[]) => boolean, what: string): Promise<unknown> =>
    eventually(async () => wanted(await offered()), { what, timeoutMs: 60_000 }).catch(
      async (error: unknown) => {
        throw new Error(`${String(error)}; offered: ${(await offered()).join(' | ')}`, { cause: error });
      },
    );
  /** The list is there, with or without files. */
  const answered = async () => (await phone.page.locator('.files').count()) > 0;
  const active = () => options().and(phone.page.locator('[aria-selected=true]'));
  const text = () => message(phone.page).inputValue();

  before(async function () {
    needing(this, 'browser');
    cwd = tempFolder('od-complete');
    for (const folder of ['src/host', 'src/web', 'my docs', 'build'])
      mkdirSync(join(cwd, folder), { recursive: true });
    const files = [
      'src/host/sessions.ts',
      'src/web/session-view.tsx',
      'my docs/the "plan".md',
      'build/sessions.js',
    ];
    for (const file of files) writeFileSync(join(cwd, file), '');
    writeFileSync(join(cwd, '.gitignore'), 'build/\n');
    const outside = tempFolder('od-outside');
    writeFileSync(join(outside, 'secret.txt'), '');
    symlinkSync(join(outside, 'secret.txt'), join(cwd, 'secret.txt'));
    execFileSync('git', ['init', '-q'], { cwd });
    host = new CliHost({ args: ['--agent-command', agent], cwd });
    browser = await launchBrowser();
    phone = await openPhone(browser.browser, { pictures: 'complete' });
    await pairPhone(phone, host, await host.ready(), 'y control');
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await phone?.picture('failed').catch(() => undefined);
  });
  after(async () => {
    await phone?.close();
    await host?.stop();
    await browser?.close();
  });

  it('offers files and folders by a few letters, none that is ignored, none that leads outside (C10)', async () => {
    await type('see @ses');
    await becomes((names) => names[0] === 'src/host/sessions.ts', 'the sessions first');
    assert.ok(!(await offered()).some((name) => name.startsWith('build/')));
    // The list may still be that of the letter before.
    const matched = () => options().first().locator('b').first().innerText();
    await eventually(async () => (await matched()) === 'ses', { what: 'the letters to be marked' });
    await phone.picture('files');
    await type('@secret');
    await phone.page.getByText('No file matches.').waitFor();
    await type('@../');
    await phone.page.getByText('No file matches.').waitFor();
  });

  it('by keyboard into a folder and to a file with an odd name, which the agent gets as a link (C10)', async () => {
    await type('read @mydoc');
    await becomes((names) => names[0] === 'my docs/, folder', 'the folder first');
    // Two looks, between which the list of the last letter may come.
    const described = () => message(phone.page).getAttribute('aria-activedescendant');
    await eventually(async () => (await described()) === (await active().getAttribute('id')), {
      what: 'the active one to be told',
    });
    await message(phone.page).press('Enter');
    assert.equal(await text(), 'read @"my docs/"');
    await becomes((names) => names[0] === 'my docs/the "plan".md', 'what is in the folder');
    await phone.picture('folder');
    await message(phone.page).pressSequentially('plan');
    await becomes((names) => names[0] === 'my docs/the "plan".md', 'the plan');
    await message(phone.page).press('Tab');
    assert.equal(await text(), 'read @"my docs/the \\"plan\\".md" ');
    await message(phone.page).pressSequentially('and @sesview');
    await becomes((names) => names[0] === 'src/web/session-view.tsx', 'the view');
    await message(phone.page).press('ArrowDown');
    await message(phone.page).press('ArrowUp');
    await options().first().tap();
    await phone.page.getByRole('button', { name: 'Send', exact: true }).click();
    const uri = (name: string) => pathToFileURL(join(cwd, name)).href;
    for (const name of ['my docs/the "plan".md', 'src/web/session-view.tsx'])
      await says(phone.page, `[resource_link](${name})(${uri(name)})`);
    assert.deepEqual(await log(phone.page).locator('.me code').allInnerTexts(), [
      '@"my docs/the \\"plan\\".md"',
      '@src/web/session-view.tsx',
    ]);
    await phone.picture('sent');
  });

  it('what was chosen before comes first (C10)', async () => {
    await type('@');
    await becomes(
      (names) => names[0]?.endsWith('.tsx, recent') || names[0]?.endsWith('.md, recent') || false,
      'one',
    );
    assert.equal((await offered()).filter((name) => name.endsWith(', recent')).length, 2);
    await phone.picture('recent');
  });

  it('files that are made, renamed and deleted appear and vanish (C10)', async () => {
    const seen = async (change: () => void, name: string, there: boolean): Promise<void> => {
      change();
      await eventually(
        async () => {
          await type(`@${name.slice(0, 8)}`);
          // The list is that of the last letter only after a moment.
          return eventually(async () => (await answered()) && (await offered()).includes(name) === there, {
            ...{ what: 'the list', timeoutMs: 2_000 },
          });
        },
        { what: `${name} to ${there ? 'appear' : 'vanish'}`, timeoutMs: 60_000, everyMs: 300 },
      );
    };
    await seen(() => writeFileSync(join(cwd, 'brandnew.ts'), ''), 'brandnew.ts', true);
    await seen(
      () => renameSync(join(cwd, 'brandnew.ts'), join(cwd, 'src', 'newname.ts')),
      'brandnew.ts',
      false,
    );
    await seen(() => undefined, 'src/newname.ts', true);
    await seen(() => rmSync(join(cwd, 'src', 'newname.ts')), 'src/newname.ts', false);
  });

  it('a screen reader hears what is there (axe), and Escape closes the list (C10)', async () => {
    await type('@s');
    await becomes((names) => names.length > 1, 'some files');
    assert.deepEqual(await seriousFindings(phone.page), []);
    await message(phone.page).press('Escape');
    await options().first().waitFor({ state: 'detached' });
    assert.equal(await message(phone.page).getAttribute('aria-activedescendant'), null);
    await message(phone.page).fill('');
    await send(phone.page, 'over');
  });
});
