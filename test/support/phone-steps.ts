/** What a person does and sees on the phone's page, by the accessible names that the product promises. */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { CliEvent, CliHost } from './cli-host.ts';
import type { Phone } from './phone.ts';
import { eventually } from './wait.ts';

/** Opens a pairing link, compares the digits of both screens, and allows with `answer` (`y`, `y control`). */
export async function pairPhone(phone: Phone, host: CliHost, url: string, answer = 'y'): Promise<CliEvent> {
  await askToPair(phone, host, url);
  host.say(answer);
  const paired = await host.event('paired');
  await connected(phone.page);
  return paired;
}

/** Up to the digits, which are the same on both screens. */
export async function askToPair(phone: Phone, host: CliHost, url: string): Promise<CliEvent> {
  await phone.open(url);
  const shown = phone.page.getByRole('status').filter({ hasText: /^\s*\d{3}\s?\d{3}\s*$/ });
  await shown.waitFor();
  const request = await host.event('pairing');
  assert.equal((await shown.innerText()).replace(/\D/g, ''), request.code);
  // The secrets are out of the address bar as soon as the page runs.
  assert.equal(new URL(phone.page.url()).hash, '');
  return request;
}

/** The conversation is there, up to date. */
export async function connected(page: Page): Promise<void> {
  await connection(page)
    .filter({ hasText: /^connected\b/ })
    .waitFor();
  await log(page).waitFor();
}

export const log = (page: Page): Locator => page.getByRole('log', { name: 'Conversation' });
export const message = (page: Page): Locator => page.getByRole('textbox', { name: 'Message' });
export const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });
/** The connection's words, such as "connected · end-to-end encrypted". */
export const connection = (page: Page): Locator => page.getByRole('status');
export const alertOf = (page: Page, code: string): Locator =>
  page.locator(`[role=alert][data-code="${code}"]`);

export async function send(page: Page, text: string): Promise<void> {
  await message(page).fill(text);
  await button(page, 'Send').click();
}

/** Waits until the conversation holds this text. */
export async function says(page: Page, text: string | RegExp): Promise<void> {
  await log(page).filter({ hasText: text }).waitFor();
}

/** The numbers of `word1 word2 …` on the page, in the order in which they stand there. */
export async function countedWords(page: Page): Promise<number[]> {
  const text = await log(page).innerText();
  return [...text.matchAll(/\bword(\d+)\b/g)].map(([, number]) => Number(number));
}

/** All of `/long n`, each once and in order: nothing is missing, nothing is there twice. */
export async function hasWholeCount(page: Page, n: number): Promise<void> {
  const wanted = Array.from({ length: n }, (_, i) => i + 1).join();
  let seen = '';
  await eventually(async () => (seen = (await countedWords(page)).join()) === wanted, {
    what: `the words 1 to ${n}`,
    timeoutMs: 60_000,
  }).catch((error: unknown) => assert.equal(seen, wanted, String(error)));
}

/** An error on the page in two sentences: what happened, and what to do. */
export async function alertText(page: Page, code: string): Promise<string> {
  const alert = alertOf(page, code);
  await alert.waitFor();
  const sentences = await alert.locator('p, b').allInnerTexts();
  assert.ok(sentences.length >= 2, `${code} says what happened and what to do: ${sentences.join(' | ')}`);
  return sentences.join(' ');
}
