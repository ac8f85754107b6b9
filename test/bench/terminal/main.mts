/** Echo of a shared terminal beside a bare one over `ws`, idle and under 100 MB of another's output; memory meanwhile. */
import { WebSocket } from 'ws';
import { methods } from '../../../src/protocol/methods.ts';
import type { TerminalOutput, TerminalScreen } from '../../../src/protocol/terminals.ts';
import { openLink, sayHello } from '../../../src/web/client/acp-link.ts';
import { TestDevice } from '../../support/test-device.ts';
import { eventually, within } from '../../support/wait.ts';
import { load, machine } from '../machine.ts';
import { mb, ms, percentile, table, times } from '../samples.ts';
import { Child } from './child.ts';

const keys = Number(process.env['OFFDESK_BENCH_KEYS'] ?? 1000);
const bytes = Number(process.env['OFFDESK_BENCH_BYTES'] ?? 100_000_000);
const betweenMs = 5;

/** Types a letter; resolves once it came back. */
type Echo = () => Promise<void>;

const host = new Child('./host-main.mts');
const bare = new Child('./bare-main.mts');
await host.next('ready');
const { port } = await bare.next<{ port: number }>('port');

const device = new TestDevice();
await device.pair((await host.ask<{ link: string }>('link', 'link')).link, { name: 'bench' });
let came = (_data: string): void => {};
let id: string | undefined;
// As the phone's page does it, but for the screen.
const page = openLink(await device.connectBare(), {
  notification: (_method, params) => {
    const { id: of, at, data } = params as Partial<TerminalOutput>;
    if (of !== id || at === undefined) return;
    page.notify(methods.terminal.ack, { id, at });
    if (data !== undefined) came(data);
  },
  resumed: () => {},
});
await sayHello(page, 'bench');
const size = { cols: 80, rows: 24 };
({ id } = await page.request<{ id: string }>(methods.terminal.open, { ...size, command: 'exec cat' }));
const { at } = await page.request<TerminalScreen>(methods.terminal.attach, { id });
page.notify(methods.terminal.ack, { id, at });

const socket = new WebSocket(`ws://127.0.0.1:${port}`);
await new Promise((resolve) => socket.once('open', resolve));
let bareCame = (_data: string): void => {};
socket.on('message', (data: Buffer) => bareCame(data.toString()));

const shared: Echo = () =>
  within(
    new Promise<void>((resolve) => {
      came = (data) => data.includes('x') && resolve();
      page.notify(methods.terminal.input, { id, data: 'x' });
    }),
    30_000,
    'the echo',
  );
const plain: Echo = () =>
  within(
    new Promise<void>((resolve) => {
      bareCame = (data) => data.includes('x') && resolve();
      socket.send('x');
    }),
    30_000,
    'the bare echo',
  );

let typed = 0;
async function time(echo: Echo): Promise<number> {
  const from = performance.now();
  await echo();
  const took = performance.now() - from;
  // A line of a terminal holds 4,096.
  if (++typed % 500 === 0) {
    await page.request(methods.terminal.input, { id, data: '\x15' });
    socket.send('\x15');
  }
  await new Promise((resolve) => setTimeout(resolve, betweenMs));
  return took;
}

/** In turns, so that both have the same machine. */
async function inTurns(count: number): Promise<{ shared: number[]; plain: number[] }> {
  const all = { shared: [] as number[], plain: [] as number[] };
  for (let i = 0; i < count; i++) {
    all.shared.push(await time(shared));
    all.plain.push(await time(plain));
  }
  return all;
}

const memory = async () => (await host.ask<{ memory: number }>('memory', 'memory')).memory;

interface Flood {
  echo: number[];
  peak: number;
  tookMs: number;
  anew: number;
}

/** `look`: whether the other device takes in all that its terminal puts out, or is behind. */
async function flood(look: 'all' | 'behind'): Promise<Flood> {
  const { link } = await host.ask<{ link: string }>('link', 'link');
  const other = new Child('./flood-main.mts', [link, String(bytes), look]);
  await other.next('began');
  let over: { over: number; anew: number } | undefined;
  void other.next<{ over: number; anew: number }>('over').then((end) => (over = end));
  const echo: number[] = [];
  let peak = 0;
  while (!over) {
    echo.push(await time(shared));
    if (echo.length % 20 === 0) peak = Math.max(peak, await memory());
  }
  other.stop();
  return { echo, peak, tookMs: over.over, anew: over.anew };
}

console.log(`${machine('not used')}\n`);
await inTurns(50);
const idle = await inTurns(keys);
const before = await memory();
const floods = [await flood('all'), await flood('behind')] as const;
const again = await inTurns(Math.min(keys, 300));
const after = await eventually(memory, { what: 'the memory' });

const p = (values: number[], percent: number) => percentile(values, percent);
const row = (what: string, values: number[], than: number[]) => [
  what,
  ...[50, 95, 99].map((percent) => ms(p(values, percent))),
  ...[50, 99].map((percent) => (values === than ? '' : ms(p(values, percent) - p(than, percent)))),
];
console.log(`Echo of a key, ${keys} of each in turns, load ${load()}\n`);
console.log(
  table([
    ['idle', 'p50', 'p95', 'p99', 'more at p50', 'more at p99'],
    row('Offdesk: host, relay, secure channel', idle.shared, idle.plain),
    row('a bare terminal over ws', idle.plain, idle.plain),
  ]),
);
console.log(`\nWhile another terminal writes ${(bytes / 1e6).toFixed(0)} MB\n`);
console.log(
  table([
    ['the other device', 'keys', 'p50', 'p95', 'p95 / idle', 'it took', 'fresh screens', 'host, most'],
    ...floods.map(({ echo, peak, tookMs, anew }, index) => [
      index === 0 ? 'takes in all' : 'is behind',
      String(echo.length),
      ms(p(echo, 50)),
      ms(p(echo, 95)),
      times(p(echo, 95) / p(idle.shared, 95)),
      `${(tookMs / 1000).toFixed(1)} s`,
      String(anew),
      mb(peak),
    ]),
  ]),
);
console.log(
  `\nIdle again: p50 ${ms(p(again.shared, 50))}, p95 ${ms(p(again.shared, 95))}; bare p50 ${ms(p(again.plain, 50))}`,
);
console.log(`The host's memory: ${mb(before)} before, ${mb(after)} after. Load ${load()}`);
device.dispose();
socket.close();
host.stop();
bare.stop();
process.exit();
