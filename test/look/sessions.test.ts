/** The list of sessions on both surfaces: how it looks in every theme, and what its acts ask of the host. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { outputPath } from '../support/paths.ts';
import { eventually } from '../support/wait.ts';
import { asked } from './controls.host.ts';
import { open, show, type View } from './controls.views.ts';
import { assertNotBlank } from './screens.checks.ts';
import { lookAt, narrowSights, wideSights, wrongWith, type Sight } from './screens.sights.ts';
import { openMore, openNew, openPast, sessionViews } from './sessions.views.ts';

describe('the list of sessions, on both surfaces', function () {
  this.timeout(180_000);
  const looking = lookAt([...narrowSights, ...wideSights]);

  for (const [name, view] of Object.entries<View>(sessionViews))
    it(`${name} is well seen, and has no serious finding (S7, C18)`, async () => {
      const found: string[] = [];
      for (const [sight, page] of looking.pages)
        if (view.only === undefined || view.only === sight.surface)
          found.push(...(await look(page, sight, name, view)));
      assert.deepEqual(found, []);
    });

  async function look(page: Page, sight: Sight, name: string, view: View): Promise<string[]> {
    const picture = `${sight.surface}-${name}-${sight.name}`;
    await show(looking, page, sight, view);
    assertNotBlank(await page.screenshot({ path: outputPath('sessions', `${picture}.png`) }), picture);
    return (await wrongWith(page, sight)).map((problem) => `${picture}: ${problem}`);
  }

  /** What was asked for; with an id, so that it counts once however often it is asked for. */
  async function begun(page: Page): Promise<Record<string, unknown>> {
    const [wish] = await asked(page, '_offdesk/session/new');
    const { id, ...rest } = wish as { id: string };
    assert.match(id, /^[\w-]{8,64}$/);
    return rest;
  }

  it('a session starts with what is filled in, by one tap (C18)', async () => {
    const page = await open(looking, 'phone', {
      scene: 'sessions',
      whole: 'Flaky upload test',
      act: openNew,
    });
    await page.getByRole('button', { name: 'Start' }).tap();
    const wish = await begun(page);
    assert.deepEqual(wish, { agent: 'claude', folder: '/work/api-gateway', spawn: 'same-dir' });
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
  });

  it('all that is chosen is asked for, and agent and folder are remembered (C18)', async () => {
    const page = await open(looking, 'desk', {
      scene: 'sessions',
      whole: 'Pairing, devices and reach',
      act: openNew,
    });
    const sheet = page.getByRole('region', { name: 'New session' });
    await sheet.getByRole('combobox', { name: 'Agent' }).selectOption('opencode');
    await sheet.getByRole('textbox', { name: 'Name' }).fill('Upload again');
    await sheet.getByRole('radio', { name: /^In a worktree/ }).check();
    await sheet.getByRole('button', { name: 'Do so for every new session of this computer' }).click();
    const [mode] = await asked(page, '_offdesk/session/spawn');
    assert.deepEqual(mode, { mode: 'worktree' });
    await sheet.getByRole('combobox', { name: 'Folder' }).selectOption('/home/me/notes');
    await sheet.getByText('This folder is no git repository.').waitFor();
    await sheet.getByRole('combobox', { name: 'Folder' }).selectOption('/work/api-gateway');
    await sheet.getByRole('textbox', { name: 'Name' }).press('Enter');
    const wish = await begun(page);
    const chosen = {
      agent: 'opencode',
      folder: '/work/api-gateway',
      name: 'Upload again',
      spawn: 'worktree',
    };
    assert.deepEqual(wish, chosen);
    // It is shown once it has started: the list would go again with that.
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
    await openNew(page);
    assert.equal(await sheet.getByRole('combobox', { name: 'Agent' }).inputValue(), 'opencode');
  });

  it('while the computer is away a start is given up, and the sheet is as it was (C18)', async () => {
    const page = await open(looking, 'phone', sessionViews['new-away']);
    await page.getByText('The computer is not connected.').waitFor();
    await page.getByRole('button', { name: 'Do not start it' }).tap();
    await page.getByRole('button', { name: 'Start', exact: true }).waitFor();
    assert.equal(await page.getByRole('alert').count(), 0);
    assert.equal(await page.getByRole('combobox', { name: 'Agent' }).isEnabled(), true);
    await page.locator('.new-session h2:focus').waitFor();
  });

  it('by keyboard: opened, filled in, left by Escape, and the focus is where it was (C18)', async () => {
    const page = await open(looking, 'desk', { scene: 'sessions', whole: 'Pairing, devices and reach' });
    await page.getByRole('button', { name: 'Sessions', exact: true }).press('Enter');
    const opener = page.getByRole('button', { name: 'New session' });
    await opener.press('Enter');
    await page.getByRole('button', { name: 'Start' }).waitFor();
    assert.equal(await page.evaluate('document.activeElement.tagName'), 'H2');
    await page.keyboard.press('Escape');
    assert.equal(await opener.evaluate((element) => element === document.activeElement), true);
    const more = page.getByRole('button', { name: 'More about Flaky upload test' });
    await more.press('Enter');
    const rename = page.getByRole('button', { name: 'Rename' });
    await rename.waitFor();
    await page.keyboard.press('Tab');
    assert.equal(await rename.evaluate((element) => element === document.activeElement), true);
    await page.keyboard.press('Escape');
    assert.equal(await more.evaluate((element) => element === document.activeElement), true);
    assert.equal(await more.getAttribute('aria-expanded'), 'false');
  });

  it('closing is undone by reopening (C18)', async () => {
    const page = await open(looking, 'phone', { ...sessionViews.closed });
    assert.equal(await page.getByRole('button', { name: 'More about Upgrade to Node 24' }).count(), 0);
    await page.getByRole('button', { name: 'Reopen' }).tap();
    const [closed] = await asked(page, '_offdesk/session/close');
    const [back] = await asked(page, '_offdesk/session/reopen');
    assert.deepEqual([closed, back], [{ sessionId: 's3' }, { sessionId: 's3' }]);
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
  });

  it('what works is closed after a question alone (C18)', async () => {
    const page = await open(looking, 'phone', { ...sessionViews['close-working'] });
    assert.equal(
      await page.evaluate(`asked.some(({ method }) => method === '_offdesk/session/close')`),
      false,
    );
    const focused = page.getByRole('button', { name: 'Keep it open' });
    assert.equal(await focused.evaluate((element) => element === document.activeElement), true);
    await page.getByRole('button', { name: 'Stop and close' }).tap();
    await asked(page, '_offdesk/session/close');
  });

  it('a worktree with work in it is removed after a confirmation alone (C18)', async () => {
    const page = await open(looking, 'phone', { ...sessionViews['worktree-dirty'] });
    assert.match(
      await page.getByRole('button', { name: /^Rename the config keys/ }).innerText(),
      /not committed/,
    );
    await page
      .getByRole('alertdialog')
      .getByText(/2 files \(config.ts, notes.md\)/)
      .waitFor();
    await page.getByRole('button', { name: 'Keep it', exact: true }).tap();
    await page.getByRole('button', { name: 'Remove worktree' }).tap();
    await page.getByRole('button', { name: 'Remove and lose this' }).tap();
    const calls = await asked(page, '_offdesk/worktree/remove', 3);
    const sessionId = 'p1';
    assert.deepEqual(calls, [{ sessionId }, { sessionId }, { sessionId, confirmed: true }]);
    await page.getByRole('button', { name: 'Remove worktree' }).waitFor({ state: 'detached' });
  });

  it('a session gets another name (S7)', async () => {
    const page = await open(looking, 'desk', { ...sessionViews.rename });
    const field = page.getByRole('textbox', { name: 'Name of the session' });
    await field.fill('Node 24 at last');
    await field.press('Enter');
    await page.getByRole('button', { name: 'More about Node 24 at last' }).waitFor();
    // What had the focus is gone, so it is on what there is to do next.
    await page.locator('.session-more button:focus').getByText('Rename').waitFor();
    const [wish] = await asked(page, '_offdesk/session/name');
    assert.equal(wish!['name'], 'Node 24 at last');
  });

  it('a row that is open stays where it is with what is written in it, whatever its session does (S7)', async () => {
    const page = await open(looking, 'phone', { ...sessionViews.rename });
    const section = (name: string) => page.getByRole('region', { name, exact: true });
    const row = (title: string) => page.getByRole('button', { name: new RegExp(`^${title}`) });
    const field = page.getByRole('textbox', { name: 'Name of the session' });
    await field.fill('Node 24 at');
    // Another one moves, so it was told.
    await page.evaluate(`turn('s3', 'working'), turn('s2', 'idle')`);
    await section('Idle').locator(row('Flaky upload test')).waitFor();
    await field.pressSequentially(' last');
    assert.equal(await field.inputValue(), 'Node 24 at last');
    await section('Idle').locator(row('Upgrade to Node 24')).waitFor();
    await page.getByRole('button', { name: 'More about Upgrade to Node 24' }).tap();
    await section('Working').locator(row('Upgrade to Node 24')).waitFor();
  });

  it('no row moves from under a finger (S7)', async () => {
    const page = await open(looking, 'phone', { ...sessionViews.list });
    const section = (name: string) => page.getByRole('region', { name, exact: true });
    const rows = (name: string) => section(name).locator('.session-row .title').allInnerTexts();
    const row = page.getByRole('button', { name: /^Upgrade to Node 24/ });
    await row.dispatchEvent('pointerdown');
    await page.evaluate(`turn('s3', 'working')`);
    // What it does is told there at once.
    await section('Idle').getByText('working', { exact: true }).waitFor();
    assert.deepEqual(await rows('Idle'), ['Upgrade to Node 24']);
    await row.dispatchEvent('pointerup');
    await section('Working').locator(row).waitFor();
    assert.deepEqual(await rows('Idle'), []);
  });

  it('the button of the list leads to it also from the terminals, and a session that is chosen is shown (S7, C13)', async () => {
    const page = await open(looking, 'desk', { scene: 'sessions', whole: 'Pairing, devices and reach' });
    const terminals = page.getByRole('button', { name: 'Terminals', exact: true });
    const none = page.getByRole('heading', { name: 'No terminal is open.' });
    const waiting = page.getByRole('region', { name: 'Waiting for you' });
    const list = page.getByRole('button', { name: 'Sessions', exact: true });
    await terminals.click();
    await none.waitFor();
    await list.click();
    await waiting.waitFor();
    assert.equal(await none.count(), 0);
    await terminals.click();
    await none.waitFor();
    assert.equal(await list.getAttribute('aria-expanded'), 'false');
    await list.click();
    await waiting.waitFor();
    await list.click();
    await terminals.click();
    await page.getByRole('combobox', { name: 'Session' }).selectOption('s2');
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
    assert.equal(await none.count(), 0);
  });

  it('hundreds are there at once, and found by name (S7)', async () => {
    const page = await open(looking, 'phone', { scene: 'sessions-many', whole: 'Session 256' });
    await page.getByRole('searchbox', { name: 'Find a session' }).fill('session 99');
    await page.getByText('Session 98').waitFor({ state: 'detached' });
    assert.equal(await page.locator('.session-row').count(), 2, 'Session 99 and Session 199');
  });

  it('earlier ones are found on whichever page they are, and it is said where none is (S7)', async () => {
    const page = await open(looking, 'phone', { scene: 'sessions-many', whole: 'Session 256' });
    const field = page.getByRole('searchbox', { name: 'Find a session' });
    await field.fill('earlier 117');
    await page.getByText('Earlier 117').waitFor();
    assert.equal(await page.locator('.session-row').count(), 1);
    assert.equal((await asked(page, '_offdesk/past', 3)).length, 3, 'each page once');
    await field.fill('no such words');
    await page.getByText('No open session has these words.').waitFor();
    await page.getByText('No earlier session has these words.').waitFor();
    await field.fill('');
    await page.getByText('Session 256').waitFor();
    assert.equal(await page.getByText('Earlier 1', { exact: true }).count(), 0, 'folded again');
  });

  it('one that is over is opened again where it is read (S7)', async () => {
    const page = await open(looking, 'desk', {
      scene: 'sessions',
      whole: 'Pairing, devices and reach',
      act: openPast,
    });
    await page.getByText('Why is the build slow?').click();
    await page.getByText('This session has ended.').waitFor();
    await page.getByRole('button', { name: 'Reopen' }).click();
    const [back] = await asked(page, '_offdesk/session/reopen');
    assert.deepEqual(back, { sessionId: 'p2' });
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
  });

  it('G9: one that another program has open is asked about where it is reopened, and where it is read (S9)', async () => {
    const page = await open(looking, 'desk', sessionViews['past-live']);
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    const focused = (name: string) => button(name).and(page.locator(':focus')).waitFor({ state: 'attached' });
    await focused('Wait');
    await page.keyboard.press('Escape');
    await focused('Reopen');
    await button('Reopen').click();
    await button('Continue in a copy').click();
    const calls = await asked(page, '_offdesk/session/reopen', 3);
    assert.deepEqual(
      calls.map(({ live }) => live),
      [undefined, undefined, 'fork'],
    );
    await page.getByRole('textbox', { name: 'Message' }).waitFor();

    const over = await open(looking, 'phone', sessionViews['over-live']);
    await over.getByRole('button', { name: 'Stop waiting' }).tap();
    await over.getByRole('button', { name: 'Reopen' }).and(over.locator(':focus')).waitFor();
    await over.getByRole('button', { name: 'Reopen' }).tap();
    await over.getByRole('button', { name: 'Continue here anyway' }).tap();
    const sure = over.getByRole('alertdialog');
    await sure.getByRole('button', { name: 'Continue here anyway' }).tap();
    // Waiting may have asked, too.
    const last = async () => (await asked(over, '_offdesk/session/reopen', 3)).at(-1);
    await eventually(async () => (await last())?.['live'] !== undefined, { what: 'what was chosen' });
    assert.deepEqual(await last(), { sessionId: 'p3', live: 'anyway' });
    await over.getByRole('textbox', { name: 'Message' }).waitFor();
  });

  it('who may only read is told how to get more (C18)', async () => {
    const page = await open(looking, 'phone', { ...sessionViews['list-view-only'] });
    assert.equal(await page.getByRole('button', { name: 'New session' }).count(), 0);
    await openMore(page, 'Flaky upload test');
    await page.getByText('Raise the scope of this phone').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Close session' }).count(), 0);
  });
});
