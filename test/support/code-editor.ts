/** A text editor of the workbench: a file is opened as a user does it, typed into, and read as it is drawn. */
import type { Locator } from 'playwright-core';
import { eventually } from './wait.ts';
import type { Workbench } from './workbench.ts';

export class CodeEditor {
  readonly #workbench: Workbench;
  readonly #name: string;

  private constructor(workbench: Workbench, name: string) {
    this.#workbench = workbench;
    this.#name = name;
  }

  /** By its name in the workspace; in a tab that stays. */
  static async open(workbench: Workbench, name: string): Promise<CodeEditor> {
    const { page } = workbench;
    await page.keyboard.press('Control+P');
    await page.getByPlaceholder(/^Search files by name/).fill(name);
    await page.locator('.quick-input-list').getByText(name).first().waitFor();
    await page.keyboard.press('Enter');
    const editor = new CodeEditor(workbench, name);
    await editor.#tab.dblclick();
    await editor.#lines.first().waitFor();
    return editor;
  }

  get #tab(): Locator {
    return this.#workbench.page.locator('.tabs-container .tab').filter({ hasText: this.#name });
  }

  get #lines(): Locator {
    return this.#workbench.page.locator('.editor-instance .monaco-editor .view-line');
  }

  /** Types at the end of the file. */
  async type(text: string): Promise<void> {
    const { page } = this.#workbench;
    await this.#tab.click();
    await this.#lines.first().click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type(text);
    await this.shows(text.trim());
  }

  async press(keys: string): Promise<void> {
    await this.#lines.first().click();
    await this.#workbench.page.keyboard.press(keys);
  }

  /** What is drawn of it, line by line. */
  async text(): Promise<string> {
    // They stand in the order in which they were drawn first.
    const lines = await this.#lines.evaluateAll((all) =>
      all
        .map((line) => ({ top: line.getBoundingClientRect().top, text: line.textContent ?? '' }))
        .sort((one, other) => one.top - other.top)
        .map(({ text }) => text),
    );
    return lines.map((line) => line.replaceAll('\u00a0', ' ')).join('\n');
  }

  async shows(text: string): Promise<void> {
    await eventually(async () => (await this.text()).includes(text), { what: `the editor to show ${text}` });
  }

  /** It has something that is not saved, or nothing. */
  async isDirty(dirty: boolean): Promise<void> {
    const marked = async () => /\bdirty\b/.test((await this.#tab.getAttribute('class')) ?? '');
    await eventually(async () => (await marked()) === dirty, {
      what: `${this.#name} ${dirty ? 'not to be saved' : 'to be saved'}`,
    });
  }
}
