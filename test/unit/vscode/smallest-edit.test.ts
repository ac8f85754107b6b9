/** What is replaced in an editor: the right text comes of it, and nothing around it is touched. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { smallestEdit } from '../../../src/vscode/smallest-edit.ts';

const apply = (before: string, after: string): string => {
  const { start, end, text } = smallestEdit(before, after);
  return before.slice(0, start) + text + before.slice(end);
};

describe('smallest edit', () => {
  it('O13: makes one text the other, and never parts a character or the end of a line', () => {
    const part = fc.constantFrom('a', 'b', '\r', '\n', '\r\n', '😀', '😁', '\ud83d', '\ude00', 'ä');
    const text = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));
    const parted = (whole: string, at: number) =>
      /\r\n|[\ud800-\udbff][\udc00-\udfff]/.test(whole.slice(at - 1, at + 1));
    fc.assert(
      fc.property(text, text, (before, after) => {
        assert.equal(apply(before, after), after);
        const { start, end } = smallestEdit(before, after);
        assert.ok(start <= end);
        for (const at of [start, end])
          assert.ok(at === 0 || !parted(before, at), JSON.stringify([before, after]));
      }),
      { numRuns: 5_000 },
    );
  });

  it('O13: is no larger than it has to be', () => {
    assert.deepEqual(smallestEdit('one\ntwo\nthree', 'one\n2\nthree'), { start: 4, end: 7, text: '2' });
    assert.deepEqual(smallestEdit('same', 'same'), { start: 4, end: 4, text: '' });
    assert.deepEqual(smallestEdit('aa', 'aaa'), { start: 2, end: 2, text: 'a' });
  });
});
