/** Scenarios in which messages wait behind a turn: the phone changes what waits, and the desk shows it. */
import assert from 'node:assert/strict';
import { eventually } from '../../support/wait.ts';
import type { Surface } from '../support/surface.ts';
import type { PageWorld } from './page-world.ts';
import type { PageScenario } from './talk-scenarios.ts';

/** Words of a turn that is stopped before it ends, however slow the machine. */
const endless = 5_000;

export const queueScenarios: readonly PageScenario[] = [
  {
    name: 'second prompt queued',
    async run(world) {
      const since = world.asksSoFar;
      const first = await slowTurn(world, 600);
      const second = await world.send('And then [[text:second]]', 'keys');
      await waits(world, second);
      await world.both((surface) => surface.waitForFate(second, 'received by the computer, queued'));
      assert.deepEqual(world.wishesSince(since, ['slow:600', 'text:second']), ['slow:600']);
      world.model.hurry();
      await world.ends(first);
      await world.ends(second);
      await world.says(first, /^word0 .*word599$/s);
      await world.says(second);
      await waits(world);
      assert.deepEqual(world.wishesSince(since, ['slow:600', 'text:second']), ['slow:600', 'text:second']);
      await world.same(first);
    },
  },
  {
    name: 'queue edited',
    async run(world) {
      const since = world.asksSoFar;
      const first = await slowTurn(world, endless);
      const gone = await world.send('Leave this [[text:gone]]');
      const before = await world.send('Change this [[text:before]]');
      const moved = await world.send('Hurry this [[text:moved]]');
      await waits(world, gone, before, moved);
      await act(world, gone, 'Remove from the queue');
      await waits(world, before, moved);
      await act(world, before, 'Edit');
      const { keyboard } = world.phone.page;
      const editor = world.onPhone.screen.getByRole('textbox', { name: 'Text of the waiting message' });
      await editor.waitFor();
      await keyboard.press('Control+A');
      const after = before.replace('before', 'after');
      await keyboard.type(after);
      await keyboard.press('Control+Enter');
      await waits(world, after, moved);
      await act(world, moved, 'Move up');
      await waits(world, moved, after);
      await world.onPhone.stop.tap();
      await world.ends(first, 'stopped');
      await world.both((surface) => surface.log.getByText('The queue is held since Stop.').waitFor());
      await waits(world, moved, after);
      await world.onPhone.log.getByRole('button', { name: 'Send the queue' }).tap();
      for (const prompt of [moved, after]) {
        await world.ends(prompt);
        await world.says(prompt);
      }
      await waits(world);
      const wishes = [`slow:${String(endless)}`, 'text:gone', 'text:before', 'text:moved', 'text:after'];
      assert.deepEqual(world.wishesSince(since, wishes), [wishes[0], 'text:moved', 'text:after']);
      await world.onPhone.log.getByRole('button', { name: 'Dismiss' }).tap();
      await world.same(first);
    },
  },
  {
    name: 'prompt sent now',
    async run(world) {
      const since = world.asksSoFar;
      const first = await slowTurn(world, endless);
      const later = await world.send('Some time [[text:later]]');
      const now = await world.send('At once [[text:now]]');
      await waits(world, later, now);
      await act(world, now, 'Send now');
      await world.onPhone.log.getByRole('button', { name: 'Stop and send now' }).tap();
      await world.ends(first, 'stopped');
      for (const prompt of [now, later]) {
        await world.ends(prompt);
        await world.says(prompt);
      }
      const wishes = [`slow:${String(endless)}`, 'text:now', 'text:later'];
      assert.deepEqual(world.wishesSince(since, wishes), wishes);
      await world.same(first);
    },
  },
];

/** A turn of so many words that has said some of them on both. */
export async function slowTurn(world: PageWorld, words: number): Promise<string> {
  const prompt = await world.send(`Talk [[slow:${String(words)}]]`);
  await world.both((surface) => surface.waitForWords(5, prompt));
  return prompt;
}

/** Both show just these, in this order. */
async function waits(world: PageWorld, ...prompts: string[]): Promise<void> {
  await world.both((surface) =>
    eventually(
      async () => {
        const texts = await queueOf(surface).locator('li.item .me').allTextContents();
        assert.deepEqual(texts, prompts);
        return true;
      },
      { what: `${surface.name}: ${String(prompts.length)} waiting`, everyMs: 100 },
    ),
  );
}

const queueOf = (surface: Surface) => surface.log.getByRole('region', { name: 'Queue' });

/** Taps what can be done to a waiting message. */
async function act(world: PageWorld, prompt: string, name: string): Promise<void> {
  const button = queueOf(world.onPhone).getByRole('button', { name: `${name}: ${prompt}`, exact: true });
  await button.tap();
}
