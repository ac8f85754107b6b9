/** Whatever happens in a session, and whenever its host is killed: no prompt is lost, doubled or out of order. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { systemClock } from '../../../src/base/clock.ts';
import { OffdeskError } from '../../../src/base/error.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { Origin } from '../../../src/protocol/facts.ts';
import type { Fate } from '../../../src/session/journal.ts';
import { MemoryJournal } from '../../../src/session/memory-journal.ts';
import { Session } from '../../../src/session/session.ts';
import { emptyTranscript, applyFacts } from '../../../src/transcript/fold.ts';
import { FakeAgent } from '../../support/fake-agent.ts';
import { eventually } from '../../support/wait.ts';

const desk: Origin = { kind: 'desk' };
const permission = { options: [{ optionId: 'yes', name: 'Yes', kind: 'allow_once' }] };
const ended: (Fate | undefined)[] = ['done', 'cancelled', 'failed', 'interrupted', 'removed'];

type Step =
  | { do: 'prompt' | 'repeat' | 'remove'; which: number }
  | { do: 'end' | 'say' | 'ask' | 'answer' | 'stop' | 'resume' | 'kill' | 'suspend' | 'crash' };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('prompt', 'prompt', 'repeat', 'remove'), which: fc.nat(9) }),
  fc.record({
    do: fc.constantFrom('end', 'end', 'say', 'ask', 'answer', 'stop', 'resume', 'kill', 'suspend', 'crash'),
  }),
) as fc.Arbitrary<Step>;

/** Lets everything happen that is about to. */
const settled = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

class World {
  journal = new MemoryJournal('e1');
  agent = new FakeAgent();
  session: Session;
  /** All prompts that reached an agent, in order. */
  readonly reached: string[] = [];
  readonly sent: string[] = [];
  #questions = 0;

  constructor() {
    this.session = new Session(this.#options());
  }

  #options() {
    const { agent, journal } = this;
    return {
      ...{ id: 's1', cwd: '/work', title: 'test', agentName: 'Fake', demo: false },
      ...{ agent, journal, clock: systemClock, log: silentLog },
    };
  }

  async restore(clean: boolean): Promise<void> {
    if (clean) await this.session.suspend();
    this.reached.push(...this.agent.prompts);
    const copy = new MemoryJournal('e1');
    for (const { seq: _, ...fact } of await this.journal.read(0, 1e9)) copy.append(fact);
    this.journal = copy;
    this.agent = new FakeAgent();
    this.session = await Session.restore(this.#options());
  }

  prompt(id: string): void {
    this.session.prompt(id, [{ type: 'text', text: id }], desk).catch(() => {});
  }

  async take(step: Step): Promise<void> {
    const { agent, session } = this;
    switch (step.do) {
      case 'prompt': {
        const id = `prompt-${this.sent.length}`;
        this.sent.push(id);
        this.prompt(id);
        break;
      }
      case 'repeat':
        if (this.sent[step.which] !== undefined) this.prompt(this.sent[step.which]!);
        break;
      case 'remove':
        await session.queue
          .remove(this.sent[step.which] ?? 'none', desk, `change-${step.which}`)
          .catch(() => {});
        break;
      case 'end':
        agent.turn?.end('end_turn');
        break;
      case 'say':
        if (agent.turn) agent.say('word ');
        break;
      case 'ask':
        if (agent.turn) void agent.sink!.ask('permission', permission, new AbortController().signal);
        break;
      case 'answer': {
        const id = session.openQuestionList[0]?.id;
        const answer = { outcome: 'selected', optionId: 'yes' } as const;
        if (id !== undefined) await session.answer(id, `answer-${this.#questions++}`, answer, desk);
        break;
      }
      case 'stop':
        await session.cancel(desk);
        agent.turn?.end('cancelled');
        break;
      case 'resume':
        await session.queue.resume(desk);
        break;
      case 'kill':
      case 'suspend':
        await this.restore(step.do === 'suspend');
        break;
      case 'crash': {
        const { turn } = agent;
        if (!turn) break;
        const gone = new OffdeskError('agent_exited', 'It ended.', '');
        turn.fail(gone);
        agent.sink!.exited(gone);
      }
    }
    await settled();
  }

  /** Lets the queue go on to its end. */
  async finish(): Promise<void> {
    await eventually(
      async () => {
        await this.session.queue.resume(desk);
        this.agent.turn?.end('end_turn');
        const fates = await Promise.all(this.sent.map((id) => this.journal.fate(id)));
        return fates.every((fate) => ended.includes(fate));
      },
      { what: 'all prompts to end' },
    );
    this.reached.push(...this.agent.prompts);
  }
}

describe('a session that is killed at any moment', () => {
  it('B1, B2, B3, P1: each prompt ends, reached an agent at most once, in order; nothing stays open', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const world = new World();
        for (const step of steps) await world.take(step);
        await world.restore(false);
        await world.finish();
        assert.deepEqual(world.reached, [...new Set(world.reached)], 'at most once');
        const inOrder = world.sent.filter((id) => world.reached.includes(id));
        assert.deepEqual(world.reached, inOrder, 'in order');
        const facts = await world.journal.read(0, 1e9);
        const { items } = applyFacts(emptyTranscript(), facts);
        const open = items.filter(
          (item) =>
            (item.kind === 'question' && item.state.kind === 'open') ||
            (item.kind === 'prompt' && (item.state === 'received' || item.state === 'running')),
        );
        assert.deepEqual(open, []);
        assert.equal(world.session.openQuestionList.length, 0);
        const starts = facts.flatMap(({ event }) => (event?.type === 'turn_started' ? [event.id] : []));
        const ends = facts.flatMap(({ event }) => (event?.type === 'turn_ended' ? [event.id] : []));
        assert.deepEqual(
          ends.filter((id) => starts.includes(id)),
          starts,
          'turns begin and end one by one',
        );
      }),
      { numRuns: 150 },
    );
  }).timeout(60_000);
});
