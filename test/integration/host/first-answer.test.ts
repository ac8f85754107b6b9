/** Two phones and the desk answer the same question at once, a thousand times, over real channels and a real relay. */
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import type { Fact } from '../../../src/protocol/facts.ts';
import { methods, type AnswerResult } from '../../../src/protocol/methods.ts';
import { applyFacts, emptyTranscript } from '../../../src/transcript/fold.ts';
import { ProbeClient } from '../../support/probe-client.ts';
import { TestDevice } from '../../support/test-device.ts';
import { testHost } from '../../support/test-host.ts';
import { transportPair } from '../../support/transport-pair.ts';
import { eventually } from '../../support/wait.ts';

const questions = 1_000;
/** One in so many is answered by one of them in turn before the others press. */
const ownEvery = 50;
const agent = {
  kind: 'command' as const,
  command: process.execPath,
  args: [resolve('test/integration/host/asking-agent.mjs')],
};

describe('the first answer', function () {
  this.timeout(120_000);

  it('C17, Q1: wins, a thousand times, everywhere, and no question stays open', async () => {
    const test = await testHost({ agent });
    const devices: TestDevice[] = [];
    try {
      await test.host.start();
      const surfaces = new Map<string, ProbeClient>();
      for (const name of ['one', 'two']) {
        if (!test.host.status.invite) await test.host.createInvite();
        const invite = await eventually(() => test.host.status.invite, { what: 'an invite' });
        const device = new TestDevice();
        devices.push(device);
        const paired = device.pair(invite.url, { name });
        const request = await eventually(() => test.host.status.pairings[0], { what: 'the request' });
        await test.host.decidePairing(request.id, true);
        await paired;
        surfaces.set(name, await device.connect());
      }
      const [near, far] = transportPair();
      test.host.connectDesk(far);
      const desk = new ProbeClient(near);
      await desk.initialize();
      surfaces.set('desk', desk);
      const session = (await eventually(() => test.host.status.session, { what: 'a session' })).id;
      for (const probe of surfaces.values()) await probe.resume(session, { tail: 50 });

      const results: Promise<[string, string, AnswerResult]>[] = [];
      const seen = new Map<string, number>();
      const answer = (name: string, question: string, wait: Promise<unknown>) => {
        const send = () =>
          surfaces.get(name)!.request<AnswerResult>(methods.answer, {
            ...{ sessionId: session, id: `${name}-${question}`, question },
            answer: { outcome: 'selected', optionId: name },
          });
        const answered = wait.then(send);
        results.push(answered.then((result) => [question, name, result]));
        return answered;
      };
      const names = [...surfaces.keys()];
      const soon = () => new Promise((go) => setTimeout(go, Math.random() * 6));
      let asked = 0;
      // All have the question in front of them, and press within the time that a message takes.
      const heard = ({ event }: Fact) => {
        if (event?.type !== 'question_opened') return;
        const count = (seen.get(event.id) ?? 0) + 1;
        seen.set(event.id, count);
        if (count < surfaces.size) return;
        const round = asked++ / ownEvery;
        if (!Number.isInteger(round)) return names.forEach((name) => void answer(name, event.id, soon()));
        // On a busy machine the desk, with no network between, would be first nearly always.
        const own = names[round % names.length]!;
        const first = answer(own, event.id, Promise.resolve());
        for (const name of names) if (name !== own) void answer(name, event.id, first);
      };
      for (const probe of surfaces.values()) {
        const { facts } = probe;
        const push = facts.push.bind(facts);
        facts.push = (...more) => {
          more.forEach(heard);
          return push(...more);
        };
      }

      const turn = surfaces.get('one')!.prompt(session, 'prompt-01', `ask ${questions}`);
      assert.equal((await turn).stopReason, 'end_turn');
      const all = await Promise.all(results);
      assert.equal(all.length, 3 * questions);

      const winners = new Map<string, string>();
      for (const [question, name, { result }] of all) {
        if (result !== 'applied') continue;
        assert.ok(!winners.has(question), `${question} was applied twice`);
        winners.set(question, name);
      }
      assert.equal(winners.size, questions);
      const shown = (name: string) => (name === 'desk' ? 'the desk' : name);
      for (const [question, , result] of all) {
        if (result.result === 'alreadyAnswered') assert.equal(result.by, shown(winners.get(question)!));
      }
      const wins = [...surfaces.keys()].map(
        (name) => [...winners.values()].filter((one) => one === name).length,
      );
      assert.ok(
        wins.every((count) => count > 0),
        `each was first now and then: ${wins.join(', ')}`,
      );

      const head = Math.max(...[...surfaces.values()].map(({ facts }) => facts.at(-1)?.seq ?? 0));
      for (const [name, probe] of surfaces) {
        await eventually(() => (probe.facts.at(-1)?.seq ?? 0) >= head, { what: `all facts at ${name}` });
        const transcript = applyFacts(emptyTranscript(), probe.facts);
        assert.deepEqual(transcript.questions, [], name);
        const cards = transcript.items.filter((item) => item.kind === 'question');
        assert.equal(cards.length, questions);
        for (const { questionId, state } of cards) {
          assert.ok(state.kind === 'answered', questionId);
          assert.equal(state.by.name ?? state.by.kind, winners.get(questionId), `${name} on ${questionId}`);
        }
        // What reached the agent, by its own words.
        const texts = transcript.items.flatMap((item) => (item.kind === 'message' ? [item.text] : []));
        const got = texts
          .join('')
          .trim()
          .split(' ')
          .map((word) => word.split('='));
        assert.equal(got.length, questions);
        const titles = new Map(cards.map(({ questionId, request }) => [numberOf(request), questionId]));
        for (const [number, option] of got) assert.equal(option, winners.get(titles.get(number!)!));
      }
      assert.deepEqual(test.host.status.questions, []);
      assert.notEqual(test.host.status.session, null);
    } finally {
      for (const device of devices) device.dispose();
      await test.host.stop();
    }
  });
});

function numberOf(request: Record<string, unknown> | null): string {
  return String((request?.['toolCall'] as { title: string }).title.split(' ')[1]);
}
