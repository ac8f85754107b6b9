/** Agent to phone through the embedded relay, sealed: update to screen, highest rate, and the agent's own pace. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../../support/browser.ts';
import { outputFolder } from '../../support/paths.ts';
import { buildAll } from '../host/build.ts';
import { load, machine } from '../machine.ts';
import { mb, ms, percentile, samples, table, times } from '../samples.ts';
import { kinds, measurePace, type Kind } from './pace.ts';
import { measureRate, type Rate, type Stalled } from './rate.ts';
import { measureScreen } from './screen.ts';

const parts = ['screen', 'rate', 'pace'] as const;
const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
const only = values.only ?? parts;

const results: { [part: string]: unknown } = {};
const { browser, close } = await launchBrowser();
console.log(machine(browser.version()));
try {
  const built = await buildAll();
  if (only.includes('screen')) await screen();
  if (only.includes('rate')) await rate();
  if (only.includes('pace')) await pace();

  async function screen(): Promise<void> {
    const [perSecond, count, rounds] = [50, 1_000, 3];
    console.log(
      `\nFrom the agent's write to the phone's screen at ${perSecond} updates a second, ${rounds} × ${count} updates`,
      '(baseline: the same words over a bare WebSocket into an empty page)\n',
    );
    const { ours, bare } = await measureScreen({ browser, built, perSecond, count, rounds });
    results.screen = { ours, bare };
    const row = (name: string, at: number): string[] => {
      const [us, baseline] = [percentile(ours, at), percentile(bare, at)];
      return [name, ms(us), ms(baseline), ms(us - baseline), times(us / baseline)];
    };
    console.log(
      table([
        ['', 'Offdesk', 'baseline', 'more', 'ratio'],
        row('p50', 50),
        row('p90', 90),
        row('p99', 99),
        row('max', 100),
      ]),
    );
  }

  async function rate(): Promise<void> {
    const count = 20_000;
    const rounds = 3;
    const settings: [clients: number, stalled: Stalled][] = [
      ...([1, 3, 10] as const).map((clients): [number, Stalled] => [clients, 'nobody']),
      ...([1, 3, 10] as const).map((clients): [number, Stalled] => [clients, 'frozen']),
      [3, 'silent'],
    ];
    console.log(
      `\nThe highest rate: ${count} updates as fast as the agent can, until the last client has all; medians of`,
      `${rounds} rounds\n`,
    );
    const measured = settings.map((): Rate[] => []);
    for (let round = 0; round < rounds; round++)
      for (const [index, [clients, stalled]] of settings.entries())
        measured[index]?.push(await measureRate({ built, clients, stalled, count }));
    results.rate = settings.map(([clients, stalled], index) => ({
      ...{ clients, stalled, rounds: measured[index] },
    }));
    const perSecond = (value: number): string => `${Math.round(value)} /s`;
    console.log(
      table([
        [
          ...['clients', 'agent', 'all clients have it', 'processor', 'host before', 'peak', 'more'],
          ...['after', 'got'],
        ],
        ...settings.map(([clients, stalled], index) => {
          const of = (pick: (rate: Rate) => number): number =>
            samples((measured[index] ?? []).map(pick)).median;
          return [
            stalled === 'nobody' ? `${clients}` : `${clients}, one ${stalled}`,
            perSecond(of((rate) => rate.agent)),
            perSecond(of((rate) => rate.clients)),
            `${ms(of((rate) => rate.cpuMsPerThousand))} / 1000`,
            mb(of((rate) => rate.rssBefore)),
            mb(of((rate) => rate.rssPeak)),
            mb(of((rate) => rate.rssPeak - rate.rssBefore)),
            mb(of((rate) => rate.rssAfter)),
            `${of((rate) => rate.messages)} messages`,
          ];
        }),
      ]),
    );
  }

  async function pace(): Promise<void> {
    for (const [count, perSecond, rounds] of [
      [2_000, 500, 5],
      [10_000, 5_000, 5],
      [10_000, 20_000, 5],
      [10_000, 0, 9],
    ] as const) {
      const how = perSecond > 0 ? `${perSecond} a second` : 'as fast as it can';
      console.log(`\nThe agent's own time for ${count} updates, ${how}, ${rounds} rounds in turns\n`);
      const measured = await measurePace({ built, count, perSecond, rounds });
      results[`pace-${perSecond}`] = measured;
      const without = samples(measured.none).median;
      const row = (kind: Kind, name: string): string[] => {
        const { median, min, max } = samples(measured[kind]);
        return [name, ms(median), ms(min), ms(max), times(median / without)];
      };
      const names: Record<Kind, string> = {
        none: 'no client',
        three: 'three clients',
        stalled: 'one, stalled',
      };
      console.log(
        table([['', 'median', 'min', 'max', 'ratio'], ...kinds.map((kind) => row(kind, names[kind]))]),
      );
    }
  }
} catch (error) {
  console.error(`The benchmark could not be run to its end: ${String(error)}`);
  process.exitCode = 1;
} finally {
  await close();
}
const file = join(outputFolder, 'bench', 'stream.json');
mkdirSync(join(file, '..'), { recursive: true });
writeFileSync(file, JSON.stringify({ machine: machine(browser.version()), ...results }));
console.log(`\nload at the end: ${load()}. All samples: ${file}`);
