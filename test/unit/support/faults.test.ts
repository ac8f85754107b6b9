/** The fault harness: the same seed is the same script, and its invariants notice what they are there for. */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Fact, SessionEvent } from '../../../src/protocol/facts.ts';
import { applyFacts, emptyTranscript } from '../../../src/transcript/fold.ts';
import { violations, type Outcome } from '../../faults/invariants.ts';
import { scriptOf, type TimedStep } from '../../faults/script.ts';
import { shownOf } from '../../faults/shown.ts';
import type { SurfaceState } from '../../faults/surface.ts';
import { WarpedClock } from '../../faults/warped-clock.ts';
import { astray, notesOf } from '../../faults/whose.ts';
import type { AgentNote } from '../../faults/world.ts';

const device = { kind: 'device', id: 'd1', name: 'page0' } as const;
const prompt = [{ type: 'text', text: 'token say ask' }];
const request = { toolCall: { toolCallId: 'call', title: 'asks' }, options: [] };

type Told = Omit<Fact, 'seq' | 'at' | 'update'> & { update?: Fact['update'] };

function journal(): Fact[] {
  const event = (what: SessionEvent, item: string, origin: Fact['origin'] = device): Told => ({
    ...{ event: what, item, origin },
  });
  const text = (words: string): Told => ({
    ...{ item: 'm1', origin: { kind: 'agent' } },
    update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: words } },
  });
  const told = [
    event({ type: 'prompt_received', id: 'prompt-1', prompt }, 'p:prompt-1'),
    event({ type: 'turn_started', id: 'prompt-1' }, 'p:prompt-1'),
    text('one '),
    event({ type: 'question_opened', id: 'q1', kind: 'permission', request }, 'q:q1', { kind: 'agent' }),
    event({ type: 'question_closed', id: 'q1', answer: { outcome: 'selected', optionId: 'yes' } }, 'q:q1'),
    text('two'),
    event({ type: 'turn_ended', id: 'prompt-1', outcome: 'done' }, 'p:prompt-1', { kind: 'host' }),
  ];
  return told.map((fact, index) => ({
    ...{ seq: index + 1, at: index, update: { sessionUpdate: 'session_info_update' } },
    ...fact,
  }));
}

const state: SurfaceState = {
  ...{ way: 'connected', phase: 'ready', session: { id: 's', state: 'idle' }, sync: 'live', cursor: 7 },
  ...{ error: null, held: false, queue: [], turn: false, questions: [], outbox: [], changes: 0 },
  answers: { q1: 'applied' },
};

function outcome(change: Partial<Outcome> = {}): Outcome {
  const pid = 1;
  const agent: AgentNote[] = [
    { pid, ev: 'prompt', token: 'token' },
    { pid, ev: 'text', token: 'token', kind: 'agent_message_chunk', text: 'one ' },
    { pid, ev: 'answer', token: 'token', question: 'call', answer: 'yes' },
    { pid, ev: 'text', token: 'token', kind: 'agent_message_chunk', text: 'two' },
  ];
  const accepted = [{ session: 0, token: 'token', id: 'prompt-1', text: 'token say ask' }];
  const shown = shownOf(applyFacts(emptyTranscript(), change.facts ?? journal()));
  return {
    ...{ facts: journal(), merged: false, damage: [], agent, hostKilled: false, diskFilled: false },
    surfaces: [{ name: 'page0', shown, state, accepted }],
    ...change,
  };
}

/** As a journal that never had it. */
const without = (wanted: (fact: Fact) => boolean): Fact[] =>
  journal()
    .filter((fact) => !wanted(fact))
    .map((fact, index) => ({ ...fact, seq: index + 1 }));

describe('support: fault harness', () => {
  it('a seed and a round give one script, and others give others', () => {
    assert.deepEqual(scriptOf('seed', 7), scriptOf('seed', 7));
    assert.notDeepEqual(scriptOf('seed', 7), scriptOf('seed', 8));
    assert.notDeepEqual(scriptOf('seed', 7), scriptOf('other', 7));
  });

  it('a round of two sessions is the round of one in two, with more; both get prompts, and their agent is killed', () => {
    const rounds = Array.from({ length: 60 }, (_, round) => scriptOf('seed', round));
    const shared = rounds.filter(({ sessions }) => sessions > 1);
    assert.ok(shared.length > 10 && shared.length < 40, `${shared.length} of 60 share`);
    const alone = rounds.findIndex(({ sessions }) => sessions === 1);
    const both = scriptOf('seed', alone, { shared: true });
    const first = both.steps.map(({ session: _, ...step }: TimedStep & { session?: number }) => step);
    for (const step of rounds[alone]!.steps) assert.ok(first.some((other) => isDeepStrictEqual(other, step)));
    const prompts = shared.flatMap(({ steps }) => steps.filter((step) => step.do === 'prompt'));
    for (const session of [0, 1]) assert.ok(prompts.filter((step) => step.session === session).length > 20);
    const killed = shared.filter(({ steps }) =>
      steps.some((step) => step.do === 'kill' && step.who === 'agent'),
    );
    assert.ok(killed.length > shared.length / 3);
  });

  it('notices a prompt that reached another session of a process that several share', () => {
    const offers = (session: string): Fact => ({
      ...{
        seq: 1,
        at: 1,
        item: 'm',
        origin: { kind: 'agent' },
        update: { sessionUpdate: 'session_info_update' },
      },
      event: { type: 'agent_offers', modes: null, configOptions: null, promptCapabilities: null, session },
    });
    const journals = [[offers('a1'), offers('a2')], [offers('b1')]];
    const notes: AgentNote[] = [
      { pid: 1, ev: 'prompt', session: 'a2', token: 'one' },
      { pid: 1, ev: 'prompt', session: 'b1', token: 'two' },
    ];
    assert.deepEqual([...astray(journals, notes)], []);
    assert.deepEqual(notesOf(journals[1]!, notes), [notes[1]]);
    assert.equal([...astray(journals, [...notes, { ...notes[0]!, session: 'c' }])].length, 1);
    assert.equal([...astray([...journals, journals[1]!], notes)].length, 1);
    // Killed before it was written down what the agent called it: the interrupted prompt tells whose it was.
    const unnamed = { ...notes[0]!, session: 'a3', token: 'three' };
    const received = { type: 'prompt_received', id: 'p3', prompt: [{ type: 'text', text: 'three say' }] };
    const cut = [received, { type: 'turn_ended', id: 'p3', outcome: 'interrupted' }].map((event): Fact => ({
      ...offers(''),
      event: event as SessionEvent,
    }));
    const killed = [[...journals[0]!, ...cut], journals[1]!];
    assert.deepEqual([...astray(killed, [...notes, unnamed])], []);
    assert.deepEqual(notesOf(killed[0]!, [...notes, unnamed]), [notes[0], unnamed]);
    assert.equal([...astray(killed, [...notes, { ...unnamed, session: 'b1' }])].length, 2);
  });

  it('finds nothing where nothing is wrong', () => {
    assert.deepEqual(violations(outcome()), []);
  });

  it('notices each fact that is missing, and each that is there twice', () => {
    for (const lost of journal()) {
      const facts = without((fact) => fact.seq === lost.seq);
      assert.notDeepEqual(violations(outcome({ facts })), [], `without ${lost.seq}`);
      const doubled = journal().flatMap((fact) => (fact.seq === lost.seq ? [fact, fact] : [fact]));
      const numbered = doubled.map((fact, index) => ({ ...fact, seq: index + 1 }));
      assert.notDeepEqual(violations(outcome({ facts: numbered })), [], `with ${lost.seq} twice`);
    }
  });

  it('notices a gap in the numbers, and a surface that shows something else', () => {
    const gap = journal().map((fact) => (fact.seq > 3 ? { ...fact, seq: fact.seq + 1 } : fact));
    assert.notDeepEqual(violations(outcome({ facts: gap })), []);
    const [surface] = outcome().surfaces;
    const shown = { ...surface!.shown, items: surface!.shown.items.slice(1) };
    assert.notDeepEqual(violations(outcome({ surfaces: [{ ...surface!, shown }] })), []);
  });

  it('notices a prompt that reached the agent twice, or is on the page and in the journal', () => {
    const { agent } = outcome();
    assert.notDeepEqual(violations(outcome({ agent: [...agent, agent[0]!] })), []);
    const [surface] = outcome().surfaces;
    const entry = { id: 'prompt-1', state: 'sent', code: null, text: 'token say ask' };
    const unsent = { ...surface!, state: { ...state, outbox: [entry] } };
    assert.notDeepEqual(violations(outcome({ surfaces: [unsent] })), []);
  });

  it('notices an answer that counts on one surface and not in the journal, and one that the agent did not get', () => {
    const [surface] = outcome().surfaces;
    const other = { ...surface!, name: 'page1' as const };
    assert.notDeepEqual(violations(outcome({ surfaces: [other] })), []);
    const agent = outcome().agent.map((note) => (note.ev === 'answer' ? { ...note, answer: 'no' } : note));
    assert.notDeepEqual(violations(outcome({ agent })), []);
  });

  it('B8: lets a question go that a full disk did not take when its host was killed, and no other', () => {
    const facts = without(
      ({ event }) => event?.type === 'question_opened' || event?.type === 'question_closed',
    );
    assert.notDeepEqual(violations(outcome({ facts, hostKilled: true })), []);
    assert.notDeepEqual(violations(outcome({ facts, diskFilled: true })), []);
    assert.deepEqual(violations(outcome({ facts, hostKilled: true, diskFilled: true })), []);
  });

  it('a clock that is jumped: timers run through it or keep what is left of them', () => {
    const clock = new WarpedClock({ since: Date.now(), scale: 1, offset: 0 });
    const before = clock.now();
    const fired: string[] = [];
    clock.after(60_000, () => fired.push('minute'));
    clock.after(30_000, () => fired.push('half'));
    clock.after(3_600_000, () => fired.push('hour'));
    clock.jump(3_000_000, false);
    assert.ok(clock.now() - before >= 3_000_000);
    assert.deepEqual(fired, []);
    clock.jump(120_000, true);
    assert.deepEqual(fired, ['half', 'minute']);
  });
});
