/** Activation in VS Code, the phone's first load, and the time from a link to the conversation. */
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bed } from '../../bed/places.mjs';
import { launchBrowser } from '../../support/browser.ts';
import { cliPath, outputFolder, root } from '../../support/paths.ts';
import { load, machine } from '../machine.ts';
import { kb, ms, samples, table, times, type Samples } from '../samples.ts';
import { measureActivation, type ActivationSample } from './activation.ts';
import { serveBaseline } from './baseline-page.ts';
import { BenchHost } from './bench-host.ts';
import { measureFirstLoad, type FirstLoad } from './first-load.ts';
import { measureOpenLink, type OpenLink } from './open-link.ts';
import type { Seen } from './watch.ts';

const rounds = 10;
const parts = ['activation', 'load', 'open'] as const;
const aims = { activationMs: 30, loadBytes: 150_000 };
const head = ['', 'median', 'min', 'max', 'baseline', 'ratio', 'aim'];

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
const only = values.only ?? parts;
const vsix = join(root, 'dist', 'offdesk.vsix');
for (const needed of [cliPath, vsix]) {
  if (existsSync(needed)) continue;
  console.error(`There is no ${needed}. Run \`npm run package\` first: the benchmark measures what ships.`);
  process.exit(2);
}

const results: { [part: string]: unknown } = {};
const { browser, close } = await launchBrowser();
console.log(machine(browser.version()));
console.log(`package of ${statSync(vsix).mtime.toISOString()}, ${kb(statSync(vsix).size)}`);
try {
  if (only.includes('activation')) await activation();
  if (only.includes('load') || only.includes('open')) await page();
} catch (error) {
  console.error(
    `The benchmark could not be run to its end: ${error instanceof Error ? error.message : error}`,
  );
  process.exitCode = 1;
} finally {
  await close();
}
const file = join(outputFolder, 'bench', 'start.json');
mkdirSync(join(file, '..'), { recursive: true });
writeFileSync(file, JSON.stringify({ machine: machine(browser.version()), ...results }, undefined, 2));
console.log(`\nload at the end: ${load()}. All samples: ${file}`);

async function activation(): Promise<void> {
  console.log(
    `\nActivation in VS Code with remote control off, ${rounds} windows (baseline: an empty extension)\n`,
  );
  if (!bed.ready) {
    console.log('not measured: the VS Code test bed is missing (node test/prepare.mjs)');
    return;
  }
  const measured = await measureActivation(browser, rounds);
  results.activation = measured;
  const row = (name: string, of: (sample: ActivationSample) => number, aim = '') =>
    compare(name, samples(measured.offdesk.map(of)), samples(measured.empty.map(of)), aim);
  const aim = `${aims.activationMs} ms`;
  console.log(
    table([
      head,
      row('bundle evaluation, clock', ({ evaluate }) => evaluate.ms),
      row('activate(), clock', ({ activate }) => activate.ms),
      row('both, clock', ({ evaluate, activate }) => evaluate.ms + activate.ms, aim),
      row('bundle evaluation, processor', ({ evaluate }) => evaluate.cpuMs),
      row('activate(), processor', ({ activate }) => activate.cpuMs),
      row('both, processor', ({ evaluate, activate }) => evaluate.cpuMs + activate.cpuMs, aim),
    ]),
  );
  console.log(`\ncore.js was loaded in ${measured.coreLoaded} of ${rounds} windows`);
}

async function page(): Promise<void> {
  const host = await BenchHost.start();
  try {
    const conversation = await host.converse();
    if (only.includes('load')) {
      const br = await measureFirstLoad(browser, host, 'br');
      const gzip = await measureFirstLoad(browser, host, 'gzip');
      results.load = { br, gzip };
      printFirstLoad(br, gzip);
    }
    if (only.includes('open')) {
      const baseline = await serveBaseline(conversation);
      try {
        const measured = await measureOpenLink({ browser, host, baseline: baseline.url, rounds });
        results.open = measured;
        printOpenLink(measured, conversation.facts.length);
      } finally {
        baseline.close();
      }
    }
  } finally {
    await host.stop();
  }
}

function printFirstLoad(br: FirstLoad, gzip: FirstLoad): void {
  console.log("\nPhone's first load over the embedded relay, bytes on the wire with headers, empty cache\n");
  const gzipOf = (path: string) => gzip.files.find((file) => file.path === path)?.bytes ?? NaN;
  const sum = (files: { bytes: number }[]) => files.reduce((total, { bytes }) => total + bytes, 0);
  const files = [...br.files].sort((a, b) => Number(b.before) - Number(a.before) || b.bytes - a.bytes);
  const before = ({ before }: { before: boolean }) => before;
  const total = sum(br.files.filter(before));
  console.log(
    table([
      ['file', 'brotli', 'gzip', 'asked for', 'holds most'],
      ...files.map(({ path, bytes, before, holds }) => [
        ...[path, kb(bytes), kb(gzipOf(path)), before ? 'before' : 'after', holds],
      ]),
      ['until the conversation is shown', kb(total), kb(sum(gzip.files.filter(before))), '', ''],
    ]),
  );
  const verdict = total <= aims.loadBytes ? 'within' : 'over';
  console.log(
    `\n${verdict} the aim of ${kb(aims.loadBytes)} (${times(total / aims.loadBytes)}).`,
    `The channel brought ${kb(br.channelBytes)} until then.`,
    `The service worker then asked for the shell again, by ETag: ${kb(br.serviceWorkerBytes)}.`,
  );
}

function printOpenLink({ kept, cold }: OpenLink, facts: number): void {
  const items = kept.channel[0]?.items ?? 0;
  console.log(
    `\nFrom opening a session link to the conversation (${items} items, ${facts} facts) on loopback, paired device,`,
    `${rounds} times (baseline: the same page without a channel)\n`,
  );
  const row = (name: string, { channel, without }: OpenLink['kept'], of: (seen: Seen) => number) =>
    compare(name, samples(channel.map(of)), samples(without.map(of)));
  console.log(
    table([
      head,
      row('kept shell: first paint', kept, ({ firstPaint }) => firstPaint),
      row('kept shell: text', kept, ({ text }) => text),
      row('kept shell: formatted', kept, ({ shown }) => shown),
      row('empty cache: first paint', cold, ({ firstPaint }) => firstPaint),
      row('empty cache: text', cold, ({ text }) => text),
      row('empty cache: formatted', cold, ({ shown }) => shown),
    ]),
  );
}

function compare(name: string, ours: Samples, baseline: Samples, aim = ''): string[] {
  const { median, min, max } = ours;
  return [name, ms(median), ms(min), ms(max), ms(baseline.median), times(median / baseline.median), aim];
}
