/** One terminal at the desk and on a phone: a tab of VS Code and a page that show the same (issue 5, line 3). */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { needing } from '../support/needs.ts';
import { openTerminal, shows, sizeLine } from '../support/page-terminal.ts';
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
});
