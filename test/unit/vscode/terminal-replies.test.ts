/** What VS Code's terminal answers by itself is not what somebody typed. */
import assert from 'node:assert/strict';
import { withoutReplies } from '../../../src/vscode/terminal-replies.ts';

describe('vscode: answers of its own terminal', () => {
  it('O22: they are dropped, for the host has answered', () => {
    const replies = [
      '\u001b[?1;2c',
      '\u001b[>0;276;0c',
      '\u001b[0n',
      '\u001b[12;40R',
      '\u001b[?12;40R',
      '\u001b[?2026;2$y',
      '\u001b[I',
      '\u001b[O',
      '\u001b[?0u',
      '\u001b[8;24;80t',
      '\u001bP1+r544e=787465726d\u001b\\',
      '\u001b]11;rgb:1e1e/1e1e/1e1e\u001b\\',
      '\u001b]4;1;rgb:cd/00/00\u0007',
      '\u001bP>|xterm.js(6.0.0)\u001b\\',
      '\u001bP1$r0m\u001b\\',
    ];
    for (const reply of replies) assert.equal(withoutReplies(`a${reply}b`), 'ab', JSON.stringify(reply));
  });

  it('O22: keys are not', () => {
    const keys = [
      'text',
      '\u001b',
      '\u001b[A',
      '\u001bOP',
      '\u001b[1;5D',
      '\u001b[1;5R',
      '\u001b[3~',
      '\u001b[200~c\u001b[201~',
    ];
    for (const key of keys) assert.equal(withoutReplies(key), key, JSON.stringify(key));
  });
});
