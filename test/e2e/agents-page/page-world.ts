/** What a user does on the phone's page, and what phone and desk then show, both looked at the same way. */
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { said } from '../../model/scenarios.ts';
import { killAgent, runsIn } from '../../support/agent-processes.ts';
import { rememberedWith, wishesSince } from '../../support/model-log.ts';
import { eventually } from '../../support/wait.ts';
import { AgentDesk } from '../support/agent-desk.ts';
import { patienceMs } from '../support/agent-world.ts';
import type { Surface } from '../support/surface.ts';

/** The model's text as Markdown shows it. */
const spoken = said.text.replace(/[*`]/g, '');

export class PageWorld extends AgentDesk {
  /** Prompts so far: each carries its number, so that no two are the same words. */
  #prompts = 0;

  /** Looks at both surfaces at once. */
  async both(look: (surface: Surface) => Promise<unknown>): Promise<void> {
    await Promise.all([this.onPhone, this.atDesk].map(look));
  }

  /** A finger on the phone, the mouse at the desk. */
  async press(surface: Surface, what: Locator): Promise<void> {
    await (surface === this.onPhone ? what.tap() : what.click());
  }

  /** Types it into the message; what stood there goes. */
  async type(text: string): Promise<void> {
    await this.onPhone.message.tap();
    await this.phone.page.keyboard.type(text);
    assert.equal(await this.onPhone.message.inputValue(), text);
  }

  /** Types a prompt and sends it by a tap or by the keyboard. Returns it as both surfaces show it. */
  async send(text: string, by: 'tap' | 'keys' = 'tap'): Promise<string> {
    const prompt = `(${++this.#prompts}) ${text}`;
    await this.type(prompt);
    await this.sendTyped(by);
    return prompt;
  }

  async sendTyped(by: 'tap' | 'keys' = 'tap'): Promise<void> {
    if (by === 'tap') await this.onPhone.screen.getByRole('button', { name: 'Send', exact: true }).tap();
    else await this.phone.page.keyboard.press('Control+Enter');
    assert.equal(await this.onPhone.message.inputValue(), '');
  }

  async ends(prompt: string, fate = 'done'): Promise<void> {
    await this.both((surface) => surface.waitForFate(prompt, fate));
  }

  /** Both show an answer like this. */
  async says(prompt: string, text: string | RegExp = spoken): Promise<void> {
    const fits = (answer: string) => (typeof text === 'string' ? answer === text : text.test(answer));
    await this.both((surface) =>
      eventually(async () => fits(await surface.answer(prompt)), {
        what: `${surface.name}: ${String(text)} after ${prompt}`,
        timeoutMs: patienceMs,
        everyMs: 100,
      }),
    );
  }

  /** A turn as if nothing had been before. */
  async usable(): Promise<void> {
    const prompt = await this.send('Still there? [[text]]');
    await this.ends(prompt);
    await this.says(prompt);
  }

  /** The question is on both surfaces, where `look` finds what is asked. */
  async asked(look: (card: Locator) => Promise<unknown> = () => Promise.resolve()): Promise<void> {
    await this.both(async ({ card }) => {
      await card.waitFor({ timeout: patienceMs });
      await look(card);
    });
  }

  /** The phone answers by an option of this kind, and both know who did. */
  async answers(prompt: string, kind: 'allow_once' | 'reject_once'): Promise<void> {
    await this.onPhone.card.locator(`[data-kind=${kind}]`).first().tap();
    const by = `${kind === 'allow_once' ? 'Allowed' : 'Rejected'} by ${this.phoneName}`;
    await this.closed(prompt, by);
  }

  async closed(prompt: string, by: string | RegExp): Promise<void> {
    await this.both(async (surface) => {
      await surface.card.waitFor({ state: 'detached', timeout: patienceMs });
      await surface.below(prompt).locator('.asked-row').getByText(by).first().waitFor();
    });
  }

  /** The one call of this turn, in this state on both; `look` looks at it. */
  async call(
    prompt: string,
    state: string,
    look: (tool: Locator, surface: Surface) => Promise<unknown> = () => Promise.resolve(),
  ): Promise<void> {
    await this.both(async (surface) => {
      const tool = surface.below(prompt).locator('section.tool');
      await tool.locator('.head .state').getByText(state).waitFor({ timeout: patienceMs });
      assert.equal(await tool.count(), 1, `calls at ${surface.name}`);
      await look(tool, surface);
    });
  }

  /** From this prompt on both show the same, but for the names of who reads, and files that only the desk opens. */
  async same(prompt: string): Promise<void> {
    const from = prompt.replace(/\s+/g, '');
    const shown = async (surface: Surface): Promise<string[]> => {
      const items = await surface.drawn('.places');
      const at = items.findLastIndex((item) => item.includes(from));
      assert.ok(at >= 0, `${surface.name} shows ${prompt}`);
      const who = `from${this.phoneName.replace(/\s+/g, '')}·`;
      return items.slice(at).map((item) => item.replace(who, ''));
    };
    let seen: string[][] = [];
    await eventually(
      async () => {
        seen = await Promise.all([this.onPhone, this.atDesk].map(shown));
        return JSON.stringify(seen[0]) === JSON.stringify(seen[1]);
      },
      { what: 'the same on both', everyMs: 100 },
    ).catch((error: unknown) => {
      assert.deepEqual(seen[1], seen[0]);
      throw error;
    });
  }

  /** How often the scripted model was asked so far. */
  get asksSoFar(): number {
    return this.model.requests().length;
  }

  wishesSince(since: number, own: readonly string[]): string[] {
    return wishesSince(this.model, since, own);
  }

  remembered(since: number, wish: string): string[] {
    return rememberedWith(this.model, since, wish);
  }

  /** Whether a program of this command line runs that began in the workspace. */
  runs(command: string): boolean {
    return runsIn(this.workspace, command);
  }

  killAgent(): void {
    killAgent(this.machine);
  }
}
