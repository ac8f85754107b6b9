/** A user without a pointer: goes from one thing to the next by Tab, and presses keys there. */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { eventually } from '../support/wait.ts';

/** More than a page has to stop at: then the focus never comes there. */
const mostSteps = 200;

export class Keys {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Forwards, and round the page if need be. What has the focus must show it. */
  async to(target: Locator): Promise<void> {
    await target.first().waitFor();
    const focused = target.and(this.page.locator(':focus'));
    for (let step = 0; (await focused.count()) === 0; step++) {
      assert.ok(step < mostSteps, `the focus never comes to ${target}`);
      await this.page.keyboard.press('Tab');
    }
    const shows = await focused.first().evaluate((element) => {
      for (let box: Element | null = element; box; box = box.parentElement) {
        const { outlineStyle, outlineWidth } = getComputedStyle(box);
        if (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) return true;
      }
      return false;
    });
    assert.ok(shows, `nothing shows that ${target} has the focus`);
  }

  async toButton(name: string | RegExp): Promise<void> {
    await this.to(this.page.getByRole('button', { name, exact: typeof name === 'string' }));
  }

  /** The focus comes there by itself. */
  async isOn(target: Locator): Promise<void> {
    const focused = target.and(this.page.locator(':focus'));
    await eventually(async () => (await focused.count()) > 0, { what: `the focus on ${target}` });
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /** A button, by Tab and Enter. */
  async use(name: string | RegExp): Promise<void> {
    await this.toButton(name);
    await this.press('Enter');
  }
}
