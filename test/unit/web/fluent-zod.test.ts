/** The page's zod takes, refuses and changes what zod itself does. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROTOCOL_VERSION } from '@agentclientprotocol/sdk';
import { build } from 'esbuild';
import * as zod from 'zod/v4';
import { ACP } from '../../../src/protocol/version.ts';
import * as fluent from '../../../src/web/fluent-zod.ts';
import { root } from '../../support/paths.ts';

/** Each way of writing that a schema of the page has. */
const schemas = (z: typeof zod): { [name: string]: zod.ZodType } => {
  const row = z.object({ id: z.string().max(3), on: z.boolean().optional(), at: z.number().nullable() });
  return {
    row,
    extended: row.extend({ more: z.literal(true) }),
    text: z.string().min(2).max(3),
    exact: z
      .string()
      .regex(/^[a-z]+$/)
      .length(2),
    count: z.number().int().min(0).max(10).nullable().optional(),
    list: z.array(z.enum(['a', 'b'])).min(1),
    some: z.array(z.string()).default([]),
    kind: z.enum(['a', 'b']).catch('a'),
    either: z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]),
    loose: z.looseObject({ type: z.string() }),
    record: z.record(z.string(), z.unknown()),
    tagged: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a'), x: z.number() }),
      z.object({ kind: z.literal('b') }),
    ]),
    bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  };
};

const samples: unknown[] = [
  ...[undefined, null, true, 0, -1, 3, 11, 1.5, NaN, '', 'a', 'ab', 'aB', 'abc', 'abcd', [], ['a'], ['c']],
  ...[{}, { id: 'x', at: null }, { id: 'x', at: 1, on: true, other: 1 }, { id: 'long', at: 1 }],
  ...[{ id: 'x', at: 1, more: true }, { a: '1', b: '2' }, { b: '2' }, { type: 'x', other: [1] }],
  ...[{ kind: 'a', x: 1 }, { kind: 'a' }, { kind: 'b', x: 'gone' }, { kind: 'c' }, new Uint8Array(1)],
];

describe('web: schemas', () => {
  it('what the page writes with zod means the same with its smaller parts', () => {
    const own = schemas(fluent as unknown as typeof zod);
    for (const [name, schema] of Object.entries(schemas(zod)))
      for (const sample of samples) {
        const [wanted, parsed] = [schema.safeParse(sample), own[name]!.safeParse(sample)];
        const what = `${name} of ${JSON.stringify(sample)}`;
        assert.deepEqual([parsed.success, parsed.data], [wanted.success, wanted.data], what);
      }
  });

  it('has all that the schemas of shared parts are written with', async () => {
    const files = ['protocol', 'transcript', 'channel', 'web'].flatMap((part) =>
      readdirSync(join(root, 'src', part), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => `./src/${part}/${name}`)
        .filter((path) => readFileSync(join(root, path), 'utf8').includes("from 'zod/v4'")),
    );
    assert.ok(files.length >= 14, files.join(' '));
    const { outputFiles } = await build({
      stdin: { contents: files.map((path) => `import '${path}';`).join('\n'), resolveDir: root },
      ...{ bundle: true, write: false, format: 'esm', logLevel: 'silent' },
      alias: { 'zod/v4': join(root, 'src/web/fluent-zod.ts') },
      define: { __OFFDESK_VERSION__: '"0"' },
      logOverride: { 'import-is-undefined': 'error' },
    });
    // A way of writing that is missing throws where the schema is made, which is when its file is loaded.
    await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]!.contents).toString('base64')}`);
  });

  it('the page, which loads no SDK, names its version of ACP', () => {
    assert.equal(ACP, PROTOCOL_VERSION);
  });
});
