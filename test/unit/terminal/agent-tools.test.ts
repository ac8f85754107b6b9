/** ACP `terminal/*` and `fs/*` as an agent uses them, on terminals of the tests and files of a temporary folder. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agent, type AgentContext, type TerminalOutputResponse } from '@agentclientprotocol/sdk';
import { AgentTerminals } from '../../../src/agent/agent-terminals.ts';
import { connectAgent } from '../../../src/agent/connect.ts';
import { Replay } from '../../../src/agent/replay.ts';
import { silentLog } from '../../../src/base/log.ts';
import { AllowedFolders } from '../../../src/host/allowed-folders.ts';
import { agentTools } from '../../../src/host/agent-tools.ts';
import type { HostPorts } from '../../../src/host/api.ts';
import { HostTerminals } from '../../../src/host/terminals.ts';
import type { RawUpdate } from '../../../src/protocol/facts.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { acpStream } from '../../../src/protocol/transport.ts';
import { FakePtys } from '../../support/fake-pty.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { testHost } from '../../support/test-host.ts';
import { transportPair } from '../../support/transport-pair.ts';
import { eventually } from '../../support/wait.ts';

describe('what an agent uses of its client', function () {
  this.timeout(60_000);
  const ptys = new FakePtys();
  const updates: RawUpdate[] = [];
  let folder: string;
  let client: AgentContext;
  let terminals: AgentTerminals;

  /** The agent's end of a connection, with the host's tools at the other. */
  async function connect(more: Partial<HostPorts> = {}): Promise<void> {
    folder = tempFolder('tools');
    updates.length = 0;
    const { ports } = await testHost({}, { pty: ptys, ...more });
    const host = new HostTerminals(ports);
    const tools = agentTools(ports, host, new AllowedFolders(() => [folder]))({ id: 's', cwd: folder });
    const sink = {
      update: (update: RawUpdate) => void updates.push(update),
      ask: () => assert.fail(),
      exited: () => {},
    };
    terminals = new AgentTerminals(tools.terminals!, sink.update);
    const [here, there] = transportPair();
    const served = { terminals, files: tools.files };
    connectAgent(acpStream(here), sink, new Replay(sink.update), silentLog, served);
    client = agent({ name: 'agent' }).connect(acpStream(there)).client;
  }

  const create = (more: object = {}) =>
    client.request('terminal/create', { sessionId: 's', command: 'make', args: ['all'], ...more });
  const named = (terminalId: string) => ({ sessionId: 's', terminalId });

  const output = (terminalId: string) =>
    client.request<TerminalOutputResponse>('terminal/output' as string, named(terminalId));

  it('O12: a command runs in a terminal, its output is polled, its end awaited', async () => {
    await connect();
    const { terminalId } = await create({ env: [{ name: 'A', value: 'b' }], cwd: '/tmp' });
    const pty = ptys.all.at(-1)!;
    assert.deepEqual([pty.wish.file, pty.wish.args, pty.wish.cwd], ['make', ['all'], '/tmp']);
    assert.deepEqual([pty.wish.env['A'], pty.wish.env['PAGER']], ['b', 'cat']);
    pty.print('\x1b[32mgreen\x1b[0m\r\n');
    const before = await output(terminalId);
    assert.deepEqual([before.output, before.truncated, before.exitStatus], ['green\n', false, null]);
    const waiting = client.request('terminal/wait_for_exit', named(terminalId));
    pty.end({ code: 2 });
    assert.deepEqual(await waiting, { exitCode: 2, signal: null });
    const after = await output(terminalId);
    assert.deepEqual(after.exitStatus, { exitCode: 2, signal: null });
  });

  it('O12: a line without arguments goes to a shell, a program as it is', async () => {
    await connect();
    await create({ command: 'cd a && ls', args: [] });
    assert.deepEqual(ptys.all.at(-1)!.wish.args, ['-c', 'cd a && ls']);
    await create({ command: 'ls', args: [] });
    assert.deepEqual([ptys.all.at(-1)!.wish.file, ptys.all.at(-1)!.wish.args], ['ls', []]);
  });

  it('O12: killed it can still be read; released it is known no more, and what it showed is in its tool call', async () => {
    await connect();
    const { terminalId } = await create({ outputByteLimit: 4 });
    terminals.see({
      sessionUpdate: 'tool_call_update',
      toolCallId: 't1',
      content: [{ type: 'terminal', terminalId }],
    });
    ptys.all.at(-1)!.print('one two');
    await client.request('terminal/kill', named(terminalId));
    const end = await output(terminalId);
    assert.deepEqual([end.output, end.truncated], [' two', true]);
    await client.request('terminal/release', named(terminalId));
    await assert.rejects(client.request('terminal/output', named(terminalId)), { code: -32002 });
    const [told, ...more] = updates;
    assert.equal(more.length, 0);
    assert.equal(told?.['toolCallId'], 't1');
    const meta = told?.['_meta'] as { terminal_output: unknown; terminal_exit: unknown };
    assert.deepEqual(meta.terminal_output, { terminal_id: terminalId, data: 'one two' });
    assert.deepEqual(meta.terminal_exit, { terminal_id: terminalId, exit_code: 0, signal: 'SIGHUP' });
  });

  it('O12: after a thousand commands the next is told, too; those that are not released are bounded', async () => {
    const told: RawUpdate[] = [];
    let ids = 0;
    const many = new AgentTerminals(
      {
        available: () => Promise.resolve(true),
        open: () =>
          Promise.resolve({
            ...{ id: `terminal-${ids++}`, tool: undefined, onData: () => {} },
            ...{ exited: Promise.resolve({ code: 0 }), kill: () => Promise.resolve() },
          }),
        close: () => Promise.resolve(),
      },
      (update) => told.push(update),
    );
    const wish = { command: 'true', args: [], env: {}, cwd: undefined };
    const begin = async () => {
      const terminalId = await many.create(wish, undefined);
      const content = [{ type: 'terminal', terminalId }];
      many.see({ sessionUpdate: 'tool_call_update', toolCallId: `of ${terminalId}`, content });
      return terminalId;
    };
    for (let n = 0; n < 1_500; n++) await many.release(await begin());
    for (let n = 0; n < limits.agentTerminals; n++) await begin();
    assert.equal(told.length, 1_500 + limits.agentTerminals);
    await assert.rejects(begin(), { code: 'terminal_limit' });
  });

  it('O12: the end of the agent ends its commands', async () => {
    await connect();
    await create();
    const pty = ptys.all.at(-1)!;
    let ended = false;
    pty.onExit(() => (ended = true));
    await terminals.dispose();
    await eventually(() => ended, { what: 'the command to end' });
  });

  it('O13: a file is read as it is in the editor, else from the disk, by lines where they are asked for', async () => {
    const open = new Map<string, string>();
    await connect({
      readOpenFile: (path) => Promise.resolve(open.get(path)),
      writeOpenFile: (path, content) => Promise.resolve(open.has(path) && Boolean(open.set(path, content))),
    });
    const path = join(folder, 'a.txt');
    writeFileSync(path, 'one\ntwo\nthree\n');
    const read = (more: object = {}) =>
      client.request('fs/read_text_file', { sessionId: 's', path, ...more });
    assert.equal((await read()).content, 'one\ntwo\nthree\n');
    assert.equal((await read({ line: 2, limit: 1 })).content, 'two\n');
    open.set(path, 'not saved');
    assert.equal((await read()).content, 'not saved');
    await client.request('fs/write_text_file', { sessionId: 's', path, content: 'by the agent' });
    assert.deepEqual([open.get(path), readFileSync(path, 'utf8')], ['by the agent', 'one\ntwo\nthree\n']);
    await assert.rejects(read({ path: join(folder, 'none') }), { code: -32002 });
    // Nobody writes to this pipe: to read it would wait for ever.
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await assert.rejects(read({ path: join(folder, 'pipe') }), { code: -32602 });
    await assert.rejects(read({ path: folder }), { code: -32602 });
    // Latin-1, which read as UTF-8 would be written back as something else.
    writeFileSync(join(folder, 'old.txt'), Buffer.from([0x47, 0x72, 0xfc, 0xdf, 0x65]));
    await assert.rejects(read({ path: join(folder, 'old.txt') }), /UTF-8.*by a command/);
    const made = join(folder, 'deep', 'er', 'new.txt');
    await client.request('fs/write_text_file', { sessionId: 's', path: made, content: 'new' });
    assert.equal(readFileSync(made, 'utf8'), 'new');
  });

  it('O13: what is not saved is written over only by an agent that has read it as it is', async () => {
    let inEditor: string | undefined;
    let asked = 0;
    await connect({
      readOpenFile: () => Promise.resolve(inEditor),
      writeOpenFile: (_path, _content, knows) => {
        if (inEditor === undefined) return Promise.resolve(false);
        asked++;
        return Promise.resolve(knows(inEditor));
      },
    });
    const path = join(folder, 'a.txt');
    writeFileSync(path, 'saved');
    const disk = () => readFileSync(path, 'utf8');
    const named = { sessionId: 's', path };
    const write = (content: string) => client.request('fs/write_text_file', { ...named, content });
    const read = () => client.request('fs/read_text_file', named);
    inEditor = 'typed';
    await write('never read');
    assert.equal(disk(), 'never read', 'the editor did not take it');
    await read();
    inEditor = 'typed on';
    await write('read before that');
    assert.equal(disk(), 'read before that');
    await read();
    await write('read as it is');
    assert.equal(disk(), 'read before that', 'the editor took it');
    inEditor = 'read as it is';
    await write('its own');
    assert.deepEqual([disk(), asked], ['read before that', 4]);
  });

  it('O13: what is not shared is neither read nor written', async () => {
    await connect();
    const outside = tempFolder('outside');
    writeFileSync(join(outside, 'secret'), 'x');
    mkdirSync(join(folder, 'sub'));
    symlinkSync(outside, join(folder, 'sub', 'link'));
    for (const path of [
      join(outside, 'secret'),
      join(folder, 'sub', 'link', 'secret'),
      `${folder}/../${outside.split('/').at(-1)}/secret`,
    ]) {
      const refused = (error: { data?: { code?: string } }) => error.data?.code === 'path_not_allowed';
      await assert.rejects(client.request('fs/read_text_file', { sessionId: 's', path }), refused);
      const write = client.request('fs/write_text_file', { sessionId: 's', path, content: '' });
      await assert.rejects(write, refused);
    }
    assert.equal(readFileSync(join(outside, 'secret'), 'utf8'), 'x');
  });
});
