/** Pages of history and live facts together: the same as everything in order. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Fact } from '../../../src/protocol/facts.ts';
import { MemoryJournal } from '../../../src/session/memory-journal.ts';
import { applyFacts, emptyTranscript } from '../../../src/transcript/fold.ts';
import { mergeHistory } from '../../../src/transcript/history.ts';
import type { Item, Transcript } from '../../../src/transcript/items.ts';
import { agents, missing, recorded, Recorder } from './recorded.ts';
import { record, script } from './script.ts';

const fold = (facts: readonly Fact[]): Transcript => applyFacts(emptyTranscript(), facts);

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
