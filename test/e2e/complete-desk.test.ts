/** @-files at the desk: VS Code's own folders, open editors and notices of what came and went (C10). */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { needing } from '../support/needs.ts';
import { vsixPath } from '../support/paths.ts';
import { removeFolder, tempFolder } from '../support/temp-folder.ts';
import { startVscodeServer, type VscodeServer } from '../support/vscode-server.ts';
import { eventually } from '../support/wait.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';
import { Surface } from './support/surface.ts';

describe('completion at the desk', function () {
  this.timeout(300_000);
  let folder = '';
  let server: VscodeServer;
  let browser: TestBrowser;
  let desk: Workbench;
  let view: Surface;

  const offered = (): Promise<string[]> =>
    view.screen
      .getByRole('listbox', { name: 'Files' })
      .getByRole('option')
      .locator('.hidden')
      .allTextContents();
  const becomes = (wanted: (names: string[]) => boolean, what: string, query: string): Promise<unknown> =>
    eventually(
      async () => {
        await view.message.fill('');
        await view.message.pressSequentially(query);
        await eventually(async () => wanted(await offered()), { what, timeoutMs: 3_000 });
        return true;
      },
      { what: `${what} (${query})`, timeoutMs: 60_000 },
    );

  before(async function () {
    needing(this, 'vscode', 'browser');
    folder = tempFolder('od-complete-desk');
    const [app, notes] = [join(folder, 'app'), join(folder, 'my notes')];
    for (const path of [join(app, 'src'), join(app, 'out'), join(notes, 'private')])
      mkdirSync(path, { recursive: true });
    for (const name of ['src/main.ts', 'src/menu.ts', 'out/main.js']) writeFileSync(join(app, name), '');
    writeFileSync(join(app, '.gitignore'), 'out/\n');
    execFileSync('git', ['init', '-q'], { cwd: app });
    for (const name of ['mail.md', 'manual.md', 'private/mad.md']) writeFileSync(join(notes, name), '');
    const workspace = join(folder, 'two.code-workspace');
    const settings = { 'files.exclude': { '**/private': true } };
    writeFileSync(workspace, JSON.stringify({ folders: [{ path: 'app' }, { path: 'my notes' }], settings }));
    [server, browser] = await Promise.all([
      startVscodeServer({
        vsix: vsixPath(),
        settings: { 'offdesk.agent': 'demo', 'offdesk.reach': 'computer' },
        env: { OFFDESK_HOME: join(folder, 'machine') },
      }),
      launchBrowser(),
    ]);
    desk = await openWorkbench(browser.browser, server, {
      folder: workspace,
      height: 900,
      pictures: 'complete',
    });
    await desk.runCommand('Offdesk: Start Remote Control');
    await desk.statusBarItem(/Remote control is on/).waitFor({ timeout: 90_000 });
    view = new Surface('desk', () => desk.webview());
    await view.message.waitFor({ timeout: 90_000 });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await desk?.picture('failed-desk').catch(() => undefined);
  });
  after(async () => {
    await desk?.close();
    await browser?.close();
    await server?.stop();
    if (folder) removeFolder(folder);
  });

  it('finds in all folders, each by its own rules (C10)', async () => {
    await becomes(
      (names) => names.includes('app/src/main.ts') && names.includes('my notes/mail.md'),
      'both',
      '@ma',
    );
    const names = await offered();
    assert.ok(!names.some((name) => /out|private/.test(name)), names.join(' | '));
    await desk.picture('desk-files');
    await becomes((names) => names[0] === 'app/src/menu.ts', 'the menu', '@menu');
    await view.message.press('Enter');
    assert.equal(await view.message.inputValue(), '@app/src/menu.ts ');
  });

  it('open editors come first (C10)', async () => {
    await desk.page.keyboard.press('Control+P');
    await desk.page.getByPlaceholder(/^Search files by name/).fill('manual.md');
    await desk.page.locator('.quick-input-list').getByText('manual.md').first().waitFor();
    await desk.page.keyboard.press('Enter');
    await desk.page.getByRole('tab', { name: /^manual\.md/ }).waitFor();
    await becomes((names) => names[0] === 'my notes/manual.md, recent', 'the open one', '@ma');
    await desk.picture('desk-recent');
  });

  it('what comes and goes in the folders is seen by VS Code and told (C10)', async () => {
    const [app, notes] = [join(folder, 'app'), join(folder, 'my notes')];
    writeFileSync(join(app, 'src', 'brandnew.ts'), '');
    await becomes((names) => names[0] === 'app/src/brandnew.ts', 'the new one', '@brandnew');
    renameSync(join(app, 'src'), join(app, 'source'));
    await becomes((names) => names[0] === 'app/source/brandnew.ts', 'the folder’s new name', '@brandnew');
    writeFileSync(join(notes, 'fresh.md'), '');
    await becomes((names) => names[0] === 'my notes/fresh.md', 'the one without git', '@fresh');
  });
});
