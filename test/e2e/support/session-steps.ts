/** What a user does with sessions on the phone, whichever host they are of. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import type { Phone } from '../../support/phone.ts';
import { button, message, send } from '../../support/phone-steps.ts';
import { runGit } from '../../support/repository.ts';
import { eventually } from '../../support/wait.ts';
import type { Workbench } from '../../support/workbench.ts';

const patienceMs = 90_000;

export interface Wish {
  name: string;
  worktree: boolean;
}

export async function toList(page: Page): Promise<void> {
  const bar = button(page, 'New session');
  if (!(await bar.isVisible())) await button(page, 'Back').tap();
  await bar.waitFor();
}

/** The view at the desk has this one of several in front. */
export async function showsSession(desk: Workbench, title: string): Promise<void> {
  const chosen = desk.webview().getByRole('combobox', { name: 'Session' }).locator('option:checked');
  await eventually(async () => (await chosen.textContent())?.includes(title), {
    what: `the desk to show ${title}`,
    timeoutMs: patienceMs,
  });
}

/** In the sheet; the phone shows the session then. */
export async function startNew(page: Page, { name, worktree }: Wish): Promise<void> {
  await toList(page);
  await button(page, 'New session').tap();
  const sheet = page.getByRole('region', { name: 'New session' });
  await sheet.getByRole('textbox', { name: 'Name' }).fill(name);
  await sheet
    .getByRole('radio', { name: worktree ? /^In a worktree of its own/ : /^In the folder itself/ })
    .check();
  await sheet.getByRole('button', { name: 'Start' }).tap();
}

type Section = 'Waiting for you' | 'Idle';

/** A row moves with the state of its session, and a tap would miss one that is about to. */
async function listed(page: Page, title: string, section: Section): Promise<void> {
  await toList(page);
  await page.getByRole('region', { name: section }).locator(rowOf(page, title)).waitFor();
}

/** `section`: in which it stays until it is opened, as do the others. */
export async function openRow(page: Page, title: string, section: Section = 'Idle'): Promise<void> {
  await listed(page, title, section);
  await page.locator('.session-row').filter({ hasText: title }).tap();
  await message(page).waitFor();
}

/** What there is to a session in the list. */
export async function openMore(page: Page, title: string): Promise<void> {
  await toList(page);
  await button(page, `More about ${title}`).tap();
  await page.getByRole('region', { name: `About ${title}` }).waitFor();
}

export const rowOf = (page: Page, title: string): Locator =>
  page.locator('.session-line').filter({ hasText: title });

/** One that neither works nor asks. */
export async function closeIt(page: Page, title: string): Promise<void> {
  await listed(page, title, 'Idle');
  await openMore(page, title);
  await button(page, 'Close session').tap();
  await page.getByText(`Closed: ${title}`).waitFor();
}

/**
 * In a repository with an agent that writes after asking: two sessions in worktrees and one in the folder, made on the
 * phone, write the same file name at the same time; then all goes, nothing of it unnoticed.
 */
export async function threeAtOnce(phone: Phone, cwd: string): Promise<void> {
  const { page } = phone;
  const worktrees = () =>
    runGit(cwd, 'worktree', 'list', '--porcelain')
      .split('\n')
      .flatMap((line) => (line.startsWith('worktree ') ? [line.slice('worktree '.length)] : []));
  const branches = () => runGit(cwd, 'branch', '--list', 'offdesk/*');
  const before = { worktrees: worktrees(), branches: branches() };
  const ours = () => worktrees().filter((path) => !before.worktrees.includes(path));
  const all: Wish[] = [
    { name: 'Plant roses', worktree: true },
    { name: 'Paint the shed', worktree: true },
    { name: 'Mow the lawn', worktree: false },
  ];
  for (const wish of all) {
    await startNew(page, wish);
    await page.locator('header .title').getByText(wish.name).waitFor();
  }
  for (const { name } of all) await listed(page, name, 'Idle');
  // Each asks to write the same file before any may.
  for (const { name } of all) {
    await openRow(page, name);
    await send(page, `/edit notes.txt ${name} today`);
    await page.getByRole('button', { name: /^Allow once/ }).waitFor();
    await listed(page, name, 'Waiting for you');
  }
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
    await openRow(page, name, 'Waiting for you');
    await page.getByRole('button', { name: /^Allow once/ }).tap();
    await page.getByText('notes.txt has a new line').waitFor();
    await listed(page, name, 'Idle');
  }

  const made = ours();
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
  assert.deepEqual(ours().sort(), [...made].sort(), 'nothing was removed');
  await button(page, 'Remove worktree').tap();
  await button(page, 'Remove and lose this').tap();
  await eventually(() => ours().length === 1, { what: 'the worktree to be gone', timeoutMs: patienceMs });

  // One whose work was thrown away goes without a question.
  const [left] = ours();
  runGit(left!, 'clean', '--force', '--quiet');
  await closeIt(page, 'Paint the shed');
  await openMore(page, 'Paint the shed');
  await button(page, 'Remove worktree').tap();
  await eventually(() => ours().length === 0, { what: 'the other to be gone', timeoutMs: patienceMs });
  assert.equal(existsSync(left!), false);
  // The branch goes after its folder.
  await eventually(() => branches() === before.branches, {
    what: 'its branch to be gone',
    timeoutMs: patienceMs,
  });
  assert.match(readFileSync(join(cwd, 'notes.txt'), 'utf8'), /Mow the lawn today/);

  // Undo of a close: the conversation is there and takes prompts.
  await closeIt(page, 'Mow the lawn');
  await button(page, 'Reopen').first().tap();
  await page.getByText('notes.txt has a new line').waitFor();
  await send(page, '/help');
  await page.getByText('This is what I know').waitFor();
}
