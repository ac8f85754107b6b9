/** A surface as its reader knows it, desk or phone: the conversation, the composer, a question's card. */
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { eventually } from '../../support/wait.ts';

/** Turns, reconnections and a machine that has other work. */
const patienceMs = 90_000;

/** The phone's page, or the inside of the desk's webview. */
export type Screen = Pick<Page & FrameLocator, 'getByRole' | 'getByText' | 'locator'>;

export class Surface {
  /** For errors. */
  readonly name: string;
  readonly #screen: () => Screen;

  /** `screen` is asked each time: a webview that was hidden is another frame later. */
  constructor(name: string, screen: () => Screen) {
    this.name = name;
    this.#screen = screen;
  }

  get screen(): Screen {
    return this.#screen();
  }

  get log(): Locator {
    return this.screen.getByRole('log', { name: 'Conversation' });
  }

  get message(): Locator {
    return this.screen.getByRole('textbox', { name: 'Message' });
  }

  get stop(): Locator {
    return this.screen.getByRole('button', { name: 'Stop', exact: true });
  }

  /** The open question of the agent. */
  get card(): Locator {
    return this.screen.locator('footer section.ask');
  }

  async write(text: string): Promise<void> {
    await this.message.fill(text);
    await this.send();
  }

  async send(): Promise<void> {
    await this.screen.getByRole('button', { name: 'Send', exact: true }).click();
  }

  /** Types `@query` at the end; the file is in the list, to be clicked. */
  async offeredFile(query: string, path: string): Promise<Locator> {
    await this.message.press('End');
    await this.message.pressSequentially(`@${query}`);
    // Open or chosen before, it is said so.
    const name = new RegExp(`^${path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(, recent)?$`);
    const option = this.screen.getByRole('option', { name });
    await option.waitFor();
    return option;
  }

  /** The line below the last prompt with this text: who, when, and how far it got. */
  fate(text: string): Locator {
    return this.log.locator('.prompt').filter({ hasText: text }).last().locator('.by').first();
  }

  async waitForFate(text: string, fate: string): Promise<void> {
    // Not `innerText`: it leaves out what the browser skips because it is scrolled away.
    await eventually(async () => (await this.fate(text).textContent())?.endsWith(`· ${fate}`), {
      what: `${this.name}: "${text}" to be ${fate}`,
      timeoutMs: patienceMs,
      everyMs: 100,
    });
  }

  /** The items that came after the last prompt with this text. */
  below(prompt: string): Locator {
    const asked = this.log.locator('div.item:has(> .prompt)').filter({ hasText: prompt }).last();
    return asked.locator('xpath=following-sibling::*[contains(concat(" ", @class, " "), " item ")]');
  }

  /** What the agent said after that prompt and before the next. */
  async answer(prompt: string): Promise<string> {
    const items = await this.log.locator(':scope > .item').evaluateAll((all) =>
      all.map((item) => ({
        asked: item.querySelector(':scope > .prompt')?.textContent,
        said: item.querySelector(':scope > .agent')?.textContent,
      })),
    );
    const from = items.findLastIndex(({ asked }) => asked?.includes(prompt));
    const rest = from < 0 ? [] : items.slice(from + 1);
    const next = rest.findIndex(({ asked }) => asked !== undefined);
    const own = next < 0 ? rest : rest.slice(0, next);
    return own.flatMap(({ said }) => (said ? [said.trim()] : [])).join('\n');
  }

  async waitForText(text: string | RegExp): Promise<void> {
    await this.log.getByText(text).last().waitFor({ timeout: patienceMs });
  }

  /** Its reader did not scroll, so it shows the end. */
  async isAtEnd(): Promise<boolean> {
    return (await this.screen.getByRole('button', { name: 'New below' }).count()) === 0;
  }

  /** The last n of `wordN` in the answer to this prompt: how far the demo agent's long talk has come here. */
  async words(prompt: string): Promise<number> {
    const items = await this.log.locator('.item').allTextContents();
    const asked = items.findLastIndex((item) => item.includes(prompt));
    const answer = asked < 0 ? '' : items.slice(asked + 1).join();
    return Number(/word(\d+)\s*$/.exec(answer)?.[1] ?? 0);
  }

  async waitForWords(count: number, prompt: string): Promise<number> {
    return eventually(
      async () => {
        const words = await this.words(prompt);
        return words >= count && words;
      },
      {
        what: `${this.name}: ${count} words of ${prompt}`,
        timeoutMs: patienceMs,
        everyMs: 50,
      },
    );
  }

  /**
   * What each item of the conversation says, without white space, clock times and what is only to press (what opens a file is
   * its name, too); with
   * everything that was loaded late.
   */
  async items(): Promise<string[]> {
    const earlier = this.screen.getByRole('button', { name: /^Load(ing)? earlier messages$/ });
    await eventually(
      async () => {
        if ((await earlier.count()) === 0) return true;
        await earlier.click({ timeout: 2_000 });
        return false;
      },
      { what: `${this.name}: the beginning of the conversation` },
    );
    return this.drawn();
  }

  /** The same of what is drawn now. `without`: what else to leave out, a selector. */
  async drawn(without = ''): Promise<string[]> {
    // One expression: helpers that a compiler adds for named functions do not exist in the page.
    return this.log.evaluate((log, without) => {
      const copy = log.cloneNode(true) as HTMLElement;
      const parts = ['button:not(.opens)', 'svg', without].filter(Boolean).join();
      for (const part of copy.querySelectorAll(parts)) part.remove();
      for (const line of copy.querySelectorAll('.by'))
        line.textContent = (line.textContent ?? '').replace(/\d{1,2}:\d{2}(\s?[AP]M)?/, '');
      return [...copy.querySelectorAll('.item')].map((item) => (item.textContent ?? '').replace(/\s+/g, ''));
    }, without);
  }
}
