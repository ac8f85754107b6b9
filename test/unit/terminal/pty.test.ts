/** One contract for pseudoterminals: the native ones and the tests' own. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { anyRuns, groupsInTerminal, signalGroups } from '../../../src/agent/family.ts';
import { nodePty } from '../../../src/terminal/node-pty.ts';
import type { Pty, PtyExit, PtyPort } from '../../../src/terminal/pty.ts';
import { FakePtys } from '../../support/fake-pty.ts';
import { eventually } from '../../support/wait.ts';

const ports = { groupsIn: groupsInTerminal, signalGroups, anyRuns };
const wish = {
  file: '/bin/sh',
  args: [],
  cwd: '/',
  env: { PATH: process.env['PATH'] ?? '', PS1: '' },
  cols: 80,
  rows: 24,
};

const contract = (what: string, make: () => PtyPort) =>
  describe(`pseudoterminals: ${what}`, function () {
    this.timeout(60_000);
    let pty: Pty;
    let text = '';
    let exit: PtyExit | undefined;

    beforeEach(async () => {
      [text, exit] = ['', undefined];
      const port = make();
      assert.equal(await port.available(), true);
      pty = await port.spawn(wish);
      pty.onData((data) => (text += data));
      pty.onExit((ended) => (exit = ended));
    });
    afterEach(() => pty.kill());

    it('what is typed comes back', async () => {
      pty.write('# hello\r');
      await eventually(() => text.includes('# hello'), { what: 'the echo' });
    });

    it('its end has a code, comes once, and nothing comes after it', async () => {
      let ends = 0;
      pty.onExit(() => ends++);
      pty.write('exit 7\r');
      await eventually(() => exit, { what: 'the end' });
      assert.deepEqual([exit, ends], [{ code: 7 }, 1]);
      pty.write('# late\r');
      pty.resize(10, 10);
      pty.pause();
      assert.ok(!text.includes('late'));
    });

    it('while it is paused nothing comes, and nothing is lost', async () => {
      pty.pause();
      pty.write('# held\r');
      await new Promise((resolve) => setImmediate(resolve));
      assert.ok(!text.includes('held'));
      pty.resume();
      await eventually(() => text.includes('held'), { what: 'what was held' });
    });

    it('killed it is gone when that resolves, also where it is paused; again is fine', async () => {
      pty.pause();
      await pty.kill();
      await pty.kill();
      assert.ok(exit?.signal, JSON.stringify(exit));
    });
  });

contract('of the tests', () => new FakePtys());
contract('native', () => nodePty(ports));

describe('native pseudoterminals', () => {
  it('O11: where the native part is missing it says so, and tries again later', async () => {
    let tries = 0;
    const port = nodePty({ ...ports, load: () => Promise.reject(new Error(`no such module ${++tries}`)) });
    assert.equal(await port.available(), false);
    await assert.rejects(port.spawn(wish), { code: 'terminals_missing' });
    assert.equal(tries, 2);
  });

  it('O8: a number that another program has by now is not signalled', async function () {
    if (process.platform !== 'linux') this.skip();
    const other = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    try {
      await eventually(() => groupsInTerminal(other.pid!).includes(other.pid!), { what: 'its session' });
      assert.deepEqual(groupsInTerminal(other.pid!, true), []);
    } finally {
      other.kill('SIGKILL');
    }
  });

  it('O8: where the list of processes can’t be read it is ended all the same, and nothing is thrown', async function () {
    this.timeout(60_000);
    const unread = (): never => {
      throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
    };
    const pty = await nodePty({ ...ports, groupsIn: unread, anyRuns: unread }).spawn(wish);
    let end: PtyExit | undefined;
    pty.onExit((exit) => (end = exit));
    await pty.kill();
    assert.ok(end?.signal, JSON.stringify(end));
  });

  it('a folder that is not there is an end with a code, or an error with one', async () => {
    const port = nodePty(ports);
    const gone = { ...wish, cwd: '/not/there' };
    const end = await port.spawn(gone).then(
      (pty) => new Promise<PtyExit>((resolve) => pty.onExit(resolve)),
      (error: unknown) => error as { code: unknown },
    );
    assert.ok(end.code === 'terminal_failed' || end.code !== 0, JSON.stringify(end));
  });
});
