/** The host behind a scene's page: what it was asked for, and what it says next. */
import type { Page } from 'playwright-core';
import { eventually } from '../support/wait.ts';

/** The params of what was asked by this method, once there are `count` of them. */
export async function asked(page: Page, method: string, count = 1): Promise<Record<string, unknown>[]> {
  const of = `asked.filter((one) => one.method === ${JSON.stringify(method)}).map((one) => one.params)`;
  const look = async () => (await page.evaluate(of)) as Record<string, unknown>[];
  await eventually(async () => (await look()).length >= count, { what: method });
  return look();
}

/** The answer that was given to the open question. */
export async function answerOf(page: Page): Promise<unknown> {
  const [params] = await asked(page, '_offdesk/answer');
  return params!['answer'];
}

let seq = 1_000;
/** One more fact of the host's. */
export async function happen(page: Page, event: object, item: string): Promise<void> {
  const update = { sessionUpdate: 'session_info_update' };
  const fact = { seq: ++seq, at: Date.now(), origin: { kind: 'desk' }, item, update, event };
  await page.evaluate(`more(${JSON.stringify(fact)})`);
}
