/** After a cut of a minute and of a day with traffic meanwhile: time until live, and bytes over what was missed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../../support/browser.ts';
import { outputFolder } from '../../support/paths.ts';
import { buildAll } from '../host/build.ts';
import { load, machine } from '../machine.ts';
import { kb, ms, samples, table, times } from '../samples.ts';
import { measureBareReturn } from './bare-return.ts';
import { OutageWorld, type Outage, type Return } from './outage.ts';

const aim = 1.15;
const day = 24 * 60 * 60 * 1000;
const outages: { [name: string]: Outage } = {
  'nothing missed': { turns: 0, rounds: 0, perSecond: 0, ms: 4_000, shift: 0 },
  'a minute': { turns: 1, rounds: 12, perSecond: 20, ms: 60_000, shift: 0 },
  'a day': { turns: 5, rounds: 12, perSecond: 0, ms: 4_000, shift: day },
  'a day, more than a window': { turns: 12, rounds: 12, perSecond: 0, ms: 4_000, shift: day },
};

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, rounds: { type: 'string' } },
});
const rounds = Number(values.rounds ?? 3);
const chosen = Object.entries(outages).filter(([name]) => values.only?.includes(name) ?? true);
const measured = new Map<string, Return[]>(chosen.map(([name]) => [name, []]));
const { browser, close } = await launchBrowser();
console.log(machine(browser.version()));
let bare: number[] = [];
try {
  const built = await buildAll();
  bare = await measureBareReturn(browser, 10);
  for (let round = 0; round < rounds; round++) {
    // A session of its own each round, so that none is measured on what the one before left on the page.
    const world = await OutageWorld.open(browser, built);
    try {
      for (const [name, outage] of chosen) measured.get(name)?.push(await world.run(outage));
    } finally {
      await world.close();
    }
  }
  print();
} catch (error) {
  console.error(`The benchmark could not be run to its end: ${String(error)}`);
  process.exitCode = 1;
} finally {
  await close();
}
const file = join(outputFolder, 'bench', 'reconnect.json');
mkdirSync(join(file, '..'), { recursive: true });
const results = { machine: machine(browser.version()), bare, ...Object.fromEntries(measured) };
writeFileSync(file, JSON.stringify(results, undefined, 2));
console.log(`\nload at the end: ${load()}. All samples: ${file}`);

function print(): void {
  const baseline = samples(bare).median;
  console.log(
    `\nFrom the network's return (the browser's \`online\`) to the last missed word on the phone's screen, ${rounds} rounds`,
    `(baseline: a bare WebSocket that brings one word, ${ms(baseline)}),\nand the bytes that came then over the plain JSON`,
    `messages of what was missed after merging (aim ${aim})\n`,
  );
  const head = [
    '',
    'connected',
    'live',
    'max',
    'over baseline',
    'missed',
    'merged',
    'plain',
    'sent',
    'ratio',
  ];
  console.log(
    table([
      [...head, 'without greeting'],
      ...chosen.map(([name]) => {
        const returns = measured.get(name) ?? [];
        const of = (pick: (entry: Return) => number): number => samples(returns.map(pick)).median;
        const greeting = samples((measured.get('nothing missed') ?? []).map(({ bytes }) => bytes)).median;
        const plain = of(({ missed }) => missed.bytes);
        const sent = of(({ bytes }) => bytes);
        const live = samples(returns.map((entry) => entry.live));
        return [
          ...[name, ms(of((entry) => entry.connected)), ms(live.median), ms(live.max)],
          ms(live.median - baseline),
          `${of(({ missed }) => missed.facts)} facts, ${of(({ missed }) => missed.items)} items`,
          `${of(({ missed }) => missed.merged)}`,
          ...[kb(plain), kb(sent), plain > 0 ? times(sent / plain) : ''],
          plain > 0 ? times((sent - greeting) / plain) : '',
        ];
      }),
    ]),
  );
}
