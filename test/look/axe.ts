/** What axe-core finds wrong with a page, as sentences; its rules of WCAG 2.2 at A and AA, and best practices. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Found {
  id: string;
  impact: string | null;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
}

/**
 * Findings that axe calls serious or critical. The page's policy does not matter: evaluate is the debugger's.
 * `contrast`: false with forced colours, where the browser chooses them.
 */
export async function seriousFindings(page: Page, { contrast } = { contrast: true }): Promise<string[]> {
  const options = { resultTypes: ['violations'], rules: { 'color-contrast': { enabled: contrast } } };
  await page.evaluate(source);
  const found = (await page.evaluate(
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations)`,
  )) as Found[];
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(
        ({ html, failureSummary = '' }) =>
          `${id}: ${html.slice(0, 160)} ${failureSummary.replace(/\s+/g, ' ')}`,
      ),
    );
}
