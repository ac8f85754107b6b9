/** Finds what was said in a session's first minute, by the search of the phone's page. */
import type { Page } from 'playwright-core';
import { eventually } from '../../support/wait.ts';
import { firstWords } from './history.ts';

export interface Finding {
  /** Milliseconds from Enter until it is among the results, and from choosing it until it is on screen. */
  found: number;
  shown: number;
}

const timeoutMs = 300_000;

/** The session is open. */
export async function findBeginning(page: Page): Promise<Finding> {
  await page.keyboard.press('Control+f');
  const input = page.getByRole('search').getByRole('searchbox');
  await input.fill(firstWords);
  const begin = performance.now();
  await input.press('Enter');
  const hit = page.locator('.hit').filter({ hasText: firstWords });
  await eventually(() => hit.isVisible(), { what: 'the first words to be found', timeoutMs });
  const found = performance.now() - begin;
  await hit.click();
  const item = page.locator('[data-item]').filter({ hasText: firstWords });
  await eventually(() => item.isVisible(), { what: 'the first words on screen' });
  return { found, shown: performance.now() - begin - found };
}
