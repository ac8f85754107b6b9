/** From the agent's write to the phone's screen, at a steady pace, over the embedded relay and sealed. */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { openPhone } from '../../support/phone.ts';
import { connected } from '../../support/phone-steps.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { lastNote } from '../agent/log.ts';
import type { Built } from '../host/build.ts';
import { HostProcess } from '../host/host-process.ts';
import { serveBarePage } from './bare-page.ts';
import { delaysOf, sightsUntil, watchWords } from './words.ts';

export interface ScreenOptions {
  browser: Browser;
  built: Built;
  perSecond: number;
  count: number;
  rounds: number;
}

/** Milliseconds, one a word. */
export interface Screen {
  ours: number[];
  bare: number[];
}

/** In turns: the phone's page, then a bare one in the same browser. */
export async function measureScreen(options: ScreenOptions): Promise<Screen> {
  const { browser, built, perSecond, count, rounds } = options;
  const folder = tempFolder('od-bench');
  const log = join(folder, 'agent.jsonl');
  const host = await HostProcess.start({ built, agentEnv: { BENCH_AGENT_LOG: log } });
  const bare = await serveBarePage();
  const measured: Screen = { ours: [], bare: [] };
  try {
    const phone = await openPhone(browser);
    const { page } = phone;
    await watchWords(page);
    await phone.open(await host.invite());
    await connected(page);
    const ours = page.url();
    for (let round = 0; round < rounds; round++) {
      const first = round * count + 1;
      const last = first + count - 1;
      await phone.open(ours);
      await connected(page);
      await host.prompt(`pace ${perSecond} ${count} ${first}`).ended;
      measured.ours.push(...delaysOf(first, lastNote(log).times, await sightsUntil(page, last)));
      await phone.open(bare.url);
      const times = await bare.pace(perSecond, count, first);
      measured.bare.push(...delaysOf(first, times, await sightsUntil(page, last)));
    }
    await phone.close();
    return measured;
  } finally {
    bare.close();
    await host.stop();
    removeFolder(folder);
  }
}
