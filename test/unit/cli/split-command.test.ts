/** `--agent-command` as a shell would split it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { splitCommand } from '../../../src/cli/split-command.ts';

describe('splitCommand', () => {
  const cases: [string, string[]][] = [
    ['opencode acp', ['opencode', 'acp']],
    ['  node   agent.js\t--acp ', ['node', 'agent.js', '--acp']],
    ['"C:\\\\Program Files\\\\agent.exe" --x', ['C:\\Program Files\\agent.exe', '--x']],
    [`agent 'one two' "three 'four'" fi\\ ve ""`, ['agent', 'one two', "three 'four'", 'fi ve', '']],
    ["agent 'a\\b'", ['agent', 'a\\b']],
  ];
  for (const [text, words] of cases) it(`splits ${text}`, () => assert.deepEqual(splitCommand(text), words));

  it('refuses an open quote and an empty command', () => {
    for (const text of ['', '   ', 'agent "x', "agent 'x", '""']) {
      assert.throws(() => splitCommand(text), { code: 'settings_invalid' });
    }
  });

  it('gives back any words that were quoted', () => {
    const word = fc.string({ minLength: 1 }).filter((text) => !text.includes("'"));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (words) => {
        assert.deepEqual(splitCommand(words.map((one) => `'${one}'`).join(' ')), words);
      }),
    );
  });
});
