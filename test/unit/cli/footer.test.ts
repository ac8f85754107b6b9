/** What is printed above the footer comes from agents and devices too. */
import assert from 'node:assert/strict';
import type { WriteStream } from 'node:tty';
import { Footer } from '../../../src/cli/footer.ts';

describe('footer', () => {
  it('prints lines, and nothing that could redraw the terminal', () => {
    let out = '';
    const stream = { isTTY: false, write: (text: string) => ((out += text), true) };
    new Footer(stream as unknown as WriteStream).print('one\ntwo \u001b[2J\u009b1A\r\u202e\u0007!');
    assert.equal(out, 'one\ntwo  [2J 1A   !\n');
  });
});
