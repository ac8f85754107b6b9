/** What races in a session: Stop, the end, and the agent's own end, at every moment of a start or a turn. */
import assert from 'node:assert/strict';
import { systemClock } from '../../../src/base/clock.ts';
import { OffdeskError } from '../../../src/base/error.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { Fact, Origin } from '../../../src/protocol/facts.ts';
import type { AgentOffers, AgentSink } from '../../../src/session/agent-port.ts';
import { MemoryJournal } from '../../../src/session/memory-journal.ts';
import { Session } from '../../../src/session/session.ts';
import { FakeAgent } from '../../support/fake-agent.ts';
import { eventually, within } from '../../support/wait.ts';

const desk: Origin = { kind: 'desk' };
const words = (text: string) => [{ type: 'text', text }];
const permission = {
  toolCall: { toolCallId: 'c1', title: 'Run ls' },
  options: [{ optionId: 'yes', name: 'Yes', kind: 'allow_once' }],
};

/** Starts only when the test lets it. */
class SlowAgent extends FakeAgent {
  #held: (() => void)[] = [];

  override async start(sink: AgentSink): Promise<AgentOffers> {
    this.starts++;
    this.sink = sink;
    await new Promise<void>((resolve) => this.#held.push(resolve));
    return { modes: null, configOptions: null, promptCapabilities: null, session: 'a', kept: false };
  }

  letStart(): void {
    for (const go of this.#held.splice(0)) go();
  }
}

function setup<A extends FakeAgent>(agent: A) {
  const journal = new MemoryJournal('e1');
  const facts: Fact[] = [];
  journal.onAppend((fact) => facts.push(fact));
  const session = new Session({
    ...{ id: 's1', cwd: '/work', title: 'test', agentName: 'Fake', demo: false },
    ...{ agent, journal, clock: systemClock, log: silentLog },
  });
  return { agent, session, facts, journal };
}

describe('session', () => {
  it('P4: Stop while the agent is still starting: the prompt never reaches it', async () => {
    const { agent, session } = setup(new SlowAgent());
    const end = session.prompt('prompt-01', words('one'), desk);
    await eventually(() => agent.starts === 1, { what: 'the start' });
    await session.cancel(desk);
    agent.letStart();
    assert.equal((await within(end, 25_000, 'the end of the turn')).outcome, 'cancelled');
    assert.deepEqual(agent.prompts, []);
  });

  it('P4: a question that comes after Stop is answered cancelled, not left open', async () => {
    const { agent, session, facts } = setup(new FakeAgent());
    const end = session.prompt('prompt-01', words('one'), desk);
    const turn = await agent.nextTurn();
    await session.cancel(desk);
    const ask = (kind: 'permission' | 'elicitation') =>
      within(agent.sink!.ask(kind, permission, new AbortController().signal), 25_000, 'an answer');
    assert.deepEqual(await ask('permission'), { outcome: 'cancelled' });
    assert.deepEqual(await ask('elicitation'), { action: 'cancel' });
    assert.equal(session.openQuestionList.length, 0);
    const types = facts.map((fact) => fact.event?.type).filter((type) => type?.startsWith('question'));
    assert.deepEqual(types, ['question_opened', 'question_closed', 'question_opened', 'question_closed']);
    turn.end('cancelled');
    assert.equal((await end).outcome, 'cancelled');
    // The next turn's questions wait again.
    const next = session.prompt('prompt-02', words('two'), desk);
    const second = await agent.nextTurn();
    const asked = agent.sink!.ask('permission', permission, new AbortController().signal);
    assert.equal(session.openQuestionList.length, 1);
    await session.answer('q3', 'answer-1', { outcome: 'selected', optionId: 'yes' }, desk);
    assert.deepEqual(await asked, { outcome: 'selected', optionId: 'yes' });
    second.end('end_turn');
    await next;
  });

  it('H2: a session that ended starts no agent, whatever asked for one', async () => {
    const { agent, session, journal } = setup(new FakeAgent());
    // The turn has begun and has not yet got as far as the agent.
    journal.onAppend(({ event }) => event?.type === 'turn_started' && void session.close());
    const prompt = session.prompt('prompt-01', words('one'), desk);
    assert.equal((await within(prompt, 25_000, 'the prompt to end')).outcome, 'interrupted');
    await assert.rejects(session.setMode('plan', desk), { code: 'closed' });
    await assert.rejects(session.startAgent(), { code: 'closed' });
    assert.equal(agent.starts, 0);
  });

  it('P5: an agent that ends just as it started is not taken for a running one', async () => {
    const { agent, session } = setup(new SlowAgent());
    const gone = new OffdeskError('agent_exited', 'It ended.', 'Send again.');
    const first = session.prompt('prompt-01', words('one'), desk);
    await eventually(() => agent.starts === 1, { what: 'the start' });
    agent.letStart();
    agent.sink!.exited(gone);
    assert.equal((await within(first, 25_000, 'the first prompt')).outcome, 'interrupted');
    assert.equal(session.agentState.state, 'exited');
    const second = session.prompt('prompt-02', words('two'), desk);
    await eventually(() => agent.starts === 2, { what: 'another start' });
    agent.letStart();
    (await agent.nextTurn()).end('end_turn');
    assert.equal((await second).outcome, 'done');
  });
});
