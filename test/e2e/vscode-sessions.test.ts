/** Sessions with the real VS Code as their host (issue 5): its commands and settings, and the phone at once (line 4). */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { needing } from '../support/needs.ts';
import { cliPath, vsixPath } from '../support/paths.ts';
import { openPhone, type Phone } from '../support/phone.ts';
import { alertOf, button, connected } from '../support/phone-steps.ts';
import { makeRepository } from '../support/repository.ts';
import { removeFolder, tempFolder } from '../support/temp-folder.ts';
import { startVscodeServer, type VscodeServer } from '../support/vscode-server.ts';
import { eventually } from '../support/wait.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';
import { patienceMs } from './support/agent-world.ts';
import { rowOf, showsSession, threeAtOnce, toList } from './support/session-steps.ts';

const pictures = 'vscode-sessions';
const on = /Remote control is on/;

describe('sessions of VS Code', function () {
  this.timeout(300_000);
  let folder: string;
  let workspace: string;
  let other: string;
  let server: VscodeServer;
  let browser: TestBrowser;
  let desk: Workbench;
  let phone: Phone;

  before(async function () {
    needing(this, 'vscode', 'browser');
    folder = tempFolder('od-vscode-sessions');
    [workspace, other] = [join(folder, 'garden'), join(folder, 'orchard')];
    makeRepository(workspace);
    mkdirSync(other);
    const settings = {
      ...{ 'offdesk.reach': 'computer', 'offdesk.hostName': 'Workshop', 'offdesk.agent': 'Gardener' },
      'offdesk.agents': [
        // It writes where it works, after asking.
        { name: 'Gardener', command: process.execPath, args: [cliPath, 'demo-agent', '--allow-workspace'] },
      ],
      // Drawn as text, which can be read back.
      'terminal.integrated.gpuAcceleration': 'off',
    };
    [server, browser] = await Promise.all([
      startVscodeServer({
        vsix: vsixPath(),
        settings,
        env: {
          OFFDESK_HOME: join(folder, 'machine'),
          OFFDESK_DEMO_PACE_MS: '1',
          SHELL: '/bin/bash',
          PS1: '$ ',
        },
      }),
      launchBrowser(),
    ]);
    desk = await openWorkbench(browser.browser, server, { folder: workspace, height: 940, pictures });
    desk.context.setDefaultTimeout(patienceMs);
    phone = await openPhone(browser.browser, { pictures });
    phone.context.setDefaultTimeout(patienceMs);
  });
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    await desk?.picture('failed-desk').catch(() => undefined);
    await phone?.picture('failed-phone').catch(() => undefined);
  });
  after(async () => {
    await phone?.close();
    await desk?.close();
    await browser?.close();
    await server?.stop();
    if (folder) removeFolder(folder);
  });

  const input = () => desk.page.locator('.quick-input-widget input').first();
  const setting = (key: string): unknown =>
    (JSON.parse(readFileSync(server.settingsPath, 'utf8')) as Record<string, unknown>)[key];
  const becomes = (key: string, wanted: unknown): Promise<unknown> =>
    eventually(() => JSON.stringify(setting(key)) === JSON.stringify(wanted), {
      what: `${key} to be ${JSON.stringify(wanted)}`,
    });
  /** Of 'Configure Remote Control', which is open: what it says of this. */
  const told = (label: string, description: string): Promise<void> =>
    desk.quickPickRow(label).getByText(description).waitFor();
  const title = (text: string): Promise<void> =>
    desk.page.locator('.quick-input-title').getByText(text, { exact: true }).waitFor();
  /** Nothing is started for it, and the next step is a button. */
  const refused = async (text: RegExp, step: string): Promise<void> => {
    await desk.showsNotification(text);
    await desk.picture(`refused-${step}`);
    await desk.answerNotification(text, step);
  };

  it('O24: New Terminal Session with remote control off starts it, and an empty line is a shell (C14)', async () => {
    await desk.runCommand('Offdesk: New Terminal Session');
    await title('New Terminal Session');
    await desk.picture('new-terminal');
    await desk.enterText('');
    await desk.statusBarItem(on).waitFor();
    const tab = desk.page.locator('.terminal-wrapper.active');
    await tab.locator('.xterm-helper-textarea').focus();
    await desk.page.keyboard.type('echo from-$((40+2)); exit\n');
    // One that went well leaves.
    await tab.waitFor({ state: 'detached' });
  });

  it('H18: Configure Remote Control says and sets what is about sessions (C18, S5)', async () => {
    await desk.runCommand('Offdesk: Configure Remote Control');
    await told('Where new sessions work', 'in the folder itself');
    await told('Sessions that may be open', '32');
    await told('Further folders for sessions', 'none');
    await desk.picture('configure');

    await desk.pick('Sessions that may be open');
    await input().fill('0');
    await desk.page.getByText('A number from 1 to 256.').waitFor();
    await desk.enterText('2');
    await told('Sessions that may be open', '2');

    await desk.pick('Where new sessions work');
    await desk.pick('in a worktree of its own');
    await told('Where new sessions work', 'in a worktree of its own');

    await desk.pick('Further folders for sessions');
    await desk.page.locator('.quick-input-title').getByText('Further folders for sessions').waitFor();
    const allow = desk.page.getByRole('button', { name: 'Allow sessions here' });
    const shows = (folder: string) =>
      eventually(
        async () =>
          (await input().inputValue()) === `${folder}/` &&
          (await desk.quickPickRow('src').isVisible()) === (folder === workspace) &&
          allow.isEnabled(),
        { what: `the chooser to show ${folder}`, timeoutMs: patienceMs },
      );
    // Typed while it still reads the folder that it begins with, a path is replaced by that one's.
    await shows(workspace);
    await input().fill(`${other}/`);
    await shows(other);
    await desk.picture('configure-folder');
    await allow.click();
    await told('Further folders for sessions', other);
    await desk.picture('configured');
    await desk.page.keyboard.press('Escape');
    await becomes('offdesk.capacity', 2);
    await becomes('offdesk.spawn', 'worktree');
    await becomes('offdesk.folders', [other]);
    // It counts at once: nothing has to be started again for it.
    assert.equal(await desk.notification('take effect at the next start').count(), 0);
  });

  it('V4: the settings page has them all, each with a description (S5)', async () => {
    await desk.runCommand('Offdesk: Configure Remote Control');
    await desk.pick('Open all settings');
    const items = desk.page.locator('.settings-editor .setting-item-contents');
    await items.first().waitFor();
    await desk.page.locator('.settings-editor .settings-tree-container').hover();
    const first = async () =>
      JSON.stringify([await items.first().boundingBox(), await items.first().innerText()]);
    const seen = new Map<string, string>();
    for (let at = 0; at < 12 && !seen.has('Spawn'); at++) {
      for (const text of await items.allInnerTexts()) {
        const [, name = '', description = ''] = /^Offdesk: (.+?)\n(?:.*\n)*?(\S.*)$/m.exec(text) ?? [];
        seen.set(name, description);
      }
      await desk.picture(`settings-${at}`);
      if (seen.has('Spawn')) break;
      // It is drawn some time after: two turns of the wheel at once would pass settings unseen.
      const before = await first();
      await desk.page.mouse.wheel(0, 600);
      await eventually(async () => (await first()) !== before, { what: 'the settings to have moved' });
    }
    await desk.picture('settings-last');
    for (const name of ['Agent', 'Folders', 'Capacity', 'Spawn'])
      assert.ok(seen.get(name), [...seen].join('\n'));
    await desk.runCommand('View: Close All Editors');
  });

  it('H14: New Session asks for agent, folder, place and name, and shows it in the view and on the phone (S1, C18)', async () => {
    await pair();
    await desk.runCommand('Offdesk: New Session');
    await title('New Session: Agent');
    await desk.picture('new-1-agent');
    await desk.pick('Gardener');
    await title('New Session: Folder');
    await desk.picture('new-2-folder');
    await desk.pick('garden');
    await title('New Session: Where it works');
    // As it is set comes first.
    assert.match(
      await desk.page.locator('.quick-input-list .monaco-list-row').first().innerText(),
      /worktree/,
    );
    await desk.picture('new-3-place');
    await desk.pick('In a worktree of its own');
    await title('New Session: Name');
    await desk.picture('new-4-name');
    await desk.enterText('Prune the hedge');
    await showsSession(desk, 'Prune the hedge');
    await toList(phone.page);
    const row = rowOf(phone.page, 'Prune the hedge');
    await row.getByText('offdesk/prune-the-hedge').waitFor();
    await row.getByText('worktree', { exact: true }).waitFor();
    await phone.picture('new-phone');
    await desk.picture('new-desk');
  });

  it('H18: with no room left New Session says so before it asks, and leads to where more can be allowed (S5)', async () => {
    await desk.runCommand('Offdesk: New Session');
    await refused(/2 sessions are open, and this computer shares no more/, 'Configure');
    await desk.pick('Sessions that may be open');
    await desk.enterText('8');
    await desk.pick('Where new sessions work');
    await desk.pick('one session only');
    await told('Where new sessions work', 'one session only');
    await desk.page.keyboard.press('Escape');
    await becomes('offdesk.spawn', 'session');
    await desk.runCommand('Offdesk: New Session');
    await refused(/shares one session, and it is open/, 'Configure');
    await desk.picture('refused-configure');
    await toList(phone.page);
    await button(phone.page, 'New session').tap();
    await button(phone.page, 'Start').tap();
    await alertOf(phone.page, 'session_limit')
      .getByText(/shares one session/)
      .waitFor();
    await phone.picture('refused-phone');
    await button(phone.page, 'Close').tap();
    await desk.pick('Where new sessions work');
    await desk.pick('in the folder itself');
    await told('Where new sessions work', 'in the folder itself');
    await desk.page.keyboard.press('Escape');
    await becomes('offdesk.spawn', 'same-dir');
  });

  it('H14: in a further folder the phone may begin one, without a worktree where there is no git (C18)', async () => {
    await desk.runCommand('Offdesk: New Session');
    await desk.pick('Gardener');
    await desk.pick('orchard');
    // Not asked where it works: it is no repository.
    await title('New Session: Name');
    await desk.enterText('Pick apples');
    await showsSession(desk, 'Pick apples');
    await toList(phone.page);
    await rowOf(phone.page, 'Pick apples').getByText('orchard').waitFor();
  });

  it('H16, H17: three at once from the phone, in two worktrees and the folder; removed cleanly (C18, S5, S7)', async () => {
    await threeAtOnce(phone, workspace);
    await desk.picture('three-desk');
  });

  async function pair(): Promise<void> {
    await desk.runCommand('Offdesk: Copy Pairing Link');
    const link = await eventually(
      async () => {
        const text = await desk.page.evaluate(() => navigator.clipboard.readText());
        return text.includes('#i=') && text;
      },
      { what: 'the link on the clipboard' },
    );
    await phone.open(link);
    await desk.openView('Offdesk');
    const dialog = desk.webview().getByRole('alertdialog');
    await dialog.getByRole('button', { name: 'Allow', exact: true }).click();
    await connected(phone.page);
  }
});
