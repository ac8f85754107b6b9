/** Records: packing, padding, fragments. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { utf8 } from '../../../src/base/bytes.ts';
import { Assembly } from '../../../src/channel/assembly.ts';
import { bucketOf, contentBytes, packRecords, unpackRecord } from '../../../src/channel/record.ts';
import { limits } from '../../../src/protocol/limits.ts';

const largest = limits.noiseMessageBytes - 16;
const invalid = { code: 'frame_invalid' };

describe('C10: records', () => {
  it('C10: messages of any size come back whole and in order, in records of bucket sizes', () => {
    const sizes = fc.oneof(
      fc.nat(300),
      fc.nat(5_000),
      fc.constantFrom(65_511, 65_512, 65_514, 65_517, 200_000),
    );
    fc.assert(
      fc.property(fc.array(sizes, { minLength: 1, maxLength: 12 }), (lengths) => {
        const texts = lengths.map((length, i) => String.fromCharCode(97 + i).repeat(length));
        const records = packRecords(texts.map((text) => ({ kind: 'message', bytes: utf8.encode(text) })));
        const assembly = new Assembly();
        const arrivals = records.flatMap((record) => {
          assert.ok(record.length <= largest);
          assert.equal(record.length, bucketOf(record.length));
          return assembly.take(unpackRecord(record), limits.messageBytes);
        });
        assert.deepEqual(
          arrivals.map((arrival) => arrival.kind === 'message' && arrival.text),
          texts,
        );
        const total = texts.reduce((sum, text) => sum + text.length, 0);
        assert.ok(
          records.length <= 1 + Math.ceil((total + 3 * (texts.length + records.length)) / contentBytes),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('C10: buckets double from 128 to 2,048 and add at most 12 % beyond', () => {
    assert.deepEqual([1, 128, 129, 257, 2_048].map(bucketOf), [128, 128, 256, 512, 2_048]);
    for (let length = 2_049; length <= largest; length += 7) {
      const bucket = bucketOf(length);
      assert.ok(bucket >= length && bucket <= largest && bucket <= length * 1.12, `${length} → ${bucket}`);
      assert.equal(bucketOf(bucket), bucket);
    }
  });

  it('C10: the length of a few tokens does not show', () => {
    const lengths = [1, 5, 20, 60].map((tokens) => {
      const json = JSON.stringify({ method: 'session/update', params: { text: 'x'.repeat(tokens) } });
      return packRecords([{ kind: 'message', bytes: utf8.encode(json) }])[0]!.length;
    });
    assert.deepEqual(new Set(lengths), new Set([128]));
  });

  it('C10: any other record is refused whole', () => {
    const record = (content: number[], size = 128, length = content.length) =>
      Uint8Array.of(length >> 8, length & 255, ...content, ...new Uint8Array(size - 2 - content.length));
    assert.equal(unpackRecord(record([1, 0, 1, 65])).length, 1);
    const padded = record([1, 0, 1, 65]);
    padded[100] = 1;
    const bad = {
      'no head': new Uint8Array(1),
      'no bucket size': record([1, 0, 1, 65], 127),
      'a larger bucket than needed': record([1, 0, 1, 65], 256),
      'longer than itself': record([1, 0, 1, 65], 128, 127),
      'a cut head': record([1, 0]),
      'a cut part': record([1, 0, 2, 65]),
      'an unknown kind': record([9, 0, 1, 65]),
      'kind zero': record([0, 0, 0]),
      'a fragment of a ping': record([0x83, 0, 1, 65]),
      'an empty fragment': record([0x81, 0, 0]),
      'a fragment that does not fill its record': record([0x81, 0, 1, 65]),
      'many small fragments': record([...Array(30)].flatMap(() => [0x81, 0, 1, 65])),
      'something after the end': record([8, 0, 0, 1, 0, 0]),
      'padding that is not zero': padded,
    };
    for (const [what, bytes] of Object.entries(bad)) assert.throws(() => unpackRecord(bytes), invalid, what);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        try {
          unpackRecord(bytes);
        } catch (error) {
          assert.equal((error as { code: string }).code, 'frame_invalid');
        }
      }),
    );
  });

  it('C12: fragments are bounded in total, never interleave, and must be text', () => {
    const part = (kind: 'message' | 'control' | 'ping', bytes: Uint8Array, more = false) => ({
      kind,
      bytes,
      more,
    });
    const piece = new Uint8Array(1_000).fill(65);
    const assembly = new Assembly();
    for (let i = 0; i < 10; i++) assembly.take([part('message', piece, true)], 10_000);
    assert.throws(() => assembly.take([part('message', piece)], 10_000), { code: 'message_too_large' });
    for (const kind of ['control', 'ping'] as const) {
      const parts = [part('message', piece, true), part(kind, piece)];
      assert.throws(() => new Assembly().take(parts, 10_000), invalid);
    }
    assert.throws(() => new Assembly().take([part('message', Uint8Array.of(0xff))], 100), invalid);
    for (const text of ['{', '{}', '{"type":"welcome"}', '{"type":"other"}']) {
      assert.throws(() => new Assembly().take([part('control', utf8.encode(text))], 100), invalid);
    }
  });
});
