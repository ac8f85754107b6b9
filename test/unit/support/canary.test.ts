/** The search for secrets finds every form that it promises, and nothing in what is random. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { findCanaries, formsOf } from '../../support/canary.ts';

const text = fc.string({ unit: 'grapheme', minLength: 8, maxLength: 40 });
const bytes = fc.uint8Array({ minLength: 8, maxLength: 40 });
const around = fc.uint8Array({ maxLength: 20 });

describe('support: canary', () => {
  const finds = (recording: Uint8Array, value: string | Uint8Array): boolean =>
    findCanaries(recording, [{ name: 'secret', value }]).length > 0;

  it('finds text and keys plain, hex, and base64 wherever they stand in the encoded bytes', () => {
    fc.assert(
      fc.property(fc.oneof(text, bytes), around, around, (value, before, after) => {
        const inside = Buffer.concat([before, Buffer.from(value as string), after]);
        for (const form of ['latin1', 'hex', 'base64', 'base64url'] as const)
          assert.ok(finds(Buffer.from(inside.toString(form), 'latin1'), value), form);
        assert.ok(finds(Buffer.from(inside.toString('hex').toUpperCase()), value), 'HEX');
      }),
    );
  });

  it('finds text JSON-escaped, URL-escaped and in UTF-16', () => {
    fc.assert(
      fc.property(text, (value) => {
        assert.ok(finds(Buffer.from(JSON.stringify({ a: `x${value}y` })), value), 'json');
        assert.ok(finds(Buffer.from(JSON.stringify(JSON.stringify({ a: value }))), value), 'json in json');
        assert.ok(finds(Buffer.from(encodeURIComponent(value)), value), 'url');
        const lower = encodeURIComponent(value).replace(/%../g, (found) => found.toLowerCase());
        assert.ok(finds(Buffer.from(lower), value), 'url lower');
        assert.ok(finds(Buffer.from(new URLSearchParams({ q: value }).toString()), value), 'form');
        assert.ok(finds(Buffer.from(value, 'utf16le'), value), 'utf16');
        assert.ok(
          finds(Buffer.from(Buffer.from(JSON.stringify(value)).toString('base64')), value),
          'json base64',
        );
      }),
    );
  });

  it('finds keys as arrays of numbers', () => {
    const key = randomBytes(32);
    assert.ok(finds(Buffer.from(JSON.stringify({ key: [...key] })), key));
  });

  it('finds nothing in random bytes, and says which secret it found where', () => {
    const needles = [
      { name: 'key', value: randomBytes(32) },
      { name: 'prompt', value: 'canary prompt äöü "q"' },
    ];
    const noise = randomBytes(1_000_000);
    assert.deepEqual(findCanaries(noise, needles), []);
    const found = findCanaries(Buffer.concat([noise, Buffer.from('canary prompt äöü "q"')]), needles);
    assert.deepEqual(found, [{ name: 'prompt', form: 'plain', at: noise.length }]);
  });

  it('refuses a secret that is too short to prove anything', () => {
    assert.throws(() => formsOf('short'), RangeError);
  });
});
