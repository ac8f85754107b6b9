/** Sessions from the phone: several at once in a folder and in worktrees, closed, reopened, removed, and no more than may be. */
import { join } from 'node:path';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { CliHost } from '../support/cli-host.ts';
import { needing } from '../support/needs.ts';
import { cliPath } from '../support/paths.ts';
import { openPhone, type Phone } from '../support/phone.ts';
import { alertOf, button, pairPhone } from '../support/phone-steps.ts';
import { makeRepository } from '../support/repository.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { closeIt, startNew, threeAtOnce, toList } from './support/session-steps.ts';

/** It writes where it works, after asking. */
const agent = `${process.execPath} ${cliPath} demo-agent --allow-workspace`;
const patienceMs = 90_000;

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
    await threeAtOnce(phone, cwd);
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
