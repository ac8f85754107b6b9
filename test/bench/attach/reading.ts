/** A reader of a long session on the phone's page: up through thousands of items and down again, and what the page costs. */
import type { Page } from 'playwright-core';
import { connected } from '../../support/phone-steps.ts';
import { eventually } from '../../support/wait.ts';
import { findBeginning, type Finding } from './finding.ts';
import { itemsPerRound } from './history.ts';
import { mainThreadTasks, type Longest } from './main-thread.ts';
import type { PreparedHost } from './prepared-host.ts';

export interface Reading {
  /** Different items that were on the page on the way up. */
  items: number;
  /** The most at once. */
  atOnce: number;
  /** JavaScript's heap in bytes after a forced collection: with the session open, after the way up. */
  heapBefore: number;
  heapAfter: number;
  longestTask: { opening: Longest; up: Longest; down: Longest; finding: Longest };
  /** Milliseconds from the key Home until the session's beginning is on screen, and from End until its end is. */
  toBeginning: number;
  toEnd: number;
  finding: Finding;
  host: {
    /** The most resident bytes until the search, and in it. */
    reading: number;
    finding: number;
    /** Resident bytes and heap in use after it, collected. */
    after: { rss: number; heapUsed: number };
    /** Milliseconds of processor that the search took. */
    findingCpuMs: number;
    /** The worst of a hundred delays of the event loop, in milliseconds, until the search and in it. */
    delay: { reading: number; finding: number };
    delayMax: { reading: number; finding: number };
  };
}

/** Of `rounds` in the session; `up`: items to scroll over. */
export interface ReadingOptions {
  rounds: number;
  up: number;
  down: number;
}

interface Way {
  reached: boolean;
  items: number;
  atOnce: number;
}

export async function readSession(at: PreparedHost, { rounds, up, down }: ReadingOptions): Promise<Reading> {
  const { host } = at;
  const { context } = at.phone;
  for (const open of context.pages()) await open.close();
  host.takePeak();
  await host.figures({ reset: true });
  const page = await context.newPage();
  const opening = await mainThreadTasks(page, async () => {
    await page.goto(at.link);
    await connected(page);
    await itemOf(page, rounds).waitFor();
  });
  const heapBefore = await heapOf(page);
  const first = Math.max(1, rounds - Math.ceil(up / itemsPerRound));
  const upward = await mainThreadTasks(page, () => scroll(page, -1, first));
  const heapAfter = await heapOf(page);
  const below = Math.min(rounds, first + Math.ceil(down / itemsPerRound));
  const downward = await mainThreadTasks(page, () => scroll(page, 1, below));
  for (const [way, { reached }] of [
    ['up', upward.result],
    ['down', downward.result],
  ] as const)
    if (!reached) throw new Error(`the way ${way} did not come to its end`);
  const toBeginning = await press(page, 'Home', 1);
  const toEnd = await press(page, 'End', rounds);
  const peak = host.takePeak();
  const read = await host.figures({ reset: true });
  const finding = await mainThreadTasks(page, () => findBeginning(page));
  const found = await host.figures();
  const searched = host.takePeak();
  const { rss, heapUsed } = await host.figures({ collect: true });
  await page.close();
  return {
    ...{ items: upward.result.items, atOnce: upward.result.atOnce, heapBefore, heapAfter },
    longestTask: {
      ...{ opening: opening.longest, up: upward.longest, down: downward.longest },
      finding: finding.longest,
    },
    ...{ toBeginning, toEnd, finding: finding.result },
    host: {
      ...{
        reading: peak,
        finding: searched,
        after: { rss, heapUsed },
        findingCpuMs: found.cpuMs - read.cpuMs,
      },
      delay: { reading: read.delayP99, finding: found.delayP99 },
      delayMax: { reading: read.delayMax, finding: found.delayMax },
    },
  };
}

const itemOf = (page: Page, round: number) => page.locator(`[data-item="p:history-${round}"]`);

/** 300 pixels a frame, as a finger flings, until the prompt of that round is on the page. */
async function scroll(page: Page, direction: -1 | 1, round: number): Promise<Way> {
  return page.evaluate<Way>(`(async () => {
    const box = document.querySelector('.scroller');
    const seen = new Set();
    let atOnce = 0;
    const end = performance.now() + 120_000;
    while (performance.now() < end) {
      const items = document.querySelectorAll('[data-item]');
      atOnce = Math.max(atOnce, items.length);
      for (const { dataset } of items) seen.add(dataset.item);
      if (seen.has('p:history-${round}')) return { reached: true, items: seen.size, atOnce };
      box.scrollTop += ${direction * 300};
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    }
    return { reached: false, items: seen.size, atOnce };
  })()`);
}

/** Milliseconds until the prompt of that round is in sight. */
async function press(page: Page, key: 'Home' | 'End', round: number): Promise<number> {
  await page.locator('.scroller').focus();
  const begin = performance.now();
  await page.keyboard.press(key);
  await eventually(() => itemOf(page, round).isVisible(), {
    what: `${key} to lead to step ${round}`,
    everyMs: 10,
  });
  return performance.now() - begin;
}

/** Bytes of JavaScript objects in use after a collection. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  try {
    await session.send('HeapProfiler.enable');
    // The second one takes what the finalizers of the first let go.
    await session.send('HeapProfiler.collectGarbage');
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    return usedSize;
  } finally {
    await session.detach();
  }
}
