/** What is typed and no program reads, over real pseudoterminals: bounded, said, and kept for a program that is slow. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { anyRuns, groupsInTerminal, signalGroups } from '../../../src/agent/family.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { Typing } from '../../../src/protocol/typing.ts';
import { nodePty } from '../../../src/terminal/node-pty.ts';
import type { SharedTerminal } from '../../../src/terminal/terminal.ts';
import { Terminals } from '../../../src/terminal/terminals.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { eventually } from '../../support/wait.ts';

const sum = (text: string) => createHash('sha256').update(text).digest('hex');

describe('what is typed and no program reads', function () {
  this.timeout(60_000);
  const ports = { groupsIn: groupsInTerminal, signalGroups, anyRuns };
  const terminals = new Terminals({ pty: nodePty(ports), clock: systemClock });
  const someone = { name: 'a' };
  let folder: string;
  let text: string;

  before(function () {
    if (process.platform === 'win32') this.skip();
  });
  beforeEach(() => {
    folder = tempFolder('od-unread');
    text = '';
  });
  afterEach(async () => {
    await terminals.closeAll();
    removeFolder(folder);
  });

  /** A program that takes every key as it is, and reads none before the file `count` says how many; `first` it runs that. */
  async function lazy(first = ''): Promise<SharedTerminal> {
    const script =
      `stty raw -echo; ${first} printf ready; ` +
      'until test -s count; do sleep 0.05; done; head -c "$(cat count)" | sha256sum; cat';
    const terminal = await terminals.open({
      ...{ file: '/bin/sh', args: ['-c', script], cwd: folder, name: 'lazy' },
      ...{ env: { PATH: process.env['PATH'] ?? '' }, size: { cols: 100, rows: 24 } },
    });
    terminal.onData((data) => (text += data));
    await eventually(() => text.includes('ready'), { what: 'the program' });
    return terminal;
  }
  const read = (count: number): void => writeFileSync(join(folder, 'count'), String(count));

  it('O15: no more is taken than the bound and what came over it; all of that is read, and then there is room', async () => {
    const terminal = await lazy();
    const piece = 'abcdefghijklmnop'.repeat(1_000);
    let taken = '';
    let over: Promise<void> | undefined;
    const type = () => {
      for (let tries = 0; tries < 1_000; tries++) {
        over = terminal.input(piece, someone) ?? over;
        taken += piece;
      }
    };
    assert.throws(type, { code: 'terminal_unread' });
    // Some of it is with the kernel.
    const kernel = 1024 * 1024;
    assert.ok(taken.length >= limits.terminalUnreadChars);
    assert.ok(taken.length < limits.terminalUnreadChars + piece.length + kernel, String(taken.length));
    assert.equal(terminal.row.unread, true);
    assert.throws(() => terminal.input('x', someone), { code: 'terminal_unread' });
    read(taken.length);
    await eventually(() => text.includes(sum(taken)), { what: 'what was read', timeoutMs: 30_000 });
    await over;
    assert.equal(terminal.row.unread, undefined);
    void terminal.input('still-here', someone);
    await eventually(() => text.includes('still-here'), { what: 'what was typed then' });
  });

  it('O15: a long paste waits for a program that reads late, and comes whole', async () => {
    const terminal = await lazy();
    const paste = 'ä🌷x\n'.repeat(400_000);
    const typing = new Typing({
      tell: (data) => void terminal.input(data, someone),
      ask: (data) => terminal.input(data, someone) ?? Promise.resolve(),
    });
    assert.equal(typing.type(paste), true);
    // A key after it is after it.
    assert.equal(typing.type('end'), true);
    await eventually(() => terminal.row.unread, { what: 'the terminal to be full' });
    read(Buffer.byteLength(paste));
    await eventually(() => text.includes(sum(paste)), { what: 'all of it', timeoutMs: 30_000 });
    await eventually(() => text.endsWith('end'), { what: 'the key' });
    assert.equal(terminal.row.unread, undefined);
  });

  it('a connection that is lost in the middle of a paste is told, what was not sent is dropped, and typing goes on (C13)', async () => {
    const sent: string[] = [];
    const dropped: unknown[] = [];
    const lost = new Error('lost');
    let goes = true;
    const typing = new Typing({
      tell: (data) => void sent.push(data),
      ask: (data) => {
        if (!goes) return Promise.reject(lost);
        sent.push(data);
        goes = false;
        return Promise.resolve();
      },
      dropped: (error) => void dropped.push(error),
    });
    assert.equal(typing.type('x'.repeat(limits.terminalInputChars * 3)), true);
    await eventually(() => dropped.length > 0, { what: 'it to be told' });
    assert.deepEqual(dropped, [lost]);
    assert.equal(typing.type('\r'), true);
    assert.deepEqual(sent, ['x'.repeat(limits.terminalInputChars), '\r']);
  });

  it('O15: what fills it says so, also the answers to a program that asks and asks, until all of it was read', async () => {
    // Where the cursor is.
    const terminal = await lazy(`yes "$(printf '\\033[6n')" | head -n 80000;`);
    await eventually(() => terminal.row.unread, { what: 'the terminal to be full', timeoutMs: 30_000 });
    assert.throws(() => terminal.input('x', someone), { code: 'terminal_unread' });
    read(1);
    await eventually(() => !terminal.row.unread, { what: 'room', timeoutMs: 30_000 });
    void terminal.input('still-here', someone);
    await eventually(() => text.includes('still-here'), { what: 'what was typed then', timeoutMs: 30_000 });
  });

  it('O15: one whose program ends says so no more', async () => {
    const terminal = await lazy();
    const over = terminal.input('x'.repeat(2 * limits.terminalUnreadChars), someone);
    assert.equal(terminal.row.unread, true);
    await terminal.kill();
    await over;
    assert.equal(terminal.row.unread, undefined);
  });
});
