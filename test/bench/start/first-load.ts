/** Bytes over the wire on a phone's first load, counted by a real Chromium with an empty cache. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import type { Browser } from 'playwright-core';
import { root } from '../../support/paths.ts';
import { openPhone } from '../../support/phone.ts';
import { eventually } from '../../support/wait.ts';
import { lastWords, type BenchHost } from './bench-host.ts';
import { watchConversation, whenShown } from './watch.ts';

export type Encoding = 'br' | 'gzip';

export interface LoadedFile {
  path: string;
  /** What is in it, for chunks whose names say nothing. */
  holds: string;
  /** Bytes as they came, headers included. */
  bytes: number;
  /** Asked for before the conversation was on screen. */
  before: boolean;
}

export interface FirstLoad {
  files: LoadedFile[];
  /** What the service worker asked for again, after the page was there: conditional requests for the most part. */
  serviceWorkerBytes: number;
  /** Received over the channel until the conversation was on screen. */
  channelBytes: number;
}

/** Opens a pairing link in a new browser context. The host has a conversation already. */
export async function measureFirstLoad(
  browser: Browser,
  host: BenchHost,
  encoding: Encoding,
): Promise<FirstLoad> {
  const phone = await openPhone(browser);
  try {
    const { page } = phone;
    const network = await page.context().newCDPSession(page);
    await network.send('Network.enable');
    if (encoding === 'gzip')
      await network.send('Network.setExtraHTTPHeaders', { headers: { 'Accept-Encoding': 'gzip' } });
    const requests = new Map<string, { path: string; wall: number; bytes: number }>();
    network.on('Network.requestWillBeSent', ({ requestId, request, wallTime }) => {
      requests.set(requestId, { path: new URL(request.url).pathname, wall: wallTime * 1000, bytes: 0 });
    });
    network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const request = requests.get(requestId);
      if (request) request.bytes = encodedDataLength;
    });
    let channelBytes = 0;
    network.on('Network.webSocketFrameReceived', ({ response }) => {
      // Binary payloads are base64 here.
      const { length } = response.payloadData;
      channelBytes += response.opcode === 2 ? Math.floor((length * 3) / 4) : length;
    });
    await watchConversation(page, lastWords);
    await host.pair((link) => phone.open(link));
    const { shown } = await whenShown(page);
    const received = channelBytes;
    const shownAt = (await page.evaluate(() => performance.timeOrigin)) + shown;
    const serviceWorkerBytes = await bytesOfServiceWorker(page.context());
    const content = whatIsIn();
    const files = [...requests.values()]
      .filter(({ bytes }) => bytes > 0)
      .map(({ path, wall, bytes }) => ({ path, bytes, holds: content(path), before: wall < shownAt }));
    return { files, serviceWorkerBytes, channelBytes: received };
  } finally {
    await phone.close();
  }
}

type Context = Awaited<ReturnType<typeof openPhone>>['context'];

/** Once it has kept the shell. */
async function bytesOfServiceWorker(context: Context): Promise<number> {
  const worker = await eventually(() => context.serviceWorkers()[0], { what: 'the service worker' });
  return eventually(
    () =>
      worker.evaluate(async () => {
        const scope = self as unknown as { registration: { active: unknown } };
        if (!scope.registration.active) return 0;
        const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
        return entries.reduce((sum, { transferSize }) => sum + transferSize, 0);
      }),
    { what: 'the kept shell' },
  );
}

/** By the bundler's own account: the packages that make up most of a file. */
function whatIsIn(): (path: string) => string {
  const metafiles = JSON.parse(readFileSync(join(root, 'dist', 'meta.json'), 'utf8')) as Metafile[];
  return (path) => {
    const name = `dist/web${path}`;
    const inputs = metafiles.map(({ outputs }) => outputs[name]?.inputs).find((found) => found) ?? {};
    const sizes = new Map<string, number>();
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      const part = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? 'own';
      sizes.set(part, (sizes.get(part) ?? 0) + bytesInOutput);
    }
    const parts = [...sizes].sort((a, b) => b[1] - a[1]);
    return parts
      .slice(0, 4)
      .map(([part]) => part)
      .join(', ');
  };
}
