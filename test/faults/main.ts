/**
 * `npm run test:faults -- --rounds N --seed S`: breaks everything that can break, and checks that nothing was lost.
 *
 *   --from N        begin with this round; with --rounds 1 to repeat one
 *   --faults a,b    only these kinds: link, host, kill, freeze, jump, disk; `none`
 *   --shared        two sessions share their agent in every round, not in some
 *   --keep-going    do not stop at the first round that fails
 *   --jobs N        so many rounds at the same time
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundlePrograms } from './bundles.ts';
import { runRound } from './round.ts';
import { describeScript, faultKinds, scriptOf, type FaultKind, type ScriptOptions } from './script.ts';
import { makeTemplate } from './template.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '1' },
    faults: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    shared: { type: 'boolean', default: false },
    'keep-going': { type: 'boolean', default: false },
  },
});

async function main(): Promise<boolean> {
  const rounds = Number(values.rounds);
  const first = Number(values.from);
  const options = { ...optionsOf(values.faults), shared: values.shared };
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'faults-')));
  console.log(`faults: ${rounds} rounds, seed ${values.seed}, in ${folder}`);
  await bundlePrograms();
  const templateFolder = join(folder, 'template');
  mkdirSync(templateFolder);
  const template = await makeTemplate(templateFolder);
  const began = performance.now();
  const failed: number[] = [];
  const times: number[] = [];
  let facts = 0;
  let skippedDisks = 0;
  let next = first;
  const work = async (): Promise<void> => {
    while (next < first + rounds && (failed.length === 0 || values['keep-going'])) {
      const round = next++;
      const script = scriptOf(values.seed, round, options);
      const place = join(folder, `round-${round}`);
      const result = await runRound(place, template, script);
      times.push(result.ms);
      facts += result.facts;
      if (result.skippedDisk) skippedDisks++;
      if (times.length % 25 === 0)
        console.log(`${times.length} of ${rounds} rounds, ${failed.length} failed`);
      if (result.violations.length === 0) continue;
      failed.push(round);
      console.log(`\nround ${round} of seed ${values.seed} FAILED, see ${place}`);
      const shared = values.shared ? ' --shared' : '';
      console.log(
        `repeat it: npm run test:faults -- --seed ${values.seed} --from ${round} --rounds 1${shared}`,
      );
      console.log(describeScript(script));
      for (const sentence of result.violations) console.log(`  - ${sentence}`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  times.sort((a, b) => a - b);
  const whole = Math.round((performance.now() - began) / 1000);
  const longest = Math.round(times.at(-1) ?? 0);
  const median = Math.round(times[times.length >> 1] ?? 0);
  if (skippedDisks > 0)
    console.log(`${skippedDisks} rounds went without a full disk: only root can mount a small one`);
  console.log(
    `faults: seed ${values.seed}: ${times.length - failed.length} of ${times.length} rounds held all invariants` +
      ` (${facts} facts, ${whole} s, a round ${median} ms, the longest ${longest} ms)`,
  );
  if (failed.length === 0) rmSync(folder, { recursive: true, force: true });
  return failed.length === 0;
}

function optionsOf(list: string | undefined): ScriptOptions {
  if (list === undefined) return {};
  const faults = list
    .split(',')
    .filter((kind): kind is FaultKind => faultKinds.some((known) => known === kind));
  return { faults };
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
main().then(
  (held) => process.exit(held ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
