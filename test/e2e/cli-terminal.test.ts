/** The command line in a real terminal: link, QR code, status line, activity, keys; and a phone that reads the QR. */
import assert from 'node:assert/strict';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { cliEnvironment } from '../support/cli-host.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { needing } from '../support/needs.ts';
import { cliPath } from '../support/paths.ts';
import { button, connected, says, send } from '../support/phone-steps.ts';
import { openPhone } from '../support/phone.ts';
import { freePort, listeningSocketsOf } from '../support/ports.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { qrOf, Terminal, type TerminalOptions } from '../support/terminal.ts';
import { createTestCa, type TestCa } from '../support/tls.ts';
import { eventually } from '../support/wait.ts';

describe('cli in a terminal', function () {
  this.timeout(180_000);
  let ca: TestCa;
  let browser: TestBrowser;
  let proxy: FaultProxy;
  let port: number;
  let terminal: Terminal | undefined;

  before(async function () {
    needing(this, 'browser', 'tls', 'terminal', 'proc');
    ca = await createTestCa();
    browser = await launchBrowser({ ca });
  });
  after(async () => {
    await browser?.close();
    ca?.dispose();
  });
  beforeEach(async () => {
    port = await freePort();
    proxy = await FaultProxy.start({ target: { port }, tls: await ca.issue('relay.test') });
  });
  afterEach(async () => {
    await terminal?.close();
    terminal = undefined;
    await proxy?.close();
  });

  /** A host whose address a phone can open, so that there is a QR code. */
  async function open(options: TerminalOptions = {}, ...args: string[]): Promise<Terminal> {
    const reach = ['--public-url', `https://relay.test:${proxy.port}`, '--port', String(port)];
    terminal = await Terminal.open(
      [process.execPath, cliPath, 'remote-control', '--agent', 'demo', ...reach, ...args],
      { ...options, env: { ...cliEnvironment(tempFolder('od-home')), ...options.env } },
    );
    return terminal;
  }

  const statusLines = (rows: string[]): string[] => rows.filter((row) => row.startsWith('Remote control '));
  /** It is drawn anew for each line that is printed above it: a look in between sees none. */
  const hasOneStatusLine = (desk: Terminal): Promise<unknown> =>
    eventually(async () => statusLines(await desk.screen()).length === 1, { what: 'one status line' });
  const shownQr = async (desk: Terminal): Promise<string | undefined> => qrOf(await desk.screen());
  const linkIn = (text: string): string | undefined => /https:\/\/relay\.test:\d+\/#i=\S+/.exec(text)?.[0];

  it('L10: shows link, QR code and status; a phone pairs by the QR; its turns are reported; q ends all', async () => {
    const desk = await open();
    await desk.shows(/Remote control on · Demo agent \(demo\) ready · 0 of 0 devices here/);
    const link = await eventually(async () => linkIn(await desk.text()), { what: 'a link' });
    const qr = await eventually(() => shownQr(desk), { what: 'a QR code' });
    assert.equal(qr, link);
    // Dark on white, whatever the colours of the terminal.
    const coloured = () => desk.screen({ colours: true });
    await eventually(
      async () => (await coloured()).some((row) => row.includes('38;5;16m') && row.includes('48;5;231m')),
      { what: 'its colours' },
    );

    await desk.press('Space');
    await eventually(async () => qrOf(await desk.screen()) === undefined, { what: 'the QR to be hidden' });
    await hasOneStatusLine(desk);
    await desk.press('Space');
    await eventually(async () => qrOf(await desk.screen()) === link, { what: 'the QR to be shown again' });

    const phone = await openPhone(browser.browser, { pictures: 'cli' });
    await phone.open(qr);
    const shown = phone.page.getByRole('status').filter({ hasText: /^\s*\d{3}\s?\d{3}\s*$/ });
    await shown.waitFor();
    const digits = (await shown.innerText()).replace(/\D/g, '');
    await desk.shows(/Android · Chrome wants to pair\..* send prompts and approve actions/);
    await desk.shows(`${digits.slice(0, 3)} ${digits.slice(3)}`);
    await desk.press('y');
    await connected(phone.page);
    await desk.shows('1 of 1 devices here');
    // The link is used up, and its code with it.
    await eventually(async () => qrOf(await desk.screen()) === undefined, { what: 'the QR to go' });

    await send(phone.page, '/run');
    await button(phone.page, 'Allow once').click();
    await says(phone.page, 'The command ran well.');
    const reported = await desk.shows('turn done');
    for (const line of [
      'Android · Chrome connected',
      'prompt from Android · Chrome taken up',
      'tool: printf',
      'the agent asks: printf',
      'question answered by Android · Chrome',
      'tool completed',
    ])
      assert.ok(reported.includes(line), `${line}\n${reported}`);
    await hasOneStatusLine(desk);

    await desk.press('i');
    await eventually(
      async () => {
        const next = qrOf(await desk.screen());
        return next !== undefined && next !== link;
      },
      { what: 'a new link as QR' },
    );

    const host = desk.leftovers().find(({ command }) => command.includes('remote-control'));
    assert.ok(host && listeningSocketsOf(host.pid).length > 0);
    await desk.press('q');
    assert.equal(await desk.exitCode(), '0');
    await eventually(() => desk.leftovers().length === 0, { what: 'all processes to be gone' });
    // The terminal may draw what the program said last after its end.
    await eventually(async () => statusLines(await desk.screen()).length === 0, {
      what: 'the status line to go with it',
    });
    assert.deepEqual(phone.log.exceptions, []);
    await phone.close();
  });

  it('L11: n refuses; Ctrl-C ends with code 0', async () => {
    const desk = await open();
    const phone = await openPhone(browser.browser, { pictures: 'cli' });
    const link = await eventually(async () => linkIn(await desk.text()), { what: 'a link' });
    await phone.open(link);
    await desk.shows('wants to pair');
    await desk.press('n');
    await phone.page.locator('[role=alert][data-code=pairing_denied]').waitFor();
    await phone.picture('denied');
    await phone.close();
    await desk.press('C-c');
    assert.equal(await desk.exitCode(), '0');
    await eventually(() => desk.leftovers().length === 0, { what: 'all processes to be gone' });
  });

  it('L12: a window that is too small says so instead of a part of the code; a larger one shows it', async () => {
    const desk = await open({ columns: 80, rows: 24 });
    await desk.shows(/The QR code needs a window of \d+ by \d+ characters/);
    await desk.shows('Demo agent (demo) ready');
    await hasOneStatusLine(desk);
    const rows = await desk.screen();
    assert.ok(rows.every((row) => row.length <= 80));
    await desk.resize(120, 60);
    const qr = await eventually(() => shownQr(desk), { what: 'the QR in the larger window' });
    assert.equal(qr, linkIn(await desk.text()));
  });

  it('L13: where no phone can open the address there is no QR code, and it says what to do', async () => {
    terminal = await Terminal.open(
      [process.execPath, cliPath, 'remote-control', '--agent', 'demo', '--port', String(port)],
      { env: cliEnvironment(tempFolder('od-home')) },
    );
    await terminal.shows(/http:\/\/127\.0\.0\.1:\d+\/#i=/);
    await terminal.shows(/A phone needs --tunnel, --lan, --public-url or --relay/);
    assert.equal(qrOf(await terminal.screen()), undefined);
  });
});
