/** A command's output as its agent gets it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PlainOutput } from '../../../src/agent/plain-output.ts';

function of(parts: readonly string[], limit = Infinity): PlainOutput {
  const output = new PlainOutput(limit);
  for (const part of parts) output.write(part);
  output.end();
  return output;
}

describe("a command's output for its agent", function () {
  this.timeout(60_000);
  const raw = 'one\r\n\x1b[31mtwo\x1b[0m\r\n\x1b]0;title\x07three\r\n';

  it('O12: is text without what is for a terminal, however it was cut', () => {
    for (let i = 0; i <= raw.length; i++)
      assert.equal(of([raw.slice(0, i), raw.slice(i)]).text, 'one\ntwo\nthree\n');
    assert.equal(of([...raw]).text, 'one\ntwo\nthree\n');
  });

  it('O12: only grows', () => {
    const output = new PlainOutput(Infinity);
    let before = '';
    for (const char of raw.repeat(3)) {
      output.write(char);
      assert.ok(output.text.startsWith(before));
      before = output.text;
    }
  });

  it('O12: keeps its end, at most so many bytes, cut between characters', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary', maxLength: 20 })),
        fc.integer({ min: 1, max: 60 }),
        (parts, limit) => {
          const whole = of(parts).text;
          const { text, truncated } = of(parts, limit);
          assert.ok(Buffer.byteLength(text) <= limit);
          assert.ok(Buffer.byteLength(whole) > limit ? truncated : text === whole && !truncated);
          assert.ok(!text.includes('\ufffd') || whole.includes('\ufffd'));
          assert.ok(whole.endsWith(text));
        },
      ),
    );
  });
});
