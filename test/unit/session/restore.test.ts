/** Sessions that come back: what a host that ended, cleanly or not, left behind is gone on with. */
import assert from 'node:assert/strict';
import { systemClock } from '../../../src/base/clock.ts';
import { OffdeskError } from '../../../src/base/error.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { Fact, Origin } from '../../../src/protocol/facts.ts';
import type { NewFact } from '../../../src/session/journal.ts';
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

/** Its disk can be full. */
class FullJournal extends MemoryJournal {
  full = false;

  override appendSafely(fact: NewFact): Fact {
    if (this.full) throw new OffdeskError('storage_failed', 'The disk is full.', 'Make room.');
    return super.appendSafely(fact);
  }

  override sync(): Promise<void> {
    if (this.full) return Promise.reject(new OffdeskError('storage_failed', 'The disk is full.', ''));
    return super.sync();
  }
}

/** Time passes at once. */
const hasty = { ...systemClock, after: (_ms: number, call: () => void) => systemClock.after(1, call) };

function options<A extends FakeAgent, J extends MemoryJournal>(agent: A, journal: J) {
  return {
    ...{ id: 's1', cwd: '/work', title: 'test', agentName: 'Fake', demo: false },
    ...{ agent, journal, clock: hasty, log: silentLog },
  };
}

/** What is on the disk of a host that is killed now. */
async function copyOf(journal: MemoryJournal): Promise<MemoryJournal> {
  const copy = new MemoryJournal(journal.epoch);
  for (const { seq: _, ...fact } of await journal.read(0, Number.MAX_SAFE_INTEGER)) copy.append(fact);
  return copy;
}

async function killAndRestore(journal: MemoryJournal, agent = new FakeAgent()) {
  const copy = await copyOf(journal);
  const head = copy.head;
  const session = await Session.restore(options(agent, copy));
  const since = () => copy.read(head, Number.MAX_SAFE_INTEGER);
  const events = async () => (await since()).flatMap(({ event }) => (event ? [event] : []));
  return { session, agent, journal: copy, since, events };
}

const seen = (journal: MemoryJournal, type: string) =>
  eventually(
    async () => (await journal.read(0, Number.MAX_SAFE_INTEGER)).some(({ event }) => event?.type === type),
    { what: type },
  );

/** A session whose first prompt, `prompt-01`, is done. */
async function afterOneTurn() {
  const agent = new FakeAgent();
  const journal = new MemoryJournal('e1');
  const session = new Session(options(agent, journal));
  const first = session.prompt('prompt-01', words('one'), desk);
  (await agent.nextTurn()).end('end_turn');
  await first;
  return { agent, journal, session };
}

describe('a session that comes back', () => {
  it('B1: killed in a turn: the turn is interrupted, its question withdrawn, its tool call closed', async () => {
    const agent = new FakeAgent();
    const journal = new MemoryJournal('e1');
    const session = new Session(options(agent, journal));
    void session.prompt('prompt-01', words('one'), desk);
    await agent.nextTurn();
    agent.sink!.update({ sessionUpdate: 'tool_call', toolCallId: 't1', title: 'ls', status: 'pending' });
    agent.say('half a ');
    void agent.sink!.ask('permission', permission, new AbortController().signal);
    await seen(journal, 'question_opened');
    const back = await killAndRestore(journal);
    const events = await back.events();
    assert.deepEqual(
      events.map(({ type }) => type),
      ['question_closed', 'turn_ended', 'agent_state'],
    );
    assert.ok(events[0]?.type === 'question_closed' && 'outcome' in events[0].answer);
    assert.equal(events[0].answer.outcome, 'withdrawn');
    assert.ok(events[1]?.type === 'turn_ended' && events[1].outcome === 'interrupted' && events[1].message);
    const updates = (await back.since()).map(({ update }) => update);
    assert.ok(updates.some(({ toolCallId, status }) => toolCallId === 't1' && status === 'failed'));
    assert.equal(updates.at(-1)?.sessionUpdate, 'notice');
    assert.equal(back.session.state, 'idle');
    assert.equal(back.session.openQuestionList.length, 0);
  });

  it('B2: what waited behind an interrupted turn is held; what waited behind nothing goes on', async () => {
    const agent = new FakeAgent();
    const journal = new MemoryJournal('e1');
    const session = new Session(options(agent, journal));
    for (const id of ['prompt-01', 'prompt-02', 'prompt-03']) void session.prompt(id, words(id), desk);
    await agent.nextTurn();
    await eventually(async () => (await journal.fate('prompt-03')) === 'received', { what: 'the queue' });
    const held = await killAndRestore(journal);
    assert.ok((await held.events()).some(({ type }) => type === 'queue_held'));
    assert.deepEqual(held.agent.prompts, []);
    // Killed again while they were held: they still are, in their order, and go on when someone says so.
    const again = await killAndRestore(held.journal);
    assert.equal((await again.events()).filter(({ type }) => type === 'queue_held').length, 0);
    const third = again.session.prompt('prompt-03', words('prompt-03'), desk);
    await again.session.queue.resume(desk);
    (await again.agent.nextTurn()).end('end_turn');
    await eventually(() => again.agent.prompts.length === 2, { what: 'the next' });
    // Between two turns nothing is interrupted.
    const queued = await copyOf(again.journal);
    queued.append({
      ...{ at: 0, origin: desk, update: { sessionUpdate: 'session_info_update' } },
      event: { type: 'turn_ended', id: 'prompt-03', outcome: 'done' },
    });
    queued.append({
      ...{ at: 0, origin: desk, update: { sessionUpdate: 'session_info_update' }, item: 'p:prompt-04' },
      event: { type: 'prompt_received', id: 'prompt-04', prompt: words('prompt-04') },
    });
    const goesOn = await killAndRestore(queued);
    await goesOn.agent.nextTurn();
    assert.deepEqual(goesOn.agent.prompts, ['prompt-04']);
    (await again.agent.nextTurn()).end('end_turn');
    assert.equal((await third).outcome, 'done');
  });

  it('B3, P1: a prompt that is repeated after a restart has its fate, and reaches no agent again', async () => {
    const { agent, journal, session } = await afterOneTurn();
    void session.prompt('prompt-02', words('two'), desk);
    await agent.nextTurn();
    void session.prompt('prompt-03', words('three'), desk);
    await eventually(async () => (await journal.fate('prompt-03')) === 'received', { what: 'the queue' });
    const back = await killAndRestore(journal);
    const repeat = (id: string) => within(back.session.prompt(id, words('again'), desk), 25_000, id);
    assert.equal((await repeat('prompt-01')).outcome, 'done');
    assert.equal((await repeat('prompt-02')).outcome, 'interrupted');
    const waiting = repeat('prompt-03');
    await back.session.queue.remove('prompt-03', desk);
    assert.equal((await waiting).outcome, 'removed');
    assert.equal((await repeat('prompt-03')).outcome, 'removed');
    assert.deepEqual(back.agent.prompts, []);
  });

  it('B4, P5: its agent continues its own session where it can, else a notice says that it starts afresh', async () => {
    const { journal } = await afterOneTurn();
    const notices = async (of: MemoryJournal) =>
      (await of.read(0, Number.MAX_SAFE_INTEGER))
        .filter(({ update }) => update.sessionUpdate === 'notice')
        .map(({ update }) => (update['_meta'] as { offdesk: { host: string } }).offdesk.host);
    const remembers = new FakeAgent();
    remembers.remembers = true;
    const kept = await killAndRestore(journal, remembers);
    await kept.session.startAgent();
    assert.deepEqual(remembers.earlier, ['agent-session']);
    // Some agents must be left alone in the minute in which their session began (A15).
    const offers = (await journal.read(0, Number.MAX_SAFE_INTEGER)).filter(
      ({ event }) => event?.type === 'agent_offers',
    );
    assert.equal(remembers.begun, offers.at(-1)!.at);
    assert.deepEqual(await notices(kept.journal), ['back']);
    const fresh = await killAndRestore(kept.journal);
    await fresh.session.startAgent();
    // Nothing was said since it came back: that it did is not said again.
    assert.deepEqual(await notices(fresh.journal), ['back', 'afresh']);
    const once = await killAndRestore(fresh.journal);
    await once.session.startAgent();
    assert.deepEqual(await notices(once.journal), ['back', 'afresh']);
    // The agent's own end, with the host running on.
    const prompt = once.session.prompt('prompt-02', words('two'), desk);
    (await once.agent.nextTurn()).end('end_turn');
    await prompt;
    once.agent.sink!.exited(new OffdeskError('agent_exited', 'It ended.', ''));
    once.agent.remembers = true;
    await once.session.startAgent();
    assert.equal(once.agent.earlier.at(-1), 'agent-session');
    assert.deepEqual(await notices(once.journal), ['back', 'afresh']);
  });

  it('B15: it goes on in the mode that was chosen, before anything is asked of it', async () => {
    const modes = {
      currentModeId: 'default',
      availableModes: ['default', 'plan'].map((id) => ({ id, name: id })),
    };
    const agent = Object.assign(new FakeAgent(), { modes });
    const journal = new MemoryJournal('e1');
    const session = new Session(options(agent, journal));
    await session.setMode('plan', desk);
    const back = await killAndRestore(journal, Object.assign(new FakeAgent(), { modes }));
    const prompt = back.session.prompt('prompt-01', words('one'), desk);
    const turn = await back.agent.nextTurn();
    assert.deepEqual(back.agent.modesSet, ['plan']);
    const told = (await back.since()).filter(({ update }) => update.sessionUpdate === 'current_mode_update');
    assert.deepEqual(
      told.map(({ update, origin }) => [update['currentModeId'], origin.kind]),
      [['plan', 'host']],
    );
    turn.end('end_turn');
    await prompt;
    // One that refuses is told of.
    const refuses = Object.assign(new FakeAgent(), { modes });
    refuses.setMode = () => Promise.reject(new Error('There is no such mode.'));
    const other = await killAndRestore(journal, refuses);
    await other.session.startAgent();
    const notice = (await other.since()).find(({ update }) => update['severity'] === 'warning');
    assert.match(String(notice?.update['title']), /is in its mode default now/);
  });

  it('B5: items and questions get ids that were never given before', async () => {
    const agent = new FakeAgent();
    const journal = new MemoryJournal('e1');
    const session = new Session(options(agent, journal));
    void session.prompt('prompt-01', words('one'), desk);
    await agent.nextTurn();
    agent.say('one');
    void agent.sink!.ask('permission', permission, new AbortController().signal);
    await seen(journal, 'question_opened');
    const back = await killAndRestore(journal);
    void back.session.prompt('prompt-02', words('two'), desk);
    await back.agent.nextTurn();
    back.agent.say('two');
    void back.agent.sink!.ask('permission', permission, new AbortController().signal);
    await eventually(() => back.session.openQuestionList.length === 1, { what: 'the question' });
    const before = new Set((await journal.read(0, 1e9)).map(({ item }) => item));
    const opened = (await back.since()).filter(({ item }) => item !== undefined && /^[mnq]/.test(item));
    const reused = opened.filter(({ item, event }) => before.has(item) && event?.type !== 'question_closed');
    assert.deepEqual(reused, []);
    // The first one died with its agent.
    const answer = { outcome: 'selected', optionId: 'yes' } as const;
    await assert.rejects(back.session.answer('q1', 'answer-1', answer, desk), { code: 'question_unknown' });
  });

  it('B6: suspended, it interrupts its turn and keeps what waits; ended, what waits is interrupted too', async () => {
    for (const waits of [true, false]) {
      const agent = new FakeAgent();
      const journal = new MemoryJournal('e1');
      const session = new Session(options(agent, journal));
      const running = session.prompt('prompt-01', words('one'), desk);
      await agent.nextTurn();
      const waiting = session.prompt('prompt-02', words('two'), desk);
      await eventually(async () => (await journal.fate('prompt-02')) === 'received', { what: 'the queue' });
      const told = waiting.catch((error: unknown) => (error as OffdeskError).code);
      await within(waits ? session.suspend() : session.close(), 25_000, 'the end');
      assert.equal((await running).outcome, 'interrupted');
      assert.equal(agent.stopped, true);
      assert.equal(await journal.fate('prompt-01'), 'interrupted');
      assert.equal(await journal.fate('prompt-02'), waits ? 'received' : 'interrupted');
      const end = await told;
      if (waits) assert.equal(end, 'closed');
      else assert.ok(typeof end === 'object' && 'outcome' in end && end.outcome === 'interrupted');
      const over = await Session.over(options(agent, journal));
      assert.equal(over.state, 'ended');
      await assert.rejects(over.prompt('prompt-09', words('late'), desk), { code: 'session_ended' });
      await assert.rejects(over.startAgent(), { code: 'closed' });
      assert.equal((await over.prompt('prompt-01', words('one'), desk)).outcome, 'interrupted');
      if (!waits) continue;
      const back = await killAndRestore(journal);
      assert.deepEqual(back.agent.prompts, []);
      await back.session.queue.resume(desk);
      await back.agent.nextTurn();
      assert.deepEqual(back.agent.prompts, ['two']);
    }
  });

  it('B7: a change by its id takes effect once, also when it is repeated after a restart', async () => {
    const agent = new FakeAgent();
    const journal = new MemoryJournal('e1');
    const session = new Session(options(agent, journal));
    let sets = 0;
    agent.setMode = () => Promise.resolve(void sets++);
    await Promise.all([
      session.setMode('plan', desk, 'change-01'),
      session.setMode('plan', desk, 'change-01'),
    ]);
    await session.setMode('plan', desk, 'change-01');
    assert.equal(sets, 1);
    void session.prompt('prompt-01', words('one'), desk);
    await agent.nextTurn();
    void session.prompt('prompt-02', words('two'), desk);
    await eventually(async () => (await journal.fate('prompt-02')) === 'received', { what: 'the queue' });
    await session.queue.remove('prompt-02', desk, 'change-02');
    await session.queue.remove('prompt-02', desk, 'change-02');
    await assert.rejects(session.queue.remove('prompt-02', desk, 'change-03'), { code: 'prompt_unknown' });
    const back = await killAndRestore(journal);
    back.agent.setMode = agent.setMode;
    await back.session.setMode('plan', desk, 'change-01');
    await back.session.queue.remove('prompt-02', desk, 'change-02');
    assert.equal(sets, 1);
    // One that was refused may be tried again.
    await assert.rejects(back.session.queue.remove('prompt-09', desk, 'change-04'), {
      code: 'prompt_unknown',
    });
    assert.equal(await back.journal.fate('change-04'), undefined);
  });

  it('B8: while the disk refuses, prompts are refused, nothing reaches the agent that a crash would forget', async () => {
    const agent = new FakeAgent();
    const journal = new FullJournal('e1');
    const session = new Session(options(agent, journal));
    const first = session.prompt('prompt-01', words('one'), desk);
    const turn = await agent.nextTurn();
    const second = session.prompt('prompt-02', words('two'), desk);
    await eventually(async () => (await journal.fate('prompt-02')) === 'received', { what: 'the queue' });
    journal.full = true;
    await assert.rejects(session.prompt('prompt-03', words('three'), desk), { code: 'storage_failed' });
    await assert.rejects(session.queue.remove('prompt-02', desk, 'change-01'), { code: 'storage_failed' });
    assert.equal(await journal.fate('prompt-03'), undefined);
    // The turn goes on, its question too.
    agent.say('goes on');
    const asked = agent.sink!.ask('permission', permission, new AbortController().signal);
    const answer = { outcome: 'selected', optionId: 'yes' } as const;
    await eventually(() => session.openQuestionList.length === 1, { what: 'the question' });
    await session.answer('q1', 'answer-1', answer, desk);
    assert.deepEqual(await asked, answer);
    turn.end('end_turn');
    assert.equal((await within(first, 25_000, 'the turn')).outcome, 'done');
    await eventually(async () => (await journal.fate('prompt-02')) === 'running', { what: 'the next turn' });
    assert.deepEqual(agent.prompts, ['one']);
    journal.full = false;
    (await within(agent.nextTurn(), 25_000, 'the agent to get it')).end('end_turn');
    assert.equal((await second).outcome, 'done');
    const third = session.prompt('prompt-03', words('three'), desk);
    (await agent.nextTurn()).end('end_turn');
    assert.equal((await third).outcome, 'done');
  });

  it('B8: Stop ends a turn that waits for the disk', async () => {
    const agent = new FakeAgent();
    const journal = new FullJournal('e1');
    const session = new Session(options(agent, journal));
    journal.appendSafely = (fact) => journal.append(fact);
    journal.full = true;
    const end = session.prompt('prompt-01', words('one'), desk);
    await seen(journal, 'turn_started');
    await session.cancel(desk);
    assert.equal((await within(end, 25_000, 'the end')).outcome, 'cancelled');
    assert.deepEqual(agent.prompts, []);
  });
});
