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
import { findBeginning, type Finding } from './finding.ts';
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
    finding?: Finding;
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
        const last = one.items / itemsPerRound;
        one.reading = await readSession(one.at, { rounds: last, up: 2_000, down: 1_000 });
        one.finding = await findBeginning(one.at.host);
        one.peak = one.at.host.takePeak();
        one.busy = await one.at.host.figures();
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
      `turns (aim: at most ${aims.open} × of the smallest), and the host's memory until all below was done\n`,
    );
    const of = ({ opens }: Measured, pick: (open: ColdOpen) => number) => samples(opens.map(pick));
    const smallest = all[0] && of(all[0], ({ shown }) => shown).median;
    console.log(
      table([
        ['items', 'median', 'min', 'max', 'ratio', 'items got', 'channel', 'host before', 'peak', 'growth'],
        ...all.map((one) => {
          const shown = of(one, (open) => open.shown);
          const before = one.before?.rss ?? NaN;
          return [
            ...[`${one.items}`, ms(shown.median), ms(shown.min), ms(shown.max)],
            times(shown.median / (smallest ?? NaN)),
            ...[`${of(one, ({ items }) => items).median}`, kb(of(one, ({ bytes }) => bytes).median)],
            ...[mb(before), mb(one.peak), mb(one.peak - before)],
          ];
        }),
      ]),
    );
  }

  function printReading(all: readonly Measured[]): void {
    console.log(
      `\nReading: 2,000 items up at 300 pixels a frame, 1,000 down, to the beginning, to the end (aims: heap`,
      `${mb(aims.heap)}, no task over ${aims.taskMs} ms); the host's event loop meanwhile and idle (aim: p99 under`,
      `${aims.delayMs} ms)\n`,
    );
    const task = (longest: Longest | undefined): string =>
      `${ms(longest?.clock ?? NaN)} / ${ms(longest?.processor ?? NaN)}`;
    console.log(
      table([
        [
          ...[
            'items',
            'seen',
            'at once',
            'heap before',
            'after',
            'longest task, clock / processor: opening',
            'up',
            'down',
          ],
          ...['Home', 'End', 'first words found', 'event loop p99', 'max', 'idle p99', 'max'],
        ],
        ...all.map(({ items, reading, finding, busy, idle }) => [
          ...[`${items}`, `${reading?.items}`, `${reading?.atOnce}`],
          ...[mb(reading?.heapBefore ?? NaN), mb(reading?.heapAfter ?? NaN)],
          ...[task(reading?.longestTask.opening), task(reading?.longestTask.up)],
          task(reading?.longestTask.down),
          ...[ms(reading?.toBeginning ?? NaN), ms(reading?.toEnd ?? NaN)],
          `${ms(finding?.ms ?? NaN)} (asked ${finding?.asked} ×)`,
          ...[ms(busy?.delayP99 ?? NaN), ms(busy?.delayMax ?? NaN)],
          ...[ms(idle?.delayP99 ?? NaN), ms(idle?.delayMax ?? NaN)],
        ]),
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
