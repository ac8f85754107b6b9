/** A login in the real VS Code: chosen from the list of agents, refused, logged in in a terminal, and it works. */
import { readFileSync, rmSync } from 'node:fs';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { needing } from '../support/needs.ts';
import { root } from '../support/paths.ts';
import { ErrorDesk } from './support/error-desk.ts';

const script = join(root, 'test', 'integration', 'agent', 'logged-out-agent.mjs');

describe('login at the desk, in VS Code', function () {
  this.timeout(180_000);
  let desk: ErrorDesk;
  let login: string;

  before(async function () {
    needing(this, 'vscode', 'browser', 'tls');
    desk = await ErrorDesk.open();
    login = join(desk.folder, 'login');
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await desk?.picture('failed-login').catch(() => {});
  });
  after(() => desk?.close());

  it('S8, A23, A25: the list of agents says what is not installed, and has those of the user', async () => {
    const locked = { name: 'Locked', command: process.execPath, args: [script, login] };
    await desk.change({ 'offdesk.agents': [locked, { name: 'Broken' }] });
    await desk.window.runCommand('Offdesk: Configure Remote Control');
    await desk.window.pick('Agent');
    await desk.window.quickPickRow('Gemini CLI').getByText('not installed').waitFor();
    await desk.window.quickPickRow('Broken').getByText('not usable').waitFor();
    await desk.picture('agents');
    await desk.window.pick('Locked');
    // The list of settings is back, with what was chosen.
    await desk.window.quickPickRow('Agent').getByText('Locked').waitFor();
    await desk.window.page.keyboard.press('Escape');
  });

  it('S8, A26: an agent that wants a login gets it in a terminal, and starts', async () => {
    await desk.window.runCommand('Offdesk: Start Remote Control');
    assert.match(await desk.says('agent_login_required'), /Locked is not logged in\. Log in at the desk/);
    await desk.picture('login-wanted');
    await desk.button('Log in').click();
    await desk.window.pick('In a terminal');
    await desk.window.webview().locator('[data-code="agent_login_required"]').waitFor({ state: 'detached' });
    assert.equal(readFileSync(login, 'utf8'), 'by terminal');
    const surface = desk.at();
    await surface.write('Hello');
    await surface.waitForFate('Hello', 'done');
  });

  it('A26: the agent’s own page is opened after its host was shown, at exactly its address (S8)', async () => {
    rmSync(login);
    await desk.window.runCommand('Offdesk: Stop Remote Control');
    await desk.window.statusBarItem(/Remote control is off/).waitFor();
    await desk.window.runCommand('Offdesk: Start Remote Control');
    await desk.says('agent_login_required');
    await desk.button('Log in').click();
    await desk.window.pick('On a page');
    const { page, context } = desk.window;
    await context.route('https://login.example/**', (route) => route.fulfill({ body: 'Log in here' }));
    await page.getByText('Type the code ABCD.').waitFor();
    await page.getByRole('button', { name: 'Open login.example' }).click();
    const [opened] = await Promise.all([
      context.waitForEvent('page'),
      // VS Code asks, too.
      page.getByRole('button', { name: 'Open', exact: true }).click(),
    ]);
    // VS Code opens an empty one, and leads it there then.
    await opened.waitForURL('https://login.example/**');
    assert.equal(
      opened.url(),
      'https://login.example/device?back=http%3A%2F%2F127.0.0.1%2F%3Fa%3D1%26b%3D2&state=a%2Bb',
    );
    await opened.close();
    await desk.window.webview().locator('[data-code="agent_login_required"]').waitFor({ state: 'detached' });
    assert.equal(readFileSync(login, 'utf8'), 'by page');
  });
});
