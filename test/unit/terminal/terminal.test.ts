/** Shared terminals on pseudoterminals of the tests: flow control, fresh screens, sizes, bounds. */
import assert from 'node:assert/strict';
import { systemClock } from '../../../src/base/clock.ts';
import { limits } from '../../../src/protocol/limits.ts';
import type { Size, Snapshot } from '../../../src/terminal/screen.ts';
import type { SharedTerminal } from '../../../src/terminal/terminal.ts';
import { Terminals } from '../../../src/terminal/terminals.ts';
import type { Viewer } from '../../../src/terminal/viewer.ts';
import { FakePtys, type FakePty } from '../../support/fake-pty.ts';
import { eventually } from '../../support/wait.ts';

interface Seen {
  viewer: Viewer;
  outputs: { at: number; data: string; size?: Size }[];
  screens: Snapshot[];
  last(): number;
}

describe('shared terminals', function () {
  this.timeout(60_000);
  const ptys = new FakePtys();
  const terminals = new Terminals({ pty: ptys, clock: systemClock });
  const wish = { file: 'sh', args: [], cwd: '/', env: {}, name: 'sh', size: { cols: 80, rows: 24 } };
  afterEach(() => terminals.closeAll());

  async function open(): Promise<{ terminal: SharedTerminal; pty: FakePty }> {
    const terminal = await terminals.open(wish);
    return { terminal, pty: ptys.all.at(-1)! };
  }

  function look(terminal: SharedTerminal, name = 'a', acks = true): Seen {
    const seen: Omit<Seen, 'viewer'> & { viewer?: Viewer } = { outputs: [], screens: [], last: () => 0 };
    const viewer = terminal.view(
      { name },
      {
        output: (output) => {
          seen.outputs.push(output);
          if (acks) setImmediate(() => viewer.ack(output.at));
        },
        anew: (screen) => {
          seen.screens.push(screen);
          if (acks) setImmediate(() => viewer.ack(screen.at));
        },
      },
    );
    viewer.start();
    if (acks) viewer.ack(viewer.first.at);
    return Object.assign(seen, { viewer, last: () => seen.outputs.at(-1)?.at ?? viewer.first.at });
  }

  it('little output goes at once, in the same turn of the event loop', async () => {
    const { terminal, pty } = await open();
    const seen = look(terminal);
    pty.print('a');
    pty.print('b');
    assert.deepEqual(
      seen.outputs.map(({ at, data }) => [at, data]),
      [
        [1, 'a'],
        [2, 'b'],
      ],
    );
  });

  it('O3: what puts out more than is parsed has to wait, and goes on', async () => {
    const { pty } = await open();
    const line = 'x'.repeat(4095) + '\n';
    for (let i = 0; i < 100; i++) pty.print(line);
    assert.equal(pty.paused, true);
    await eventually(() => !pty.paused, { what: 'it to go on' });
  });

  it('O4: a viewer that takes nothing has nothing kept for it, and starts anew once it has', async () => {
    const { terminal, pty } = await open();
    const seen = look(terminal, 'silent', false);
    for (let i = 0; i < 200; i++) pty.print(`line ${i} ${'y'.repeat(1000)}\r\n`);
    const sent = seen.outputs.reduce((sum, { data }) => sum + data.length, 0);
    assert.ok(sent <= limits.terminalUnackedChars, `${sent}`);
    assert.deepEqual([seen.viewer.behind, seen.viewer.held], [true, 0]);
    await eventually(
      () => {
        seen.viewer.ack(Infinity);
        return seen.screens.some(({ screen }) => screen.includes('line 199'));
      },
      { what: 'a fresh screen with all of it' },
    );
  });

  it('what is put out while the first screen is on its way follows it without a gap', async () => {
    const { terminal, pty } = await open();
    pty.print('before');
    const seen = look(terminal);
    pty.print('after');
    const data = seen.outputs.map((output) => output.data).join('');
    assert.equal(`${seen.viewer.first.screen}${data}`, 'beforeafter');
    assert.equal(seen.last(), 'beforeafter'.length);
  });

  it('what a program asks of its terminal is answered once, by the host', async () => {
    const { terminal, pty } = await open();
    look(terminal);
    look(terminal);
    pty.print('\x1b[6n');
    await eventually(() => pty.typed.length > 0, { what: 'the answer' });
    assert.deepEqual(pty.typed, ['\x1b[1;1R']);
  });

  it('O5: sizes of who looks wait until they type', async () => {
    const { terminal, pty } = await open();
    const [a, b] = [{ name: 'a' }, { name: 'b' }];
    const told = { output: () => {}, anew: () => {} };
    terminal.view(a, told);
    terminal.view(b, told);
    terminal.resize({ cols: 90, rows: 30 }, a);
    terminal.resize({ cols: 40, rows: 20 }, b);
    assert.deepEqual(pty.sizes, ['90x30']);
    void terminal.input('x', b);
    assert.deepEqual([pty.sizes.at(-1), terminal.row.sizedBy], ['40x20', 'b']);
    terminal.resize({ cols: 91, rows: 31 }, a);
    assert.equal(pty.sizes.at(-1), '40x20');
  });

  it('O6: of those that ended the last are kept', async () => {
    const first = await open();
    for (let i = 0; i < limits.endedTerminals; i++) (await open()).pty.end({ code: i });
    first.pty.end({ code: 1 });
    await eventually(() => terminals.all.length === limits.endedTerminals, { what: 'the oldest to go' });
    assert.throws(() => terminals.get(first.terminal.id), { code: 'terminal_unknown' });
  });

  it('O10: one more than there may be is refused, also of those that are being opened', async () => {
    const tries = Array.from({ length: limits.terminals + 1 }, () => terminals.open(wish));
    const ends = await Promise.allSettled(tries);
    assert.equal(ends.filter(({ status }) => status === 'rejected').length, 1);
    await assert.rejects(terminals.open(wish), { code: 'terminal_limit' });
  });

  it('one that is opened while all are closed is closed, too', async () => {
    const opening = terminals.open(wish);
    await terminals.closeAll();
    await assert.rejects(opening, { code: 'closed' });
    assert.equal(terminals.all.length, 0);
  });
});
