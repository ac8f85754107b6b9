/** One terminal at the desk and on a phone: a tab of VS Code and a page that show the same (issue 5, line 3). */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { needing } from '../support/needs.ts';
import { openTerminal, screenOf, shows, sizeLine, typeInto } from '../support/page-terminal.ts';
import { vsixPath } from '../support/paths.ts';
import { openPhone, type Phone } from '../support/phone.ts';
import { connected } from '../support/phone-steps.ts';
import { removeFolder, tempFolder } from '../support/temp-folder.ts';
import { startVscodeServer, type VscodeServer } from '../support/vscode-server.ts';
import { eventually } from '../support/wait.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

const pictures = 'terminal';
const name = 'bash --norc';

describe('e2e: a terminal shared by desk and phone', function () {
  this.timeout(300_000);
  let folder: string;
  let server: VscodeServer;
  let browser: TestBrowser;
  let desk: Workbench;
  let phone: Phone;

  /** The tab that is in front: VS Code draws it as the page does. */
  const tab = () => desk.page.locator('.terminal-wrapper.active');
  const atDesk = async (): Promise<string[]> => {
    const rows = await tab()
      .locator('.xterm-rows > div')
      .evaluateAll((all) => all.map((row) => row.textContent ?? ''));
    return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd());
  };
  const deskShows = (wanted: string): Promise<unknown> =>
    eventually(async () => (await atDesk()).join('\n').includes(wanted), {
      what: `the tab to show ${wanted}`,
      timeoutMs: 60_000,
    }).catch(async (error: unknown) => {
      throw new Error(`${(error as Error).message}\n${(await atDesk()).join('\n')}`, { cause: error });
    });
  const typeAtDesk = async (text: string): Promise<void> => {
    await tab().locator('.xterm-helper-textarea').focus();
    await desk.page.keyboard.type(text);
  };
  const same = async (): Promise<void> => {
    let [here, there] = [[''], ['']];
    await eventually(
      async () => {
        [here, there] = [await atDesk(), await screenOf(phone.page)];
        return here.join('\n').trimEnd() === there.join('\n').trimEnd();
      },
      { what: 'the same on both screens' },
    ).catch(() => assert.deepEqual(here, there));
  };

  before(async function () {
    needing(this, 'vscode', 'browser');
    folder = tempFolder('od-terminal');
    const workspace = join(folder, 'ws');
    mkdirSync(workspace);
    writeFileSync(
      join(workspace, 'poem.txt'),
      Array.from({ length: 90 }, (_, n) => `line ${n + 1}`).join('\n'),
    );
    const settings = {
      'offdesk.agent': 'demo',
      'offdesk.reach': 'computer',
      'offdesk.hostName': 'Workshop',
      // Drawn as text, which can be read back.
      'terminal.integrated.gpuAcceleration': 'off',
    };
    [server, browser] = await Promise.all([
      startVscodeServer({
        vsix: vsixPath(),
        settings,
        env: { OFFDESK_HOME: join(folder, 'machine'), SHELL: '/bin/bash', PS1: '$ ' },
      }),
      launchBrowser(),
    ]);
    desk = await openWorkbench(browser.browser, server, { folder: workspace, height: 940, pictures });
    phone = await openPhone(browser.browser, { pictures });
    await desk.runCommand('Offdesk: Start Remote Control');
    const view = desk.webview();
    await desk.statusBarItem(/Remote control is on/).waitFor();
    await desk.runCommand('Offdesk: Copy Pairing Link');
    const link = await eventually(
      async () => {
        const text = await desk.page.evaluate(() => navigator.clipboard.readText());
        return text.includes('#i=') && text;
      },
      { what: 'the link on the clipboard' },
    );
    await phone.open(link);
    await view.getByRole('alertdialog').getByRole('button', { name: 'Allow', exact: true }).click();
    await connected(phone.page);
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

  it('O24: New Terminal Session opens a tab; a phone that joins late sees what stands in it (C13, C14)', async () => {
    await desk.runCommand('Offdesk: New Terminal Session');
    await desk.enterText(name);
    await desk.page.locator('.terminal-tabs-entry, .terminal-wrapper.active').first().waitFor();
    await typeAtDesk('echo before-$((40+2))\n');
    await deskShows('before-42');
    await openTerminal(phone.page, new RegExp(name));
    await shows(phone.page, 'before-42');
    await sizeLine(phone.page).waitFor();
    assert.match(await sizeLine(phone.page).innerText(), /^Sized by the desk/);
    await phone.picture('joined-phone');
    await desk.picture('joined-desk');
  });

  it('vim has the size of who types last, and both see the same (C13)', async () => {
    await desk.runCommand('View: Toggle Maximized Panel');
    await typeInto(phone.page, 'vim -u NONE -N poem.txt\r');
    await shows(phone.page, /line 1\n/);
    await sizeLine(phone.page).waitFor({ state: 'detached' });
    await same();
    const onPhone = (await screenOf(phone.page)).length;
    await phone.picture('vim-phone');
    await desk.picture('vim-desk');
    await typeAtDesk('G');
    await shows(phone.page, 'line 90');
    await sizeLine(phone.page).waitFor();
    await same();
    assert.notEqual((await screenOf(phone.page)).length, onPhone);
    await phone.picture('vim-desk-sized-phone');
    // Back to the phone's, by a tap alone.
    await sizeLine(phone.page).click();
    await sizeLine(phone.page).waitFor({ state: 'detached' });
    await eventually(async () => (await screenOf(phone.page)).length === onPhone, {
      what: 'the rows of the phone',
    });
    await same();
    await phone.page.getByRole('button', { name: 'Esc', exact: true }).click();
    await typeInto(phone.page, ':q!\r');
    await deskShows('before-42');
  });

  it('Ctrl and C of the key row stop `yes` (C13)', async () => {
    await typeInto(phone.page, 'yes | cat; echo it-is-over\r');
    await shows(phone.page, /y\ny\ny\ny\n/);
    await phone.page.getByRole('button', { name: /^Ctrl/ }).click();
    await typeInto(phone.page, 'c');
    await shows(phone.page, '^C');
    await typeInto(phone.page, 'echo answers-$((6*7))\r');
    await shows(phone.page, 'answers-42');
    await deskShows('answers-42');
  });

  it('its exit status is on both (C13)', async () => {
    await typeAtDesk('exit 3\n');
    await phone.page.getByText('ended with exit code 3').waitFor();
    await deskShows('Any key closes this tab');
    await desk.picture('ended-desk');
    await phone.picture('ended-phone');
  });

  it('O24: what a phone opens is a tab at the desk, and closing that takes it from nobody (C13)', async () => {
    await phone.page.getByRole('button', { name: 'All terminals' }).click();
    await phone.page.getByRole('button', { name: 'New terminal' }).click();
    await typeInto(phone.page, 'echo from-phone-$((1+1))\r');
    await shows(phone.page, 'from-phone-2');
    await desk.runCommand('Offdesk: Show Terminal Session');
    await desk.pick('bash');
    await deskShows('from-phone-2');
    await desk.runCommand('Terminal: Kill the Active Terminal Instance');
    await desk.showsNotification('still runs, and your devices see it');
    await typeInto(phone.page, 'echo still-$((2+2))\r');
    await shows(phone.page, 'still-4');
    await desk.answerNotification('still runs, and your devices see it', 'End It');
    await phone.page.getByRole('status').filter({ hasText: 'closed' }).waitFor();
  });
});
