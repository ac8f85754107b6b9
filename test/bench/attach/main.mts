/** Opening sessions of 100, 10,000 and 1,000,000 items, reading and searching them, and listing many. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../../support/browser.ts';
import { outputFolder } from '../../support/paths.ts';
import { buildAll } from '../host/build.ts';
import type { HostFigures } from '../host/host-process.ts';
import { load, machine } from '../machine.ts';
import { kb, mb, ms, samples, table, times } from '../samples.ts';
import { bigItems, copyBigHistory } from './big-history.ts';
import { openCold, type ColdOpen } from './cold-open.ts';
import { itemsPerRound, writeHistory } from './history.ts';
import { measureListing } from './listing.ts';
import type { Longest } from './main-thread.ts';
import { PreparedHost } from './prepared-host.ts';
import { readSession, type Reading } from './reading.ts';

const parts = ['open', 'list'] as const;
const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    small: { type: 'boolean' },
  },
});
const only = values.only ?? parts;
const rounds = Number(values.rounds ?? 7);
/** `--small` leaves the gigabyte out. */
const sizes = values.small ? [100, 10_000] : [100, 10_000, bigItems];
const aims = { open: 1.3, rss: 32 * 2 ** 20, heap: 60 * 2 ** 20, list: 1.5, taskMs: 200, delayMs: 20 };

const results: { [part: string]: unknown } = {};
const { browser, close } = await launchBrowser();
console.log(machine(browser.version()));
try {
  const built = await buildAll();
  if (only.includes('open')) await open();
  if (only.includes('list')) await list();

  interface Measured {
    items: number;
    at: PreparedHost;
    opens: ColdOpen[];
    reading?: Reading;
    before?: HostFigures;
    idle?: HostFigures;
    busy?: HostFigures;
    peak: number;
  }

  async function open(): Promise<void> {
    const all: Measured[] = [];
    try {
      for (const items of sizes) {
        const fill = (folder: string): Promise<unknown> =>
          items === bigItems ? copyBigHistory(folder) : writeHistory({ folder, items });
        const at = await PreparedHost.start({ built, browser, fill });
        all.push({ items, at, opens: [], peak: 0 });
      }
      for (const one of all) {
        await openCold(one.at);
        one.before = await one.at.host.figures({ collect: true, reset: true });
      }
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      for (const one of all) {
        one.idle = await one.at.host.figures({ reset: true });
        one.at.host.takePeak();
      }
      for (let round = 0; round < rounds; round++)
        for (const { at, opens } of all) opens.push(await openCold(at));
      for (const one of all) {
        one.peak = one.at.host.takePeak();
        one.busy = await one.at.host.figures();
        const last = one.items / itemsPerRound;
        one.reading = await readSession(one.at, { rounds: last, up: 2_000, down: 1_000 });
      }
      results.open = all.map(({ at: _, ...one }) => one);
      printOpen(all);
      printReading(all);
    } finally {
      for (const { at } of all) await at.stop();
    }
  }

  function printOpen(all: readonly Measured[]): void {
    console.log(
      `\nFrom opening a session's link, nothing kept but the pairing, to the last message on screen, ${rounds} times in`,
      `turns (aim: at most ${aims.open} × of the smallest)\n`,
    );
    const of = ({ opens }: Measured, pick: (open: ColdOpen) => number) => samples(opens.map(pick));
    const smallest = all[0] && of(all[0], ({ shown }) => shown).median;
    console.log(
      table([
        ['items', 'median', 'min', 'max', 'ratio', 'items got', 'channel'],
        ...all.map((one) => {
          const shown = of(one, (open) => open.shown);
          return [
            ...[`${one.items}`, ms(shown.median), ms(shown.min), ms(shown.max)],
            times(shown.median / (smallest ?? NaN)),
            ...[`${of(one, ({ items }) => items).median}`, kb(of(one, ({ bytes }) => bytes).median)],
          ];
        }),
      ]),
    );
  }

  function printReading(all: readonly Measured[]): void {
    console.log(
      `\nReading on the page: 2,000 items up at 300 pixels a frame, 1,000 down, to the beginning, to the end, and a`,
      `search for what was said first\n(aims: heap ${mb(aims.heap)}, no task over ${aims.taskMs} ms; tasks by the`,
      `clock / of processor)\n`,
    );
    const task = (longest: Longest | undefined): string =>
      `${ms(longest?.clock ?? NaN)} / ${ms(longest?.processor ?? NaN)}`;
    const rows: [name: string, of: (reading: Reading) => string][] = [
      ['items seen', ({ items }) => `${items}`],
      ['at once, at most', ({ atOnce }) => `${atOnce}`],
      ['heap when open', ({ heapBefore }) => mb(heapBefore)],
      ['heap after 2,000 items', ({ heapAfter }) => mb(heapAfter)],
      ['longest task: opening', ({ longestTask }) => task(longestTask.opening)],
      ['longest task: up', ({ longestTask }) => task(longestTask.up)],
      ['longest task: down', ({ longestTask }) => task(longestTask.down)],
      ['longest task: finding', ({ longestTask }) => task(longestTask.finding)],
      ['Home to the beginning', ({ toBeginning }) => ms(toBeginning)],
      ['End to the end', ({ toEnd }) => ms(toEnd)],
      ['first words found', ({ finding }) => ms(finding.found)],
      ['and shown', ({ finding }) => ms(finding.shown)],
    ];
    console.log(
      table([
        ['items', ...all.map(({ items }) => `${items}`)],
        ...rows.map(([name, of]) => [name, ...all.map(({ reading }) => (reading ? of(reading) : ''))]),
      ]),
    );
    printHosts(all);
  }

  function printHosts(all: readonly Measured[]): void {
    console.log(
      `\nThe host meanwhile: memory (aim: at most ${mb(aims.rss)} more) and its event loop (aim: p99 under`,
      `${aims.delayMs} ms), beside its rest in the same run\n`,
    );
    const delay = (p99: number | undefined, max: number | undefined): string =>
      `${ms(p99 ?? NaN)}, ${ms(max ?? NaN)}`;
    const rows: [name: string, of: (one: Measured) => string][] = [
      ['memory at rest', ({ before }) => mb(before?.rss ?? NaN)],
      ['more at most: opening', ({ before, peak }) => mb(peak - (before?.rss ?? NaN))],
      ['more: reading', ({ before, reading }) => mb((reading?.host.reading ?? NaN) - (before?.rss ?? NaN))],
      ['more: searching', ({ before, reading }) => mb((reading?.host.finding ?? NaN) - (before?.rss ?? NaN))],
      ['heap in use after that', ({ reading }) => mb(reading?.host.after.heapUsed ?? NaN)],
      ['loop p99, max: at rest', ({ idle }) => delay(idle?.delayP99, idle?.delayMax)],
      ['opening', ({ busy }) => delay(busy?.delayP99, busy?.delayMax)],
      ['reading', ({ reading: r }) => delay(r?.host.delay.reading, r?.host.delayMax.reading)],
      ['searching', ({ reading: r }) => delay(r?.host.delay.finding, r?.host.delayMax.finding)],
      ['search: processor', ({ reading }) => ms(reading?.host.findingCpuMs ?? NaN)],
    ];
    console.log(
      table([
        ['items', ...all.map(({ items }) => `${items}`)],
        ...rows.map(([name, of]) => [name, ...all.map(of)]),
      ]),
    );
  }

  async function list(): Promise<void> {
    const counts = [10, 1_000];
    const asked = 30;
    console.log(
      `\nListing sessions that are over, ${asked} times in turns (aim: at most ${aims.list} × of ten)\n`,
    );
    const listings = await measureListing(built, counts, asked);
    results.list = listings;
    const rows = (['start', 'first', 'page'] as const).map((what) => {
      const [few, many] = listings.map((listing) => samples(listing[what]).median);
      const name = { start: 'start of the host', first: 'ten rows', page: "a phone's page" }[what];
      return [name, ms(few ?? NaN), ms(many ?? NaN), times((many ?? NaN) / (few ?? NaN))];
    });
    console.log(table([['', ...counts.map((count) => `${count} sessions`), 'ratio'], ...rows]));
  }
} catch (error) {
  console.error(
    `The benchmark could not be run to its end: ${error instanceof Error ? error.stack : String(error)}`,
  );
  process.exitCode = 1;
} finally {
  await close();
}
const file = join(outputFolder, 'bench', 'attach.json');
mkdirSync(join(file, '..'), { recursive: true });
writeFileSync(file, JSON.stringify({ machine: machine(browser.version()), ...results }, undefined, 2));
console.log(`\nload at the end: ${load()}. All samples: ${file}`);
