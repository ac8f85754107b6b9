/** A shared terminal on the page, as its reader works with it. */
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { eventually } from './wait.ts';

type Place = Page | FrameLocator;

/** The typing goes in there. */
export const terminalInput = (place: Place): Locator => place.getByRole('textbox', { name: /^Terminal / });
export const sizeLine = (place: Place): Locator => place.getByRole('button', { name: /tap to fit here$/ });

/** A new one, open. */
export async function newTerminal(place: Place): Promise<void> {
  await place.getByRole('button', { name: 'Terminals', exact: true }).click();
  await place.getByRole('button', { name: 'New terminal', exact: true }).click();
  await terminalInput(place).waitFor();
}

/** One that is there. */
export async function openTerminal(place: Place, name: string | RegExp): Promise<void> {
  await place.getByRole('button', { name: 'Terminals', exact: true }).click();
  await place.getByRole('button', { name }).first().click();
  await terminalInput(place).waitFor({ state: 'attached' });
}

/** The rows on the screen, without the blanks at their ends. */
export async function screenOf(place: Place): Promise<string[]> {
  const rows = await place
    .locator('.xterm-rows > div')
    .evaluateAll((all) => all.map((row) => row.textContent ?? ''));
  return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd());
}

export async function shows(place: Place, wanted: string | RegExp, timeoutMs = 30_000): Promise<string[]> {
  let rows: string[] = [];
  const fits = () => {
    const text = rows.join('\n');
    return typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
  };
  await eventually(async () => ((rows = await screenOf(place)), fits()), {
    what: `the terminal to show ${wanted}`,
    timeoutMs,
  }).catch((error: unknown) => {
    throw new Error(`${(error as Error).message}\n${rows.join('\n')}`, { cause: error });
  });
  return rows;
}

/** Keys one after another, as a keyboard gives them. */
export async function typeInto(place: Place, text: string): Promise<void> {
  const input = terminalInput(place);
  await input.focus();
  await input.pressSequentially(text);
}
