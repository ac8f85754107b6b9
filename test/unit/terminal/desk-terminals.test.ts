/** What a shell of the host's own process sends of its terminals. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { systemClock } from '../../../src/base/clock.ts';
import { disposable } from '../../../src/base/disposable.ts';
import { DeskTerminals } from '../../../src/host/desk/desk-terminals.ts';
import type { HostPorts } from '../../../src/host/api.ts';
import { HostTerminals, shellArgs } from '../../../src/host/terminals.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { methods } from '../../../src/protocol/methods.ts';
import type { PtyWish } from '../../../src/terminal/pty.ts';
import { FakePtys } from '../../support/fake-pty.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { eventually } from '../../support/wait.ts';

interface Sent {
  id?: number;
  method?: string;
  params: { data?: string };
}

describe('terminals of the desk', () => {
  it('O1, O24: a paste that is larger than one input goes in several, and none of it is lost', async () => {
    const inputs: string[] = [];
    const terminals = new DeskTerminals({
      connectDesk(transport) {
        transport.onMessage((text) => {
          const { id, method, params } = JSON.parse(text) as Sent;
          if (method === methods.terminal.input) inputs.push(params.data ?? '');
          if (id !== undefined) transport.send(JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
        });
        return disposable(() => {});
      },
    });
    const pasted = 'ab'.repeat(limits.terminalInputChars);
    terminals.input('one', pasted);
    terminals.input('one', '');
    await eventually(() => inputs.length === 3, { what: 'all of it' });
    assert.equal(inputs.join(''), pasted);
    assert.ok(inputs.every(({ length }) => length <= limits.terminalInputChars));
    terminals.dispose();
  });

  it('O8: one whose end fails with its session is told in the log, and throws nowhere', async () => {
    const written: string[] = [];
    const ptys = new FakePtys();
    const kill = () => Promise.reject(new Error('too many open files'));
    const host = new HostTerminals({
      ...{ clock: systemClock, log: { write: (_level: string, message: string) => written.push(message) } },
      pty: { ...ptys, spawn: async (wish: PtyWish) => Object.assign(await ptys.spawn(wish), { kill }) },
    } as Partial<HostPorts> as HostPorts);
    await host.openForAgent({ command: 'make', args: ['all'], env: {}, cwd: '/' }, 'session');
    host.keepOf(() => false);
    await eventually(() => written.length === 1, { what: 'the line of the log' });
    assert.deepEqual(host.rows(), []);
  });

  it('O12: an agent’s command is called by what it runs, and by where that is unless it is the folder beside it', async () => {
    const host = new HostTerminals({
      clock: systemClock,
      pty: new FakePtys(),
    } as Partial<HostPorts> as HostPorts);
    const cwd = tempFolder('od-cwd');
    const lines = [
      [`cd '${cwd}' && make all`, 'make all'],
      [`cd ${cwd} && make all`, 'make all'],
      [`cd "${cwd}/" && make all`, 'make all'],
      ["cd '/' && rm -rf *", "cd '/' && rm -rf *"],
      [`cd '${cwd}' && `, `cd '${cwd}' && `],
    ];
    for (const [line] of lines)
      await host.openForAgent({ command: '/bin/sh', args: ['-c', line!], env: {}, cwd }, 'session');
    assert.deepEqual(
      host.rows().map(({ name }) => name.trim()),
      lines.map(([, name]) => name!.trim()),
    );
    await host.closeAll();
  });

  it('O9: each shell gets a line as it takes one', () => {
    for (const shell of ['C:\\Windows\\System32\\cmd.exe', 'cmd', 'CMD.EXE'])
      assert.equal(shellArgs(shell, 'echo "a b" & dir'), '/s /c "echo "a b" & dir"');
    for (const shell of ['/bin/zsh', 'C:\\Program Files\\Git\\bin\\bash.exe', 'pwsh.exe', '/opt/notcmd'])
      assert.deepEqual(shellArgs(shell, 'aider'), ['-c', 'aider']);
    // As the library makes the command line of it.
    const { argsToCommandLine } = createRequire(import.meta.url)('@lydell/node-pty/windowsPtyAgent.js') as {
      argsToCommandLine(file: string, args: string[] | string): string;
    };
    const cmd = 'C:\\Windows\\System32\\cmd.exe';
    assert.equal(argsToCommandLine(cmd, shellArgs(cmd, 'echo "a b"')), `${cmd} /s /c "echo "a b""`);
  });
});
