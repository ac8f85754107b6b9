/** A shared terminal on phones: typing, several viewers, a lost connection, looking alone, and the command line's own (issue 5, line 3). */
import assert from 'node:assert/strict';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { CliHost } from '../support/cli-host.ts';
import { needing } from '../support/needs.ts';
import {
  newTerminal,
  openTerminal,
  screenOf,
  shows,
  terminalInput,
  typeInto,
} from '../support/page-terminal.ts';
import { openPhone, type Phone } from '../support/phone.ts';
import { button, pairPhone } from '../support/phone-steps.ts';
import { eventually } from '../support/wait.ts';

describe('e2e: a shared terminal on phones', function () {
  this.timeout(240_000);
  let browser: TestBrowser;
  let host: CliHost;
  let phone: Phone;
  let other: Phone;

  before(async function () {
    needing(this, 'browser');
    browser = await launchBrowser();
    host = new CliHost({ args: ['--terminal', 'cat -u'], env: { SHELL: '/bin/bash' } });
    phone = await openPhone(browser.browser, { pictures: 'terminal' });
    await pairPhone(phone, host, await host.ready(), 'y control');
    other = await openPhone(browser.browser, { pictures: 'terminal', colorScheme: 'dark', width: 412 });
    await pairPhone(other, host, await host.invite(), 'y view');
  });
  after(async () => {
    await other?.close();
    await phone?.close();
    await browser?.close();
    await host?.stop();
  });

  it('types, and sees what the program says (C13)', async () => {
    await newTerminal(phone.page);
    await typeInto(phone.page, 'echo hi-$((40+2)); ls --color=always /\r');
    await shows(phone.page, 'hi-42');
    await phone.picture('phone-light');
  });

  it('a device that may look alone sees it late, and is told that it cannot type (C13, A5)', async () => {
    await openTerminal(other.page, /^bash/);
    await shows(other.page, 'hi-42');
    await other.page.getByText('This device may look, not type.').waitFor();
    assert.equal(await button(other.page, 'Esc').count(), 0);
    await other.picture('phone-dark-view');
  });

  it('the keyboard gets out of it again (C13)', async () => {
    await terminalInput(phone.page).focus();
    await phone.page.keyboard.press('Control+F6');
    await phone.page.locator('button[aria-label="All terminals"]:focus').waitFor();
  });

  it('vim has the size of who types, and who looks sees the same screen (C13)', async () => {
    await typeInto(phone.page, 'seq 1 90 > n.txt; vim -u NONE -N n.txt\r');
    await shows(phone.page, /^1\n2\n3\n/);
    await typeInto(phone.page, 'G');
    await shows(phone.page, /\n90\n/);
    let [seen, typed]: string[][] = [[], []];
    await eventually(
      async () => {
        [seen, typed] = [await screenOf(other.page), await screenOf(phone.page)];
        return seen.includes('90') && seen.join('\n') === typed.join('\n');
      },
      { what: 'the same for who looks' },
    ).catch((error: unknown) => {
      assert.deepEqual(seen, typed);
      throw error;
    });
    await other.page.getByText(/^Sized by /).waitFor();
    await phone.picture('vim-phone-alone');
    await other.picture('vim-who-looks');
    await button(phone.page, 'Esc').click();
    await typeInto(phone.page, ':q!\r');
    await shows(phone.page, 'hi-42');
  });

  it('Ctrl and C of the key row stop `yes` (C13)', async () => {
    await typeInto(phone.page, 'yes; echo over-$((40+2))\r');
    await shows(phone.page, /y\ny\ny\n/);
    await phone.page.getByRole('button', { name: /^Ctrl/ }).click();
    await typeInto(phone.page, 'c');
    await typeInto(phone.page, 'echo answers-$((6*7))\r');
    await shows(phone.page, 'answers-42');
  });

  it('a lost connection loses and doubles nothing (C13)', async () => {
    await typeInto(phone.page, 'for n in 1 2 3 4 5 6; do echo tick-$n; sleep 1; done\r');
    await shows(phone.page, 'tick-1');
    await phone.reopen();
    await openTerminal(phone.page, /^bash/);
    const rows = await shows(phone.page, /tick-6\n/, 60_000);
    const ticks = rows.filter((row) => /^tick-\d$/.test(row));
    assert.deepEqual(ticks, ['tick-1', 'tick-2', 'tick-3', 'tick-4', 'tick-5', 'tick-6']);
  });

  it('its exit status is on both (C13)', async () => {
    await typeInto(phone.page, 'exit 3\r');
    for (const { page } of [phone, other]) await page.getByText('ended with exit code 3').waitFor();
    await phone.picture('ended');
  });

  it('what the command line was given runs in one, and is closed after a question (C14)', async () => {
    await button(phone.page, 'All terminals').click();
    await phone.page
      .getByRole('button', { name: /^cat -u/ })
      .first()
      .click();
    await typeInto(phone.page, 'through cat\r');
    await shows(phone.page, /through cat\nthrough cat/);
    await button(phone.page, 'Close terminal').click();
    await phone.page.locator('button:focus').filter({ hasText: 'Keep it' }).waitFor();
    await phone.picture('close-asked');
    await button(phone.page, 'End it and close').click();
    await button(phone.page, 'New terminal').waitFor();
    await phone.page.getByRole('button', { name: /^cat -u/ }).waitFor({ state: 'detached' });
    assert.deepEqual(await screenOf(phone.page), []);
    await phone.picture('list-light');
  });
});
