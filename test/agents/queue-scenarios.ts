/** Scenarios in which prompts wait behind a turn: one at a time reaches the agent, whatever it would do with two. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { methods } from '../../src/protocol/methods.ts';
import { said } from '../model/scenarios.ts';
import { wishesSince } from '../support/model-log.ts';
import { eventually } from '../support/wait.ts';
import { patienceMs, type AgentWorld, type Asking } from './agent-world.ts';
import type { Scenario } from './scenarios.ts';

export const queueScenarios: readonly Scenario[] = [
  {
    name: 'second prompt queued',
    async run(world) {
      const asked = world.asked;
      const first = await slowTurn(world, 560);
      const second = world.ask('Please run [[text:second]]');
      await waits(world, second);
      assert.deepEqual(wishesSince(world.model, asked, ['slow:560', 'text:second']), ['slow:560']);
      world.hurry();
      const one = await first.ended;
      const two = await second.ended;
      assert.deepEqual([one.prompt.state, two.prompt.state], ['done', 'done']);
      assert.match(one.text, /word0 .*word559\s*$/s);
      assert.equal(two.text, said.text);
    },
  },
  {
    name: 'queue edited',
    async run(world) {
      const asked = world.asked;
      const first = await slowTurn(world, 580);
      const gone = world.ask('Please run [[text:gone]]');
      const changed = world.ask('Please run [[text:before]]');
      const moved = world.ask('Please run [[text:moved]]');
      for (const one of [gone, changed, moved]) await waits(world, one);
      const { sessionId } = world;
      const change = () => ({ sessionId, change: randomUUID() });
      await world.probe.request(methods.queueEdit, {
        ...{ ...change(), id: changed.id, prompt: [{ type: 'text', text: 'Please run [[text:after]]' }] },
      });
      await world.probe.request(methods.queueRemove, { ...change(), id: gone.id });
      await world.probe.request(methods.queueMove, { ...change(), id: moved.id, before: changed.id });
      world.hurry();
      assert.equal((await first.ended).prompt.state, 'done');
      assert.deepEqual([(await moved.ended).text, (await changed.ended).text], [said.text, said.text]);
      assert.deepEqual(
        wishesSince(world.model, asked, ['slow:580', 'text:gone', 'text:before', 'text:moved', 'text:after']),
        ['slow:580', 'text:moved', 'text:after'],
      );
    },
  },
  {
    name: 'prompt sent now',
    async run(world) {
      const asked = world.asked;
      const first = await slowTurn(world, 600);
      const later = world.ask('Please run [[text:later]]');
      const now = world.ask('Please run [[text:now]]');
      for (const one of [later, now]) await waits(world, one);
      const { sessionId } = world;
      await world.probe.request(methods.queueNow, { sessionId, id: now.id, change: randomUUID() });
      const cut = await first.ended;
      assert.equal(cut.prompt.state, 'cancelled');
      assert.ok(!cut.text.includes('word599'));
      assert.equal((await now.ended).text, said.text);
      assert.equal((await later.ended).text, said.text);
      assert.deepEqual(wishesSince(world.model, asked, ['slow:600', 'text:later', 'text:now']), [
        'slow:600',
        'text:now',
        'text:later',
      ]);
    },
  },
];

/** A turn of so many words that has said some of them; enough to still talk when a slow machine has done the next. */
export async function slowTurn(world: AgentWorld, words: number): Promise<Asking> {
  const asking = world.ask(`Please run [[slow:${String(words)}]]`);
  await eventually(() => world.soFar(asking.id).text.includes('word5 '), {
    what: 'some words',
    timeoutMs: patienceMs,
  });
  return asking;
}

async function waits(world: AgentWorld, { id }: Asking): Promise<void> {
  await eventually(() => world.transcript.queue.some(({ promptId }) => promptId === id), {
    what: 'the prompt to wait',
  });
}
