/** Text from outside made fit for a terminal. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonLine } from '../../../src/base/plain-text.ts';

describe('plain text', function () {
  this.timeout(30_000);
  it('L39: a line of JSON holds no control character, and says the same', () => {
    const value = { title: 'a\u009b2Jb\u0090\u001b[31m\n\u007f' };
    assert.ok(!/\p{Cc}/u.test(jsonLine(value)), jsonLine(value));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.equal(JSON.parse(jsonLine(text)), text);
        assert.ok(!/\p{Cc}/u.test(jsonLine(text)));
      }),
    );
  });
});
