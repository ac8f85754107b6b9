/** Diffs for reading. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { limits } from '../../../src/protocol/limits.ts';
import { diffLines, type LineDiff } from '../../../src/transcript/diff-lines.ts';

const show = ({ hunks }: LineDiff): string[] =>
  hunks.flatMap(({ lines }) =>
    lines.map(({ kind, text }) => `${kind === 'added' ? '+' : kind === 'removed' ? '-' : ' '}${text}`),
  );

describe('diff lines', () => {
  it('T14: a new file is all added', () => {
    const diff = diffLines(null, 'one\ntwo\n');
    assert.deepEqual(show(diff), ['+one', '+two']);
    assert.deepEqual([diff.added, diff.removed, diff.hidden], [2, 0, 0]);
  });

  it('T14: far-apart changes are hunks of their own, with line numbers', () => {
    const lines = Array.from({ length: 40 }, (_, i) => `line ${i + 1}`);
    const after = lines.with(4, 'five').with(29, 'thirty');
    const diff = diffLines(`${lines.join('\n')}\n`, `${after.join('\n')}\n`);
    assert.deepEqual(
      diff.hunks.map(({ oldStart }) => oldStart),
      [2, 27],
    );
    assert.deepEqual([diff.added, diff.removed], [2, 2]);
    const change = diff.hunks[1]!.lines.filter(({ kind }) => kind !== 'same');
    assert.deepEqual(
      change.map(({ text, oldLine, newLine }) => [text, oldLine, newLine]),
      [
        ['line 30', 30, null],
        ['thirty', null, 30],
      ],
    );
  });

  it('T14: a missing newline at the end is no line', () => {
    assert.deepEqual(show(diffLines('alpha', 'beta')), ['-alpha', '+beta']);
  });

  it('T14: lines rebuild both sides', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '', '+c', '-d', '\\ e')).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const { hunks, added, removed } = diffLines(before, after, 1_000);
        const lines = hunks.flatMap((hunk) => hunk.lines);
        const side = (without: string): string =>
          lines
            .filter(({ kind }) => kind !== without)
            .map(({ text }) => text)
            .join('\n');
        if (before === after) return assert.deepEqual(lines, []);
        const trim = (value: string): string => value.replace(/\n$/, '');
        assert.equal(side('added'), trim(before));
        assert.equal(side('removed'), trim(after));
        assert.equal(added - removed, count(after) - count(before));
      }),
    );
  });

  it('T14: long or unlike texts are bounded', () => {
    const long = (word: string): string => `${word}\n`.repeat(limits.diffChars / 3);
    const big = diffLines(long('a'), long('b'));
    const lines = big.hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0);
    assert.equal(lines, limits.diffLines);
    assert.equal(big.hidden + lines, big.added + big.removed);
    const unlike = (word: string): string =>
      Array.from({ length: unlikeLines }, (_, i) => `${word}${i}`).join('\n');
    const diff = diffLines(unlike('a'), unlike('b'));
    assert.deepEqual([diff.added, diff.removed], [unlikeLines, unlikeLines]);
  });

  it('T14: a long file with a few changes shows these alone', () => {
    const lines = Array.from(
      { length: 30_000 },
      (_, i) => `line ${i} of a file that is more than a megabyte long`,
    );
    const after = lines.with(10, 'ten').toSpliced(20_000, 2).toSpliced(29_000, 0, 'one', 'two');
    const diff = diffLines(lines.join('\n'), after.join('\n'));
    assert.deepEqual([diff.added, diff.removed, diff.hunks.length], [3, 3, 3]);
  });
});

/** More than may be compared step by step. */
const unlikeLines = 5_000;

const count = (text: string): number => (text === '' ? 0 : text.replace(/\n$/, '').split('\n').length);
