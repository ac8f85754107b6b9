/** What is said of an installed agent: its version and its login, from short runs of its program. */
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { knownAgent, knownAgents } from '../../../src/agent/catalog.ts';
import { inspectAgent, lookFor } from '../../../src/agent/inspect.ts';
import { Computer } from '../../support/computer.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';

describe('what is installed of the agents', () => {
  let folder: string;
  let computer: Computer;

  beforeEach(() => {
    folder = tempFolder('od-inspect');
    computer = new Computer(folder);
  });
  afterEach(() => removeFolder(folder));

  const details = (name: string, env: NodeJS.ProcessEnv = {}) => {
    const where = computer.with(['bin'], { env });
    return inspectAgent(lookFor(knownAgent(name), where), where);
  };

  it('A23: a version, however it is printed', async () => {
    const texts: [string, string | undefined][] = [
      ['codex-acp 2.6.0', '2.6.0'],
      ['GitHub Copilot CLI 1.0.102.\\nRun copilot update', '1.0.102'],
      ['v0.61.0-preview.1', '0.61.0-preview.1'],
      ['2.1 (Claude Code)', '2.1'],
      ['error: unknown option', undefined],
    ];
    for (const [at, [text, version]] of texts.entries()) {
      computer = new Computer(join(folder, String(at)));
      computer.program('bin/codex-acp', `printf '${text}\\n'`);
      assert.equal((await details('codex'))?.version, version, text);
    }
  });

  it('A23: one program is asked for its version once, and again when it was replaced', async () => {
    const runs = join(folder, 'runs');
    const program = computer.program('bin/gemini', `echo run >> '${runs}'; echo 1.2.3`);
    await Promise.all([details('gemini'), details('gemini')]);
    await details('gemini');
    assert.equal(readFileSync(runs, 'utf8'), 'run\n');
    appendFileSync(program, '# newer\n');
    await details('gemini');
    assert.equal(readFileSync(runs, 'utf8'), 'run\nrun\n');
  });

  it('A23: one that prints without end is cut short, one that waits for input is not waited for', async () => {
    computer.program('bin/gemini', 'while :; do echo 1234567890123456; done');
    assert.equal((await details('gemini'))?.version, undefined);
    computer.program('bin/copilot', 'cat; echo 1.0.1');
    assert.equal((await details('copilot'))?.version, '1.0.1');
  });

  it('A23: logged in or not where it says so itself, else as far as a key or a file shows it', async () => {
    const claude = (said: string) =>
      computer.program('bin/claude-agent-acp', `[ "$2" = auth ] && echo '${said}' || echo 2.1.4`);
    claude('{"loggedIn": false}');
    assert.deepEqual(await details('claude'), { version: '2.1.4', login: 'out' });
    claude('{"loggedIn": true}');
    assert.deepEqual(await details('claude'), { version: '2.1.4', login: 'in' });
    claude('what?');
    assert.deepEqual(await details('claude'), { version: '2.1.4', login: 'unknown' });

    computer.program('bin/codex-acp', 'echo 2.6.0');
    assert.equal((await details('codex'))?.login, 'unknown');
    assert.equal((await details('codex', { OPENAI_API_KEY: 'key' }))?.login, 'in');
    computer.file('home/.codex/auth.json', '{}');
    assert.equal((await details('codex'))?.login, 'in');
    computer.program('bin/kimi', 'echo 2.1.0');
    computer.file('home/.kimi-code/credentials/one.json', '{}');
    assert.equal((await details('kimi'))?.login, 'in');
  });

  it('A23: one that is not installed is not run', async () => {
    for (const agent of knownAgents) assert.equal(await details(agent.id), undefined);
  });
});
