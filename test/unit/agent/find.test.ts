/** Agents that are installed but not on the PATH that VS Code was started with. */
import assert from 'node:assert/strict';
import { delimiter, dirname, join } from 'node:path';
import { knownAgent } from '../../../src/agent/catalog.ts';
import { findAgent } from '../../../src/agent/find.ts';
import type { Surroundings } from '../../../src/agent/places.ts';
import { Computer } from '../../support/computer.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';

describe('finding agents beyond PATH', () => {
  let folder: string;
  let computer: Computer;

  beforeEach(() => {
    folder = tempFolder('od-find');
    computer = new Computer(folder);
  });
  afterEach(() => removeFolder(folder));

  const found = (name: string, where: Surroundings) => findAgent(knownAgent(name), where)?.command;

  const places: [string, string][] = [
    ['~/.local/bin', 'home/.local/bin'],
    ["npm's usual own folder", 'home/.npm-global/bin'],
    ['volta', 'home/.volta/bin'],
    ['bun', 'home/.bun/bin'],
    ['pnpm', 'home/.local/share/pnpm'],
    ["nvm's link", 'home/.nvm/current/bin'],
    ['a version of nvm', 'home/.nvm/versions/node/v22.1.0/bin'],
    ["fnm's default", 'home/.local/share/fnm/aliases/default/bin'],
  ];
  for (const [name, at] of places) {
    it(`A12: ${name}`, () => {
      const program = computer.program(join(at, 'gemini'));
      assert.equal(found('gemini', computer.with([])), program);
    });
  }

  it("A12: an agent's own installer has its own folder", () => {
    const program = computer.program('home/.opencode/bin/opencode');
    assert.equal(found('opencode', computer.with([])), program);
    assert.equal(found('kimi', computer.with([])), undefined);
  });

  it('A12: folders that the environment or .npmrc name', () => {
    const pnpm = computer.program('tools/pnpm/copilot');
    assert.equal(found('copilot', computer.with([], { env: { PNPM_HOME: dirname(pnpm) } })), pnpm);
    const npm = computer.program('home/packages/bin/kimi');
    computer.file('home/.npmrc', 'audit=false\nprefix = ~/packages\n');
    assert.equal(found('kimi', computer.with([])), npm);
  });

  it('A12: macOS and Windows have other folders', () => {
    const mac = computer.program('home/Library/pnpm/gemini');
    assert.equal(found('gemini', computer.with([], { platform: 'darwin' })), mac);
    const roaming = computer.program('roaming/npm/gemini');
    const env = { APPDATA: dirname(dirname(roaming)) };
    assert.equal(found('gemini', computer.with([], { platform: 'win32', env })), roaming);
  });

  it('A12: of the versions of nvm the default comes first, then the newest', () => {
    const at = (version: string) => computer.program(`home/.nvm/versions/node/${version}/bin/gemini`);
    at('v9.0.0');
    const twenty = at('v20.9.0');
    const newest = at('v22.10.1');
    assert.equal(found('gemini', computer.with([])), newest);
    computer.file('home/.nvm/alias/default', 'lts/iron\n');
    computer.file('home/.nvm/alias/lts/iron', 'v20.9.0\n');
    assert.equal(found('gemini', computer.with([])), twenty);
    computer.file('home/.nvm/alias/lts/iron', 'default');
    assert.equal(found('gemini', computer.with([])), newest, 'aliases in a circle say nothing');
  });

  it("A12: PATH comes first, then the terminals' PATH, and relative folders count nowhere", () => {
    const common = computer.program('home/.local/bin/gemini');
    const terminal = computer.program('terminal/gemini');
    const terminalPath = ['.', 'bin', computer.path(['terminal'])].join(delimiter);
    assert.equal(found('gemini', computer.with([])), common);
    assert.equal(found('gemini', computer.with([], { terminalPath })), terminal);
    const first = computer.program('first/gemini');
    assert.equal(found('gemini', computer.with(['first'], { terminalPath })), first);
  });

  it('A12: what is not on PATH is started with a PATH that leads to it and to other tools; else with its own', () => {
    const program = computer.program('home/.local/bin/gemini');
    const node = computer.program('home/.volta/bin/node');
    computer.program('first/anything');
    const where = computer.with(['first']);
    const { env } = findAgent(knownAgent('gemini'), where) ?? {};
    const folders = Object.values(env ?? {})[0]?.split(delimiter);
    assert.deepEqual(folders, [dirname(program), join(folder, 'first'), dirname(node)]);
    computer.program('first/gemini');
    assert.equal(findAgent(knownAgent('gemini'), where)?.env, undefined);
  });
});
