/** The list of agents at the desk: what it says of each, and where the user's terminals would find them. */
import assert from 'node:assert/strict';
import { agentWords } from '../../../src/vscode/agent-words.ts';
import { readSettings } from '../../../src/vscode/settings.ts';
import { terminalPath, terminalSystem } from '../../../src/vscode/terminal-path.ts';

const t = (text: string) => text;
const agent = { title: 'Claude Code', path: '/usr/bin/claude', install: 'npm', login: 'Log in.' };

describe('choice of an agent', () => {
  it('A23: version and login, or how to get it', () => {
    assert.deepEqual(agentWords({ ...agent, path: undefined }, undefined, t), {
      ...{ label: 'Claude Code', description: 'not installed', detail: 'npm' },
    });
    assert.deepEqual(agentWords(agent, undefined, t), { label: 'Claude Code', description: 'installed' });
    assert.deepEqual(agentWords(agent, { version: '2.1', login: 'in' }, t), {
      ...{ label: 'Claude Code 2.1', description: 'logged in' },
    });
    assert.deepEqual(agentWords(agent, { version: '2.1', login: 'out' }, t), {
      ...{ label: 'Claude Code 2.1', description: 'not logged in', detail: 'Log in.' },
    });
    assert.deepEqual(agentWords(agent, { version: undefined, login: 'unknown' }, t), {
      ...{ label: 'Claude Code', description: 'installed' },
    });
  });

  it("A12: the terminals' PATH as VS Code's setting makes it", () => {
    const env = { PATH: '/usr/bin:/bin', HOME: '/home/dev' };
    const path = (value: unknown) => terminalPath({ PATH: value, OTHER: 'x' }, env, ':');
    assert.equal(path('/opt/bin:${env:PATH}'), '/opt/bin:/usr/bin:/bin');
    assert.equal(path('${env:HOME}/bin:${env:NONE}'), '/home/dev/bin');
    assert.equal(path('${workspaceFolder}/bin:/opt/bin'), '/opt/bin', 'a workspace has no say');
    assert.equal(path(null), undefined);
    assert.equal(terminalPath({ OTHER: 'x' }, env, ':'), undefined);
    assert.equal(terminalPath(undefined, env, ':'), undefined);
    assert.equal(terminalPath({ Path: 'C:\\bin' }, {}, ';'), 'C:\\bin');
    assert.deepEqual((['win32', 'darwin', 'linux', 'freebsd'] as const).map(terminalSystem), [
      ...['windows', 'osx', 'linux', 'linux'],
    ]);
  });

  it("A25: an agent of the user's own is chosen by its name, from the user's own settings", () => {
    const agents = [{ name: 'Mine', command: 'run' }, { name: 'Broken' }];
    const choice = (name: string) =>
      readSettings({
        inspect: (key) => ({
          ...{ key, globalValue: { agents, agent: name }[key], workspaceValue: [{ name: 'Theirs' }] },
        }),
      }).agent;
    assert.deepEqual(choice('Mine'), { kind: 'command', name: 'Mine', command: 'run', args: [] });
    assert.deepEqual(choice('gemini'), { kind: 'named', name: 'gemini' });
    assert.deepEqual(choice('auto'), { kind: 'auto' });
    // Another agent than the chosen one must not start.
    assert.deepEqual(choice('Gone'), { kind: 'named', name: 'Gone' });
    const broken = choice('Broken');
    assert.equal(broken.kind === 'invalid' && broken.error.code, 'settings_invalid');
  });
});
