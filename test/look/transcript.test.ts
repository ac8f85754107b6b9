/** The transcript in a real browser: whatever an agent sends is readable and does nothing. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Fact } from '../../src/protocol/facts.ts';
import { alive } from './alive.ts';
import { eventually } from '../support/wait.ts';
import { Script } from './facts.script.ts';
import { lookAt } from './screens.sights.ts';
import { wild } from './wild.ts';

/** `OFFDESK_TEST_WILD` takes more of them, or others. */
const seeds = (process.env.OFFDESK_TEST_WILD ?? '1 2').split(' ').map(Number);
const updates = 120;

const surfaces = { phone: 'phone-empty-demo', desk: 'desk-devices' } as const;

describe('the transcript in a browser', function () {
  this.timeout(120_000);
  const looking = lookAt();

  /** An open conversation without anything in it; `errors` fills with what the page complains of. */
  async function empty(surface: keyof typeof surfaces): Promise<{ page: Page; errors: string[] }> {
    const context = await looking.browser.newContext({
      viewport: { width: 360, height: 740 },
      locale: 'en-GB',
    });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
    page.on('console', (message) => {
      // A picture that cannot be decoded is none of ours.
      if (message.type() === 'error' && !message.text().includes('data:image')) errors.push(message.text());
    });
    page.on('popup', (popup) => errors.push(`a window opened: ${popup.url()}`));
    page.on('dialog', (dialog) => errors.push(`a dialog: ${dialog.message()}`));
    await page.goto(looking.scenes.address(surfaces[surface], surface === 'desk' ? 'light' : ''));
    await page.locator('.scroller').waitFor();
    return { page, errors };
  }

  /** They come as if the host had just sent them. */
  const feed = (page: Page, facts: readonly Fact[]) =>
    page.evaluate((all) => {
      const { more } = window as unknown as { more(fact: unknown): void };
      for (const fact of all) more(fact);
    }, facts);

  const last = 'That was all of it.';
  const settled = (page: Page) => page.locator('.item', { hasText: last }).last().waitFor();

  for (const surface of ['phone', 'desk'] as const)
    for (const seed of seeds)
      it(`C12: every update and question, mutated and hostile (${seed}), is readable and does nothing on the ${surface}`, async () => {
        const { page, errors } = await empty(surface);
        try {
          const facts = wild(updates, seed);
          const end = new Script();
          end.facts.push(...facts);
          end.update({ sessionUpdate: 'notice', title: last });
          for (let at = 0; at < end.facts.length; at += 20) await feed(page, end.facts.slice(at, at + 20));
          await settled(page);
          await openAll(page);
          assert.deepEqual(errors, []);
          assert.deepEqual(await alive(page), []);
        } finally {
          await page.context().close();
        }
      });

  it('C12: a link opens beside the page, and what is wide scrolls by keyboard', async () => {
    const { page } = await empty('phone');
    try {
      const wide = '```\na = 1;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n3. three';
      await feed(page, begun().say(`See [the notes](https://example.org/notes).\n\n${wide}`).facts);
      const link = page.getByRole('link', { name: 'the notes' });
      assert.equal(await link.getAttribute('target'), '_blank');
      assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
      assert.equal(await page.locator('.md pre[tabindex="0"]').count(), 1);
      assert.equal(await page.locator('.md .scroll[tabindex="0"]').count(), 1);
      assert.equal(await page.locator('.md ol').getAttribute('start'), '3');
    } finally {
      await page.context().close();
    }
  });

  it('C20: what a subagent does stands under the call that started it', async () => {
    const { page } = await empty('phone');
    try {
      const sub = { _meta: { claudeCode: { toolName: 'Read', parentToolUseId: 'task' } } };
      const script = begun()
        .update({
          sessionUpdate: 'tool_call',
          toolCallId: 'task',
          title: 'Find all callers',
          status: 'in_progress',
        })
        .update({
          sessionUpdate: 'tool_call',
          toolCallId: 's1',
          title: 'Read billing.ts',
          status: 'completed',
          ...sub,
        })
        .update({
          sessionUpdate: 'agent_message_chunk',
          content: { type: 'text', text: 'Two callers.' },
          ...sub,
        })
        .say('Done.');
      await feed(page, script.facts);
      const steps = page.getByRole('button', { name: 'Subagent at work, 2 steps: Read billing.ts' });
      await steps.click();
      const task = page.locator('.item', { hasText: 'Find all callers' });
      await task.getByText('Two callers.').waitFor();
      assert.equal(await page.locator('[data-item="t:s1"]').count(), 0);
    } finally {
      await page.context().close();
    }
  });

  it('C12: a file opens at the desk, and on the phone it is its path alone', async () => {
    const facts = begun().update({
      ...{ sessionUpdate: 'tool_call', toolCallId: 'r', title: 'Read', kind: 'read', status: 'completed' },
      locations: [{ path: '/work/api-gateway/src/a.ts', line: 7 }],
    }).facts;
    const phone = await empty('phone');
    await feed(phone.page, facts);
    await phone.page.getByText('src/a.ts:7').waitFor();
    assert.equal(await phone.page.getByRole('button', { name: /^Open/ }).count(), 0);
    await phone.page.context().close();
    const { page } = await empty('desk');
    await feed(page, facts);
    await page.getByRole('button', { name: 'Open src/a.ts:7' }).click();
    await eventually(
      async () =>
        (await page.evaluate('JSON.stringify(window.opened)')) ===
        '{"path":"/work/api-gateway/src/a.ts","line":7}',
      { what: 'the file to be opened' },
    );
    await page.context().close();
  });
});

const begun = () =>
  new Script()
    .event({ type: 'agent_state', state: 'ready' }, { kind: 'host' })
    .prompt('the-prompt', 'Go', { kind: 'desk' })
    .event({ type: 'turn_started', id: 'the-prompt' }, { kind: 'desk' });

/** Unfolds everything that can be unfolded. */
async function openAll(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let turn = 0; turn < 4; turn++) {
      for (const details of document.querySelectorAll('.items details'))
        (details as HTMLDetailsElement).open = true;
      for (const button of document.querySelectorAll<HTMLElement>('.items button.more[aria-expanded=false]'))
        button.click();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
}
