/** The fault harness: the same seed is the same script, and its invariants notice what they are there for. */
import assert from 'node:assert/strict';
import type { Fact, SessionEvent } from '../../../src/protocol/facts.ts';
import { applyFacts, emptyTranscript } from '../../../src/transcript/fold.ts';
import { violations, type Outcome } from '../../faults/invariants.ts';
import { scriptOf } from '../../faults/script.ts';
import { shownOf } from '../../faults/shown.ts';
import type { SurfaceState } from '../../faults/surface.ts';
import { WarpedClock } from '../../faults/warped-clock.ts';
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
  const accepted = [{ token: 'token', id: 'prompt-1', text: 'token say ask' }];
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
