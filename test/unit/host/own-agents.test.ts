/** Agents of the user's own in the settings. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { candidates } from '../../../src/host/agent-command.ts';
import { OffdeskError } from '../../../src/base/error.ts';
import { readOwnAgents } from '../../../src/host/own-agents.ts';

const ports = { demoAgent: { command: 'node', args: ['demo'], env: {} } };

describe("agents of the user's own", () => {
  it('A25: each has a name and a command; arguments, environment and folder if it wants', () => {
    const { agents, problems } = readOwnAgents([
      { name: ' Plain ', command: ' my-agent ' },
      { name: 'Full', command: '/opt/agent', args: ['--acp'], env: { KEY: 'v' }, cwd: '/srv/agent' },
    ]);
    assert.deepEqual(problems.size, 0);
    assert.deepEqual(agents, [
      { name: 'Plain', command: 'my-agent', args: [] },
      { name: 'Full', command: '/opt/agent', args: ['--acp'], env: { KEY: 'v' }, folder: '/srv/agent' },
    ]);
  });

  it('A25: an object with the names as its keys says the same', () => {
    const { agents } = readOwnAgents({ Mine: { command: 'my-agent', args: ['x'] } });
    assert.deepEqual(agents, [{ name: 'Mine', command: 'my-agent', args: ['x'] }]);
  });

  it('A25: an entry that cannot be used is named, and the others can be', () => {
    const good = { name: 'Good', command: 'good' };
    const bad: [unknown, string][] = [
      [{ name: 'Bad' }, 'Bad'],
      [{ name: 'Bad', command: ' ' }, 'Bad'],
      [{ name: 'Bad', command: 'x', args: 'y' }, 'Bad'],
      [{ name: 'Bad', command: 'x', args: [1] }, 'Bad'],
      [{ name: 'Bad', command: 'x', env: { A: 1 } }, 'Bad'],
      [{ name: 'Bad', command: 'x', cwd: 'below' }, 'Bad'],
      [{ name: 'claude', command: 'x' }, 'claude'],
      [{ name: 'auto', command: 'x' }, 'auto'],
      [{ name: 'Good', command: 'again' }, 'Good'],
      [{ command: 'x' }, 'number 2'],
      ['x', 'number 2'],
    ];
    for (const [entry, called] of bad) {
      const { agents, problems } = readOwnAgents([good, entry]);
      assert.deepEqual(
        agents.map(({ name }) => name),
        ['Good'],
      );
      const problem = problems.get(called);
      assert.equal(problem?.code, 'settings_invalid', JSON.stringify(entry));
      assert.ok(problem.message.includes(called));
    }
  });

  it('A25: whatever stands there is read without an error', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        readOwnAgents(value);
        readOwnAgents([value]);
        readOwnAgents({ a: value });
      }),
      { seed: 25, numRuns: 300 },
    );
  });

  it('A25: one that was chosen is started as described; one that cannot be used starts nothing', () => {
    const [agent] = readOwnAgents([{ name: 'Mine', command: 'run', args: ['a'], cwd: '/srv' }]).agents;
    const [candidate] = candidates({ kind: 'command', ...agent! }, ports);
    assert.equal(candidate?.title, 'Mine');
    const { name, command, args, folder } = candidate.options;
    assert.deepEqual(
      { name, command, args, folder },
      { name: 'Mine', command: 'run', args: ['a'], folder: '/srv' },
    );
    const error = readOwnAgents([{ name: 'Mine' }])
      .problems.get('Mine')!
      .toShape();
    const invalid = (caught: unknown) => caught instanceof OffdeskError && caught.code === 'settings_invalid';
    assert.throws(() => candidates({ kind: 'invalid', error }, ports), invalid);
  });
});
