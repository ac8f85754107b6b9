/** Pages of history and live facts together: the same as everything in order. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Fact, RawUpdate, SessionEvent } from '../../../src/protocol/facts.ts';
import { MemoryJournal } from '../../../src/session/memory-journal.ts';
import { applyFacts, emptyTranscript } from '../../../src/transcript/fold.ts';
import { mergeHistory } from '../../../src/transcript/history.ts';
import type { Item, Transcript } from '../../../src/transcript/items.ts';
import { agents, missing, recorded, Recorder } from './recorded.ts';

const fold = (facts: readonly Fact[]): Transcript => applyFacts(emptyTranscript(), facts);

type Step = { update: RawUpdate } | { event: SessionEvent };

const name = fc.constantFrom('a', 'b', 'c');
const word = fc.constantFrom('', 'one ', 'two ', '\n');
const content = fc.oneof(
  word.map((text) => ({ type: 'text', text })),
  fc.constant({ type: 'image', data: 'eA==', mimeType: 'image/png' }),
);
const toolFields = fc.record(
  {
    title: fc.constantFrom('Read', 'Write', null),
    status: fc.constantFrom('pending', 'in_progress', 'completed', 'failed', 'odd'),
    kind: fc.constantFrom('edit', 'execute'),
    content: fc.array(
      fc.oneof(
        content.map((block) => ({ type: 'content', content: block })),
        word.map((newText) => ({ type: 'diff', path: '/f', newText })),
        name.map((terminalId) => ({ type: 'terminal', terminalId })),
      ),
      { maxLength: 2 },
    ),
    _meta: fc.oneof(
      fc.record({ terminal_output: fc.record({ terminal_id: name, data: word }) }),
      fc.record({ terminal_info: fc.record({ terminal_id: name }) }),
      fc.record({ terminal_exit: fc.record({ terminal_id: name, exit_code: fc.integer() }) }),
    ),
    rawOutput: fc.oneof(word, fc.constant({ output: 'x' })),
  },
  { requiredKeys: [] },
);
const chunkKind = fc.constantFrom('agent_message_chunk', 'agent_thought_chunk', 'user_message_chunk');
const update: fc.Arbitrary<RawUpdate> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ sessionUpdate: chunkKind, content }) },
  fc.record({ sessionUpdate: chunkKind, content, messageId: name }),
  fc
    .record({
      sessionUpdate: fc.constantFrom('tool_call', 'tool_call_update'),
      toolCallId: name,
      fields: toolFields,
    })
    .map(({ fields, ...rest }) => ({ ...rest, ...fields })),
  fc.record({
    sessionUpdate: fc.constant('plan'),
    entries: fc.array(fc.record({ content: word }), { maxLength: 2 }),
  }),
  fc.record({ sessionUpdate: fc.constant('notice'), title: word }),
  fc.record({
    sessionUpdate: fc.constant('compaction_update'),
    compactionId: name,
    status: fc.constantFrom('in_progress', 'completed'),
    summary: fc.option(fc.array(content, { maxLength: 1 })),
  }),
  fc.record({ sessionUpdate: fc.constant('compaction_summary_chunk'), compactionId: name, content }),
  fc.record({ sessionUpdate: fc.constant('usage_update'), used: fc.nat(), size: fc.nat() }),
  fc.record({ sessionUpdate: fc.constant('current_mode_update'), currentModeId: name }),
  fc.record({ sessionUpdate: fc.constant('session_info_update'), title: fc.option(word) }),
  fc.record({ sessionUpdate: fc.constantFrom('dance', 'sing'), x: fc.nat(3) }),
);

/** Prompts and questions with a life in order: received, started, ended; opened, closed. */
const script: fc.Arbitrary<Step[]> = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: update.map((value) => ({ kind: 'update' as const, value })) },
      { weight: 1, arbitrary: fc.constant({ kind: 'prompt' as const }) },
      { weight: 1, arbitrary: fc.constantFrom('start', 'end', 'remove').map((kind) => ({ kind })) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('ask' as const), toolCallId: name, fields: toolFields }),
      },
      { weight: 1, arbitrary: fc.constant({ kind: 'answer' as const }) },
    ),
    { maxLength: 60 },
  )
  .map((moves) => {
    const steps: Step[] = [];
    const queue: string[] = [];
    const questions: string[] = [];
    let running: string | undefined;
    let count = 0;
    const event = (value: SessionEvent): number => steps.push({ event: value });
    for (const move of moves) {
      if ('value' in move) steps.push({ update: move.value });
      else if (move.kind === 'prompt') {
        const id = `p${String(count++)}`;
        queue.push(id);
        event({ type: 'prompt_received', id, prompt: [{ type: 'text', text: id }] });
      } else if (move.kind === 'start' && running === undefined && queue.length > 0) {
        running = queue.shift()!;
        event({ type: 'turn_started', id: running });
      } else if (move.kind === 'end' && running !== undefined) {
        event({ type: 'turn_ended', id: running, outcome: 'cancelled', stopReason: 'cancelled' });
        running = undefined;
      } else if (move.kind === 'remove' && queue.length > 0) {
        event({ type: 'prompt_removed', id: queue.pop()! });
      } else if ('toolCallId' in move) {
        const id = String(count++);
        questions.push(id);
        const toolCall = { toolCallId: move.toolCallId, ...move.fields };
        event({ type: 'question_opened', id, kind: 'permission', request: { toolCall, options: [] } });
      } else if (move.kind === 'answer' && questions.length > 0) {
        event({ type: 'question_closed', id: questions.shift()!, answer: { outcome: 'cancelled' } });
      }
    }
    return steps;
  });

function record(steps: readonly Step[]): Fact[] {
  const recorder = new Recorder();
  for (const step of steps) {
    if ('event' in step) recorder.event(step.event);
    else recorder.update(step.update);
  }
  return recorder.facts;
}

describe('history', () => {
  it('T4: history and live, cut anywhere, are the whole', () => {
    fc.assert(
      fc.property(script, fc.nat(), fc.nat(), (steps, first, second) => {
        const facts = record(steps);
        const whole = fold(facts);
        const [a, b] = [first % (facts.length + 1), second % (facts.length + 1)].sort((x, y) => x - y);
        const later = fold(facts.slice(b));
        const twoPages = mergeHistory(mergeHistory(later, facts.slice(a, b)), facts.slice(0, a));
        assert.deepEqual(twoPages, whole);
        assert.deepEqual(mergeHistory(later, facts.slice(0, b)), whole);
        // A page that reaches into what is known, and one that comes again.
        assert.deepEqual(mergeHistory(later, facts), whole);
        assert.deepEqual(mergeHistory(whole, facts.slice(a, b)), whole);
        // Live facts go on after a page came.
        const early = mergeHistory(fold(facts.slice(a, b)), facts.slice(0, a));
        assert.deepEqual(applyFacts(early, facts.slice(b)), whole);
      }),
      { numRuns: 300 },
    );
  });

  it('T4: the same for real agents, cut inside any item', function () {
    if (missing) {
      console.log(`skipped: ${missing}`);
      this.skip();
    }
    for (const agent of agents) {
      for (const facts of recorded(agent).live) {
        const whole = fold(facts);
        for (let cut = 0; cut <= facts.length; cut += 7) {
          assert.deepEqual(mergeHistory(fold(facts.slice(cut)), facts.slice(0, cut)), whole);
        }
      }
    }
  });

  it('T4: what a client gets from a journal, state, tail and pages, is the whole', async () => {
    await fc.assert(
      fc.asyncProperty(script, fc.integer({ min: 0, max: 8 }), async (steps, size) => {
        const facts = record(steps);
        const journal = new MemoryJournal('e');
        for (const { seq: _, ...fact } of facts) journal.append(fact);
        const { state, start, from } = await journal.tail(size);
        const tail = await journal.read(start - 1, Infinity);
        let transcript = fold([...state, ...tail]);
        for (let before = from; before !== null;) {
          const page = await journal.page({ before }, 3, Infinity);
          transcript = mergeHistory(transcript, page.facts);
          before = page.from;
        }
        const whole = fold(facts);
        assert.deepEqual(transcript.items.map(readable), whole.items.map(readable));
        assert.deepEqual(transcript.queue.map(readable), whole.queue.map(readable));
        assert.deepEqual(transcript.questions.map(readable), whole.questions.map(readable));
        const { title, turn, modes, usage, held } = whole;
        assert.deepEqual({ ...transcript, title, turn, modes, usage, held }, transcript);
      }),
      { numRuns: 300 },
    );
  });

  it('T4: items keep their identity when a page comes before them', () => {
    const recorder = new Recorder();
    for (const messageId of ['a', 'b', 'c', 'd']) {
      recorder.update({
        sessionUpdate: 'agent_message_chunk',
        messageId,
        content: { type: 'text', text: 'x' },
      });
    }
    const later = fold(recorder.facts.slice(2));
    const merged = mergeHistory(later, recorder.facts.slice(0, 2));
    assert.deepEqual(
      merged.items.map((item) => item.id),
      ['m1', 'm2', 'm3', 'm4'],
    );
    assert.equal(merged.items[2], later.items[0]);
  });

  it('T12: nothing throws, whatever an agent sends', () => {
    const kinds = ['tool_call', 'plan', 'notice', 'agent_message_chunk', 'usage_update', 'compaction_update'];
    const keys = fc.constantFrom('content', 'toolCallId', 'entries', 'title', '_meta', 'cost', 'locations');
    const arbitrary = fc.record({
      sessionUpdate: fc.oneof(fc.constantFrom(...kinds), fc.string()),
      rest: fc.dictionary(keys, fc.jsonValue()),
    });
    fc.assert(
      fc.property(fc.array(arbitrary), fc.nat(), (updates, cut) => {
        const facts = record(
          updates.map(({ sessionUpdate, rest }) => ({ update: { ...rest, sessionUpdate } })),
        );
        const at = cut % (facts.length + 1);
        assert.deepEqual(mergeHistory(fold(facts.slice(at)), facts.slice(0, at)), fold(facts));
        // Facts that some other program numbered.
        fold(facts.map((fact) => ({ ...fact, item: 'm1' })));
      }),
    );
  });
});

/** Without what differs by nature: coalesced chunks carry the number of the last and the time of the first. */
function readable({ updatedAt: _, since: __, place: ___, at: ____, ...item }: Item): object {
  return item.kind === 'thought' ? { ...item, endedAt: 0, startedAt: 0 } : item;
}
