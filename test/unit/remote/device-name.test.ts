/** Names that strangers chose: nothing in them may disturb the desk. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { deviceName, uniqueDeviceName } from '../../../src/remote/device-name.ts';
import { limits } from '../../../src/protocol/limits.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc.string({
    unit: fc.constantFrom(
      'a',
      ' ',
      '\u202e',
      '\u0301',
      '\u200d',
      '\n',
      '\u{e0041}',
      '\ud800',
      '👍',
      '\u3164',
      'ᄀ',
      'ᅡ',
    ),
    maxLength: 400,
  }),
);

describe('remote/device-name', () => {
  it('D4: ordinary names stay as they are', () => {
    for (const name of [
      'Pixel 9',
      'Mía’s iPhone',
      '李的手机',
      'هاتف سارة',
      'טלפון',
      'Android · Chrome',
      '📱 spare',
    ]) {
      assert.equal(deviceName(name), name.normalize('NFC'));
    }
  });

  it('D4: controls, direction changes and invisible characters go, lines become one', () => {
    assert.equal(deviceName('Pixel\u202e9\u0000\u001b[31m'), 'Pixel9[31m');
    assert.equal(deviceName('one\n two\u2028three'), 'one two three');
    assert.equal(deviceName('\u3164\u200b\u2800 '), 'Unnamed device');
    assert.ok(deviceName('e' + '\u0301\u0316'.repeat(200)).length <= 5);
    assert.equal(deviceName(' \u0301Pixel'), 'Pixel');
  });

  it('D4: any text becomes a short visible single line, and stays that', () => {
    fc.assert(
      fc.property(text, (given) => {
        const name = deviceName(given);
        assert.ok(name.length > 0 && name.length <= limits.deviceNameChars);
        assert.doesNotMatch(name, /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/u);
        assert.doesNotMatch(name, /\p{M}{5}/u);
        assert.doesNotMatch(name, /^\s|\s$|\s\s/u);
        assert.match(name, /^[^\s\p{M}]/u);
        assert.equal(deviceName(name), name);
      }),
      { numRuns: 2_000 },
    );
  });

  it('D5: two devices never look the same', () => {
    assert.equal(uniqueDeviceName('Pixel 9', ['pixel 9', 'Pixel 9 (2)']), 'Pixel 9 (3)');
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 4 }), (given, count) => {
        const taken: string[] = [];
        for (let i = 0; i < count; i++) taken.push(uniqueDeviceName(given, taken));
        assert.equal(new Set(taken.map((name) => name.toLowerCase())).size, count);
        for (const name of taken) assert.ok(name.length <= limits.deviceNameChars);
      }),
    );
  });
});
