/** The agents that Offdesk knows: found on PATH in order, explained where missing, logged in where that needs nobody. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { agentNames, knownAgent, knownAgents } from '../../../src/agent/catalog.ts';
import { findAgent } from '../../../src/agent/find.ts';
import { candidates } from '../../../src/host/agent-command.ts';
import { OffdeskError } from '../../../src/base/error.ts';
import { Computer } from '../../support/computer.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';

const ports = { demoAgent: { command: 'node', args: ['demo'], env: {} } };

describe('catalog of agents', () => {
  let folder: string;
  const key = process.env['GEMINI_API_KEY'];

  beforeEach(() => (folder = tempFolder('od-path')));
  afterEach(() => {
    if (key === undefined) delete process.env['GEMINI_API_KEY'];
    else process.env['GEMINI_API_KEY'] = key;
    removeFolder(folder);
  });

  const program = (at: string, name: string, mode?: number) =>
    new Computer(folder).program(join(at, name), '', mode);
  /** A computer with nothing but these folders on PATH. */
  const on = (...folders: string[]) => new Computer(folder).with(folders);
  const path = (PATH: string | undefined) => new Computer(folder).with([], { env: { PATH } });

  it('A12: an agent is found in the first folder of PATH that has it', () => {
    program('b', 'opencode');
    const first = program('a', 'opencode');
    const { command, args } = findAgent(knownAgent('opencode'), on('none', 'a', 'b')) ?? {};
    assert.deepEqual({ command, args }, { command: first, args: ['acp'] });
  });

  it('A12: of several commands the first in the catalog is taken, wherever in PATH it is', () => {
    program('a', 'claude-code-acp');
    const claude = knownAgent('claude');
    assert.match(findAgent(claude, on('a', 'b'))?.command ?? '', /claude-code-acp$/);
    const newer = program('b', 'claude-agent-acp');
    const found = findAgent(claude, on('a', 'b'));
    assert.equal(found?.command, newer);
    assert.ok(found.loginCheck, 'how to ask it for its login belongs to that command');
  });

  it('A12: what cannot be run is not found: other files, folders, an empty PATH', () => {
    program('a', 'copilot', 0o644);
    mkdirSync(join(folder, 'b', 'copilot'), { recursive: true });
    assert.equal(findAgent(knownAgent('copilot'), on('a', 'b')), undefined);
    assert.equal(findAgent(knownAgent('copilot'), path(undefined)), undefined);
    assert.equal(findAgent(knownAgent('copilot'), path('')), undefined);
  });

  it('A12: a relative folder of PATH is passed over: it would lead into the workspace', () => {
    program('.', 'kimi');
    const before = process.cwd();
    process.chdir(folder);
    try {
      assert.equal(findAgent(knownAgent('kimi'), path(['.', ''].join(delimiter))), undefined);
    } finally {
      process.chdir(before);
    }
  });

  it('S8: auto tries what is there, in the order of the catalog, and ends with the demo agent', () => {
    for (const name of ['opencode', 'gemini', 'claude-agent-acp']) program('bin', name);
    const titles = candidates({ kind: 'auto' }, ports, on('bin')).map(({ title }) => title);
    assert.deepEqual(titles, ['Claude Code', 'Gemini CLI', 'opencode', 'Demo agent']);
    const alone = candidates({ kind: 'auto' }, ports, on('none'));
    assert.deepEqual(
      alone.map((candidate) => candidate.demo),
      [true],
    );
  });

  it('A12: a missing agent keeps its command, so that starting it says how to install it', () => {
    for (const agent of knownAgents) {
      const [candidate, ...others] = candidates({ kind: 'named', name: agent.id }, ports, on('none'));
      assert.deepEqual(others, []);
      assert.equal(candidate?.options.command, agent.commands[0].command);
      assert.ok(candidate.options.installHint.includes('npm install -g '), agent.id);
      assert.ok(candidate.options.loginHint.length > 0, agent.id);
    }
  });

  it('S8: a name that nobody knows is told apart from an agent that is missing here', () => {
    const unknown = (error: unknown) =>
      error instanceof OffdeskError &&
      error.code === 'agent_missing' &&
      agentNames.every((name) => error.next.includes(name));
    assert.throws(() => knownAgent('clyde'), unknown);
    assert.throws(() => candidates({ kind: 'named', name: 'clyde' }, ports), unknown);
  });

  it('A11: Gemini CLI is logged in by its key where the environment has one', () => {
    const method = () => candidates({ kind: 'named', name: 'gemini' }, ports)[0]?.options.authMethod;
    delete process.env['GEMINI_API_KEY'];
    assert.equal(method(), undefined);
    process.env['GEMINI_API_KEY'] = 'key';
    assert.equal(method(), 'gemini-api-key');
  });

  it('S8: a command of one’s own is called what its user would call it', () => {
    const names: [string, ...string[]][] = [
      ['opencode', '/opt/bin/opencode', 'acp'],
      ['claude-agent-acp', '/usr/bin/node', '--no-warnings', '/x/claude-agent-acp/dist/index.js'],
      ['my-agent', 'node', 'my-agent.mjs', '--acp'],
      ['codex-acp', 'npx', '-y', '@agentclientprotocol/codex-acp@2.6.0'],
      ['bash', 'bash', '-c', 'agent --acp'],
      ['node', 'node', 'dist/index.js'],
    ];
    for (const [name, command, ...args] of names) {
      const [candidate] = candidates({ kind: 'command', command: command!, args }, ports);
      assert.equal(candidate?.title, name);
    }
  });
});
