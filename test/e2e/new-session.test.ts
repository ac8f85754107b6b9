/** Sessions from the phone: several at once in a folder and in worktrees, closed, reopened, removed, and no more than may be. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { CliHost } from '../support/cli-host.ts';
import { needing } from '../support/needs.ts';
import { cliPath } from '../support/paths.ts';
import { openPhone, type Phone } from '../support/phone.ts';
import { alertOf, button, message, pairPhone, send } from '../support/phone-steps.ts';
import { makeRepository, runGit } from '../support/repository.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { eventually } from '../support/wait.ts';

/** It writes where it works, after asking. */
const agent = `${process.execPath} ${cliPath} demo-agent --allow-workspace`;
const patienceMs = 90_000;

interface Wish {
  name: string;
  worktree: boolean;
}

async function toList(page: Page): Promise<void> {
  const bar = button(page, 'New session');
  if (!(await bar.isVisible())) await button(page, 'Back').tap();
  await bar.waitFor();
}

/** In the sheet; the phone shows the session then. */
async function startNew(page: Page, { name, worktree }: Wish): Promise<void> {
  await toList(page);
  await button(page, 'New session').tap();
  const sheet = page.getByRole('region', { name: 'New session' });
  await sheet.getByRole('textbox', { name: 'Name' }).fill(name);
  await sheet
    .getByRole('radio', { name: worktree ? /^In a worktree of its own/ : /^In the folder itself/ })
    .check();
  await sheet.getByRole('button', { name: 'Start' }).tap();
}

async function openRow(page: Page, title: string): Promise<void> {
  await toList(page);
  await page.locator('.session-row').filter({ hasText: title }).tap();
  await message(page).waitFor();
}

/** What there is to a session in the list. */
async function openMore(page: Page, title: string): Promise<void> {
  await toList(page);
  await button(page, `More about ${title}`).tap();
  await page.getByRole('region', { name: `About ${title}` }).waitFor();
}

const rowOf = (page: Page, title: string) => page.locator('.session-line').filter({ hasText: title });

async function closeIt(page: Page, title: string): Promise<void> {
  await openMore(page, title);
  await button(page, 'Close session').tap();
  await page.getByText(`Closed: ${title}`).waitFor();
}

describe('new sessions from the phone', function () {
  this.timeout(300_000);
  let browser: TestBrowser;
  let host: CliHost;
  let phone: Phone;
  let cwd = '';

  const open = async (...args: string[]) => {
    cwd = join(tempFolder('od-new'), 'garden');
    makeRepository(cwd);
    host = new CliHost({ args: ['--agent-command', agent, ...args], cwd });
    phone = await openPhone(browser.browser, { pictures: 'new-session' });
    phone.context.setDefaultTimeout(patienceMs);
    await pairPhone(phone, host, await host.ready(), 'y control');
  };

  before(async function () {
    needing(this, 'browser');
    browser = await launchBrowser();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      await phone?.picture('failed').catch(() => undefined);
      console.log(host?.process.output.slice(-2_000));
    }
    await phone?.close();
    await host?.stop();
  });
  after(() => browser?.close());

  it('three at once, on the same file name, in two worktrees and the folder; removed cleanly (C18, S5, S7)', async () => {
    await open('--capacity', '4');
    const { page } = phone;
    const all: Wish[] = [
      { name: 'Plant roses', worktree: true },
      { name: 'Paint the shed', worktree: true },
      { name: 'Mow the lawn', worktree: false },
    ];
    for (const wish of all) {
      await startNew(page, wish);
      await page.locator('header .title').getByText(wish.name).waitFor();
    }
    // Each asks to write the same file before any may.
    for (const { name } of all) {
      await openRow(page, name);
      await send(page, `/edit notes.txt ${name} today`);
      await page.getByRole('button', { name: /^Allow once/ }).waitFor();
    }
    await toList(page);
    await page.getByRole('region', { name: 'Waiting for you' }).waitFor();
    for (const { name, worktree } of all) {
      await rowOf(page, name).getByText(/asks/).waitFor();
      await rowOf(page, name)
        .getByText(worktree ? /^offdesk\// : 'main', { exact: !worktree })
        .waitFor();
      assert.equal(await rowOf(page, name).getByText('worktree', { exact: true }).count(), worktree ? 1 : 0);
    }
    await phone.picture('list-waiting');
    for (const { name } of all) {
      await openRow(page, name);
      await page.getByRole('button', { name: /^Allow once/ }).tap();
      await page.getByText('notes.txt has a new line').waitFor();
    }

    const worktrees = () =>
      runGit(cwd, 'worktree', 'list', '--porcelain')
        .split('\n')
        .flatMap((line) => (line.startsWith('worktree ') ? [line.slice('worktree '.length)] : []));
    const [, ...made] = worktrees();
    assert.equal(made.length, 2);
    const notes = [cwd, ...made].map((folder) => readFileSync(join(folder, 'notes.txt'), 'utf8'));
    for (const { name } of all)
      assert.equal(notes.filter((text) => text.includes(`${name} today`)).length, 1, name);
    assert.match(notes[0]!, /Mow the lawn today/);

    // Its work is nowhere else: it is removed after a confirmation alone.
    await closeIt(page, 'Plant roses');
    const past = button(page, 'Earlier sessions');
    await past.tap();
    await openMore(page, 'Plant roses');
    await button(page, 'Remove worktree').tap();
    await page
      .getByRole('alertdialog')
      .getByText(/notes\.txt/)
      .waitFor();
    await phone.picture('worktree-dirty');
    await button(page, 'Keep it').tap();
    assert.deepEqual(worktrees().slice(1).sort(), [...made].sort(), 'nothing was removed');
    await button(page, 'Remove worktree').tap();
    await button(page, 'Remove and lose this').tap();
    await eventually(() => worktrees().length === 2, {
      what: 'the worktree to be gone',
      timeoutMs: patienceMs,
    });

    // One whose work was thrown away goes without a question.
    const [left] = worktrees().slice(1);
    runGit(left!, 'clean', '--force', '--quiet');
    await closeIt(page, 'Paint the shed');
    await openMore(page, 'Paint the shed');
    await button(page, 'Remove worktree').tap();
    await eventually(() => worktrees().length === 1, { what: 'the other to be gone', timeoutMs: patienceMs });
    assert.equal(existsSync(left!), false);
    assert.deepEqual(runGit(cwd, 'branch', '--list', 'offdesk/*'), '');
    assert.match(readFileSync(join(cwd, 'notes.txt'), 'utf8'), /Mow the lawn today/);

    // Undo of a close: the conversation is there and takes prompts.
    await closeIt(page, 'Mow the lawn');
    await button(page, 'Reopen').first().tap();
    await page.getByText('notes.txt has a new line').waitFor();
    await send(page, '/help');
    await page.getByText('This is what I know').waitFor();
  });

  it('with no room left it says so, and what to do (C18, S5)', async () => {
    await open('--capacity', '2');
    const { page } = phone;
    await startNew(page, { name: 'The second', worktree: false });
    await page.locator('header .title').getByText('The second').waitFor();
    await startNew(page, { name: 'One too many', worktree: false });
    const refused = alertOf(page, 'session_limit');
    await refused.getByText(/^2 sessions are open/).waitFor();
    await refused.getByText(/^Close one/).waitFor();
    await page.getByText('2 of 2 sessions are open. Close one to make room.').waitFor();
    await phone.picture('no-room');
    await button(page, 'Close').tap();
    await closeIt(page, 'The second');
    await startNew(page, { name: 'There is room', worktree: false });
    await page.locator('header .title').getByText('There is room').waitFor();
  });

  it('where one session is shared a second one is refused (C18, S5)', async () => {
    await open('--spawn', 'session');
    const { page } = phone;
    await toList(page);
    await button(page, 'New session').tap();
    await page.getByText('started for one session').waitFor();
    await button(page, 'Start').tap();
    await alertOf(page, 'session_limit')
      .getByText(/shares one session/)
      .waitFor();
    await phone.picture('one-session');
  });
});
