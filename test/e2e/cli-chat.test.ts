/** `offdesk chat --remote-control` in a real terminal, with a phone on the same session. */
import assert from 'node:assert/strict';
import { cliEnvironment } from '../support/cli-host.ts';
import { needing } from '../support/needs.ts';
import { cliPath } from '../support/paths.ts';
import { freePort } from '../support/ports.ts';
import { run } from '../support/processes.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { Terminal } from '../support/terminal.ts';
import { TestDevice } from '../support/test-device.ts';
import { eventually } from '../support/wait.ts';

describe('S12: offdesk chat', function () {
  this.timeout(180_000);
  let terminal: Terminal | undefined;
  let phone: TestDevice | undefined;

  before(function () {
    needing(this, 'terminal', 'proc');
  });
  afterEach(async () => {
    phone?.dispose();
    await terminal?.close();
  });

  it('L30: streams, asks by digits, stops by Esc, lists commands; a phone’s prompts appear as if typed here', async () => {
    terminal = await Terminal.open(await command(), {
      columns: 140,
      rows: 50,
      env: { ...cliEnvironment(tempFolder('od-home')), CI: 'true' },
    });
    const type = async (text: string): Promise<void> => {
      await terminal!.press('-l', text);
      await terminal!.press('Enter');
    };
    await terminal.shows(/Demo agent \(demo\) · idle · Ask first/);
    const link = await eventually(
      async () => {
        const shown = (await terminal!.text()).replaceAll('\n', '');
        return /http:\/\/127\.0\.0\.1:\d+\/#i=[A-Za-z0-9_-]{108}/.exec(shown)?.[0];
      },
      { what: 'the link' },
    );

    phone = new TestDevice();
    const paired = phone.pair(link, { name: 'Pixel' });
    await terminal.shows('Pixel wants to pair');
    await terminal.press('C-y');
    await terminal.shows('y allows it');
    await terminal.press('y');
    await paired;
    const probe = await phone.connect();
    const session = await eventually(() => probe.state?.sessions[0], { what: 'the session' });
    await probe.resume(session.id, { tail: 50 });
    await terminal.shows('1 device here');

    await terminal.press('-l', '/ru');
    await terminal.shows('/run');
    await terminal.press('Tab');
    await terminal.press('Enter');
    await terminal.shows('1 Allow once');
    await terminal.press('1');
    await terminal.shows('The command ran well.');
    const answered = await probe.event('question_closed');
    assert.equal(answered.origin.kind, 'desk');

    await probe.prompt(session.id, 'phone-prompt', '/text');
    await terminal.shows('> /text (Pixel)');
    await terminal.shows('That is all.');

    await type('/long 5000');
    await terminal.shows('works, Esc stops');
    await type('Say hello');
    await terminal.shows('waits: > Say hello');
    await terminal.press('Escape');
    await terminal.shows('The queue is held by Stop');
    await terminal.press('C-r');
    await eventually(() => probe.facts.filter(({ event }) => event?.type === 'turn_ended').length === 4, {
      what: 'the prompt that waited to be done',
      timeoutMs: 30_000,
    });
    await terminal.press('BTab');
    await terminal.shows(' · Edit freely ·');

    await terminal.shows(' idle ');
    await terminal.press('C-c');
    assert.equal(await terminal.exitCode(), '0');
    await eventually(() => terminal!.leftovers().length === 0, { what: 'all processes to be gone' });
  });

  it('L37, L31, L36: drawn anew after a resize, without colours; a form by keys; Ctrl-C stops, then leaves', async () => {
    terminal = await Terminal.open(await command(), {
      ...{ columns: 100, rows: 30 },
      env: { ...cliEnvironment(tempFolder('od-home')), NO_COLOR: '1' },
    });
    await terminal.shows(/ idle /);
    await terminal.press('-l', '/ask');
    await terminal.press('Enter');
    await terminal.shows('Colour (required)');
    await terminal.press('2');
    await terminal.resize(40, 24);
    // What was drawn for the other width is gone.
    const once = (rows: string[], words: string): boolean =>
      rows.filter((row) => row.includes(words)).length === 1;
    const narrow = await eventually(
      async () => {
        const rows = await terminal!.screen({ colours: true });
        const all = ['Colour (required)', '● 2 Blue', '[ Decline ]', 'waits for you'];
        return all.every((words) => once(rows, words)) && rows;
      },
      { what: 'the form, once', timeoutMs: 30_000 },
    );
    const coloured = new RegExp(`${String.fromCharCode(27)}\\[(?:\\d+;)*(3[0-8]|4[0-8]|9[0-7])m`);
    assert.deepEqual(
      narrow.filter((row) => coloured.test(row)),
      [],
    );
    await terminal.resize(100, 30);
    await terminal.press('Enter', 'Enter');
    await terminal.shows('(answered here)');

    await terminal.press('-l', '/long 5000');
    await terminal.press('Enter');
    await terminal.shows('word20');
    await terminal.press('C-c');
    await terminal.shows('once more leaves');
    await terminal.shows('Stopped.');
    await terminal.press('C-c');
    assert.equal(await terminal.exitCode(), '0');
  });

  it('L30: without a terminal it says so, and what to use', async () => {
    const [program = '', ...args] = await command();
    const { code, stderr, stdout } = await run(program, args, {
      env: cliEnvironment(tempFolder('od-home')),
      anyCode: true,
    });
    assert.equal(code, 2);
    assert.match(stderr, /needs a terminal.*remote-control --json/);
    assert.equal(stdout, '');
  });

  async function command(): Promise<string[]> {
    const port = String(await freePort());
    return [process.execPath, cliPath, 'chat', '--remote-control', '--agent', 'demo', '--port', port];
  }
});
