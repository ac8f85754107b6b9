/** Completion of files: each keystroke on 50,000, 200,000 and 1,000,000 paths and a real tree, beside other matchers. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { usualExcludes } from '../../../src/files/excluded.ts';
import { listFiles, placeOf } from '../../../src/files/list-files.ts';
import { root } from '../../support/paths.ts';
import { load } from '../machine.ts';
import { ms, percentile, table, times } from '../samples.ts';
import type { Measured, MatchWish } from './match-main.ts';
import { makePaths, makeQueries } from './paths.ts';
import type { Block, ThroughWorker, WorkerWish } from './worker-main.ts';

const { values } = parseArgs({
  options: {
    paths: { type: 'string', default: '50000,200000,1000000' },
    matchers: { type: 'string', default: 'Offdesk,fuzzysort,fzf,uFuzzy' },
    queries: { type: 'string' },
    seconds: { type: 'string' },
    tree: { type: 'string', default: join(root, 'node_modules') },
    'no-worker': { type: 'boolean', default: false },
  },
});
const counts = values.paths.split(',').filter(Boolean).map(Number);
const names = values.matchers.split(',');
/** Fewer where others take seconds for each. */
const queriesOf = (count: number): number =>
  values.queries ? Number(values.queries) : count > 500_000 ? 30 : count > 100_000 ? 60 : 100;
/** For each matcher, so that all of it ends in minutes: some take seconds a keystroke. */
const secondsOf = (count: number): number =>
  values.seconds ? Number(values.seconds) : count > 500_000 ? 50 : 20;
const folder = join(root, '.test-output', 'bench', 'complete');
const run = promisify(execFile);

/** The worker with generated paths in place of a disk. */
const generated: Plugin = {
  name: 'generated',
  setup(b) {
    const path = join(root, 'test', 'bench', 'complete', 'generated-root.ts');
    b.onResolve({ filter: /\/root-files\.ts$/ }, () => ({ path }));
  },
};

mkdirSync(folder, { recursive: true });
const bundle: BuildOptions = {
  ...{ absWorkingDir: root, outdir: folder, bundle: true, minify: true, logLevel: 'warning' },
  ...{ platform: 'node', format: 'cjs', target: 'node20' },
};
const here = 'test/bench/complete';
await build({
  ...bundle,
  entryPoints: {
    match: `${here}/match-main.ts`,
    through: `${here}/worker-main.ts`,
    files: 'src/files/worker.ts',
  },
});
await build({ ...bundle, entryPoints: { generated: 'src/files/worker.ts' }, plugins: [generated] });

const [cpu] = cpus();
console.log(
  `${cpus().length} × ${cpu?.model.trim()}, Node ${process.versions.node}, load over one minute: ${load()}\n`,
);
const tree = resolve(values.tree);
const { files } = await listFiles(placeOf(tree, usualExcludes.slice(0, -1), 2_000_000));
const treeList = join(folder, 'tree.json');
writeFileSync(treeList, JSON.stringify(files));
const results: Record<string, unknown> = {};

for (const from of [...counts, treeList]) {
  const count = typeof from === 'number' ? from : files.length;
  const title =
    typeof from === 'number' ? `${count} generated paths` : `${basename(tree)} here, ${count} files`;
  const measured = new Map<string, Measured>();
  for (const matcher of names)
    measured.set(
      matcher,
      await inProcess<Measured>('match', {
        ...{ matcher, paths: from, queries: queriesOf(count), seconds: secondsOf(count) },
      }),
    );
  results[title] = Object.fromEntries(measured);
  print(title, measured);
  if (values['no-worker']) continue;
  const real = typeof from === 'string';
  const paths = real ? files : makePaths(from);
  const through = await inProcess<ThroughWorker>('through', {
    worker: join(folder, real ? 'files.js' : 'generated.js'),
    folder: real ? tree : `/${count}`,
    queries: makeQueries(paths, 30).map(({ query }) => query),
  });
  results[`${title}, through the worker`] = through;
  printThrough(through, real);
}
writeFileSync(join(folder, 'results.json'), JSON.stringify(results));
console.log(`\nload at the end: ${load()}; all samples: ${relative(root, join(folder, 'results.json'))}`);

async function inProcess<T>(program: string, wish: MatchWish | WorkerWish): Promise<T> {
  const args = [
    '--expose-gc',
    '--max-old-space-size=12000',
    join(folder, `${program}.js`),
    JSON.stringify(wish),
  ];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 1 << 28 });
  return JSON.parse(stdout) as T;
}

function print(title: string, measured: Map<string, Measured>): void {
  const ours = measured.get('Offdesk');
  const rows = [...measured].map(([name, one]) => {
    const p95 = percentile(one.processor, 95);
    // On the same keystrokes.
    const ours95 = ours && percentile(ours.processor.slice(0, one.processor.length), 95);
    return [
      name,
      `${one.clock.length} (${one.typed})`,
      ms(percentile(one.clock, 50)),
      ms(percentile(one.clock, 95)),
      ms(percentile(one.processor, 50)),
      ms(p95),
      ours95 && one !== ours ? times(p95 / ours95) : '',
      `${one.hits} of ${one.queries}`,
      ms(one.prepareMs),
      `${one.bytes.toFixed(0)}${one.tableBytes === undefined ? '' : ` (${one.tableBytes.toFixed(0)})`}`,
    ];
  });
  const times95 = ['p50, clock', 'p95, clock', 'p50, processor', 'p95, processor'];
  const head = ['', 'keystrokes (queries)', ...times95, 'ours ×', 'hits', 'index', 'bytes'];
  const [first] = measured.values();
  const queries = `${first?.queries} queries: letter by letter as many as ${secondsOf(first?.paths ?? 0)} s allow, the others in full`;
  console.log(`${title}, ${queries}\n\n${table([head, ...rows])}\n`);
}

function printThrough({ firstMs, clock, idle, start, typing }: ThroughWorker, real: boolean): void {
  const block = ({ processor, clock }: Block): string => `${ms(processor)} (by the clock ${ms(clock)})`;
  console.log(
    `through the worker: first answer ${ms(firstMs)} (${real ? 'listed from disk' : 'generating them included'}),`,
    `then p50 ${ms(percentile(clock, 50))}, p95 ${ms(percentile(clock, 95))};`,
    `the main thread was busy at most ${block(typing)} at a time, ${block(start)} when the thread starts;`,
    `at rest the same probe finds ${block(idle)}\n`,
  );
}
