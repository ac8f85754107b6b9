/** Colours of terminal output, and everything else that a terminal would do. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { carriedColours, piecesOf, plainText } from '../../../src/web/views/ansi.ts';
import { exactText, prose } from '../../../src/web/views/exact-text.ts';

const shown = (text: string) => piecesOf(text).map((piece) => [piece.text, piece.className]);

describe('terminal output', () => {
  it('C12: colours and styles are read', () => {
    assert.deepEqual(shown('\u001b[1;31mred\u001b[0m plain \u001b[92mgreen\u001b[39m'), [
      ['red', 'in-red bold'],
      [' plain ', ''],
      ['green', 'in-green'],
    ]);
    assert.deepEqual(shown('\u001b[42;30m PASS \u001b[m ok'), [
      [' PASS ', 'on-green'],
      [' ok', ''],
    ]);
    assert.deepEqual(shown('\u001b[38;5;208mo\u001b[38;2;20;20;200mb\u001b[38:2::200:0:0mr\u001b[4:3mu'), [
      ['o', 'in-yellow'],
      ['b', 'in-blue'],
      ['r', 'in-red'],
      ['u', 'in-red underline'],
    ]);
    assert.deepEqual(shown('\u001b[90mdim \u001b[7mturned\u001b[0m'), [
      ['dim ', 'faint'],
      ['turned', 'on-black'],
    ]);
  });

  it('C12: what is hidden by its colour can be read', () => {
    assert.deepEqual(shown('\u001b[8msecret\u001b[28m \u001b[30mblack\u001b[0m'), [['secret black', '']]);
  });

  it('C12: an overwritten line is what a terminal would show', () => {
    assert.equal(plainText('10 %\r50 %\r100 %\r\ndone\r\n'), '100 %\ndone\n');
    assert.equal(plainText('10 %\u001b[2K\u001b[1G20 %\u001b[K\n'), '20 %\n');
    assert.equal(plainText('abc\u0008\u0008d'), 'ad');
    assert.equal(plainText('still here\r'), 'still here');
  });

  it('C12: clipboard, title and other words to a terminal are shown, not done; a link is its text', () => {
    assert.equal(plainText('a\u001b]52;c;ZXZpbA==\u0007b'), 'a␛]52;c;ZXZpbA==b');
    assert.equal(plainText('a\u001b]0;title\u001b\\b'), 'a␛]0;titleb');
    assert.equal(plainText('\u009d2;title\u009cb'), '␛]2;titleb');
    assert.equal(plainText('\u001b]8;id=1;https://example.org\u0007text\u001b]8;;\u0007'), 'text');
    assert.equal(
      plainText('\u001b]8;;javascript:alert(1)\u0007text\u001b]8;;\u0007'),
      '␛]8;;javascript:alert(1)text',
    );
    assert.equal(plainText('\u001bPq#0;2\u001b\\x\u001b_Gpicture\u001b\\'), '␛Pq#0;2x␛_Gpicture');
    assert.equal(plainText('\u001b]52;c;open\nnext'), '␛]52;c;open\nnext');
  });

  it('C12: moves, modes, and the beginning of a sequence leave nothing', () => {
    assert.equal(
      plainText('\u001b[2J\u001b[H\u001b[?25l\u001b[>4;1ma\u001b(Bb\u001b7c\u001b=\u001b[12'),
      'abc',
    );
    assert.equal(plainText('a\u001b'), 'a');
  });

  it('C12: a direction that is overridden, and what has no width, has a name', () => {
    assert.equal(exactText('rm \u202efdp.x\u2069\u200b\u0000'), 'rm [U+202E]fdp.x[U+2069][U+200B]␀');
    assert.equal(exactText('👩‍💻 é\ttab\n'), '👩‍💻 é\ttab\n');
    assert.equal(plainText('\u001b[31m\u202eevil'), '[U+202E]evil');
    assert.equal(prose('\u200fשלום\u200f \u202ex'), '\u200fשלום\u200f [U+202E]x');
  });

  it('C12: colours go on where a window begins', () => {
    assert.equal(carriedColours('\u001b[31ma\u001b[0mb\u001b[1m\u001b[32mc'), '\u001b[1m\u001b[32m');
  });

  it('C12: whatever comes never throws, and leaves no control behind', () => {
    const bit = fc.constantFrom(
      ...[
        '\u001b',
        '[',
        ']',
        'P',
        '31m',
        '0;',
        '52;c;',
        ':',
        '8',
        'm',
        '\u0007',
        '\u001b\\',
        '\r',
        '\n',
        '\u0008',
      ],
      ...['\u009b', '\u009d', '\u009c', 'x', '\u202e', '38;5;999m', '48;2;1m', '<', '?25h', '\u0000', 'é'],
    );
    fc.assert(
      fc.property(fc.array(bit, { maxLength: 60 }), (bits) => {
        assert.doesNotMatch(plainText(bits.join('')), /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
      }),
      { numRuns: 2_000 },
    );
  });
});
