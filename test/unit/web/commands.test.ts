/** Slash commands: completed as typed, Offdesk's own, and pickers of the agent's own terminal. */
import assert from 'node:assert/strict';
import {
  commandIn,
  commandQueryAt,
  commandsOf,
  matchCommands,
  pickerIn,
  remoteWish,
} from '../../../src/transcript/commands.ts';

const own = [{ name: 'remote-control', description: '', hint: '[on | off]', own: true }];
const all = commandsOf(
  [
    { name: '/compact', description: 'Sum up', input: { hint: '<how>' } },
    { name: 'memory', description: 7 },
    { name: 'memory show', input: null },
    { name: 'remote-control', description: "the agent's" },
    { name: '' },
    { description: 'no name' },
  ],
  own,
);
const names = (query: string) => matchCommands(all, query, 20).map(({ name }) => name);

describe('web: slash commands', () => {
  it("C9: the agent's are read whatever they lack, and Offdesk's own stand in for those of the same name", () => {
    assert.deepEqual(
      all.map(({ name, hint, own: ours }) => [name, hint, ours]),
      [
        ['compact', '<how>', false],
        ['memory', '', false],
        ['memory show', '', false],
        ['remote-control', '[on | off]', true],
      ],
    );
  });

  it('C9: match what is typed, those that begin with it first, until the arguments follow', () => {
    assert.deepEqual(names(''), ['compact', 'memory', 'memory show', 'remote-control']);
    assert.deepEqual(names('M'), ['memory', 'memory show', 'compact', 'remote-control']);
    assert.deepEqual(names('memory '), ['memory show']);
    assert.deepEqual(names('compact now'), []);
    assert.equal(commandQueryAt('/me', 3), 'me');
    assert.equal(commandQueryAt('see /me', 7), undefined);
    assert.equal(commandQueryAt('/me\nmore', 8), undefined);
  });

  it('C9: the longest name is the command, the rest its arguments', () => {
    assert.deepEqual(
      [commandIn('/memory show all', all)?.command.name, commandIn('/memory show all', all)?.rest],
      ['memory show', 'all'],
    );
    assert.equal(commandIn('/memorylane', all), undefined);
  });

  it('S6: on, off, status or a name for the remote control', () => {
    assert.deepEqual(remoteWish('/rc'), { kind: 'on' });
    assert.deepEqual(remoteWish(' /remote-control OFF '), { kind: 'off' });
    assert.deepEqual(remoteWish('/rc status'), { kind: 'status' });
    assert.deepEqual(remoteWish('/rc Nightly build'), { kind: 'name', name: 'Nightly build' });
    for (const text of ['/rcx', 'rc', '/rc on\nand more', 'see /rc'])
      assert.equal(remoteWish(text), undefined);
  });

  it('C19: a picker is known by its name, unless the agent offers it, or anything follows', () => {
    assert.equal(pickerIn('/theme', all), 'theme');
    assert.equal(pickerIn('/memory', all), undefined);
    assert.equal(pickerIn('/theme dark', all), undefined);
    assert.equal(pickerIn('/theme', own), undefined, 'what the agent offers is not known yet');
    assert.equal(pickerIn('/unheard-of', all), undefined);
  });
});
