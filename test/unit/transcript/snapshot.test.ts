/** A transcript that was kept and read again goes on as if it had never been away. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Cursor, Fact } from '../../../src/protocol/facts.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { MemoryJournal } from '../../../src/session/memory-journal.ts';
import { applyFacts, emptyTranscript } from '../../../src/transcript/fold.ts';
import { mergeHistory } from '../../../src/transcript/history.ts';
import type { Transcript } from '../../../src/transcript/items.ts';
import { fromSnapshot, toSnapshot, type Kept } from '../../../src/transcript/snapshot.ts';
import { agents, missing, recorded, Recorder } from './recorded.ts';
import { record, script } from './script.ts';

const fold = (facts: readonly Fact[]): Transcript => applyFacts(emptyTranscript(), facts);
const cursorOf = ({ cursor }: Transcript): Cursor => ({ epoch: 'e', seq: cursor });

/** Through JSON, as a store would. */
function throughStore(transcript: Transcript, chars: number = limits.snapshotChars): Kept {
  const value = toSnapshot(transcript, cursorOf(transcript), null, { chars });
  const kept = fromSnapshot(JSON.parse(JSON.stringify(value)));
  assert.ok(kept);
  return kept;
}

/** What JSON cannot say: a field that is there and undefined. */
const plain = (transcript: Transcript): unknown => {
  const { fold: folded, ...rest } = transcript;
  const { index, aside, ...known } = folded;
  return JSON.parse(JSON.stringify({ ...rest, fold: { ...known, index: [...index], aside: [...aside] } }));
};

/** What a reader sees: pages hold coalesced chunks, which have other numbers and times. */
function said({ items, queue, questions }: Transcript): unknown {
  return [...items, ...queue, ...questions].map((item) => {
    const numbers = { updatedAt: 0, since: 0, place: 0, at: 0, startedAt: 0, endedAt: 0, known: 0 };
    return JSON.parse(JSON.stringify({ ...item, ...numbers })) as unknown;
  });
}

/** With a journal's pages until there is no more. */
async function paged(from: Transcript, edge: number | null, facts: readonly Fact[]): Promise<Transcript> {
  const journal = new MemoryJournal('e');
  for (const { seq: _, ...fact } of facts) journal.append(fact);
  let transcript = from;
  for (let before = edge; before !== null;) {
    const page = await journal.page({ before }, 3, Infinity);
    transcript = mergeHistory(transcript, page.facts);
    before = page.from;
  }
  return transcript;
}

/** Kept in any room, with what gives way read again. */
async function comesBack(facts: readonly Fact[]): Promise<void> {
  let cuts = 0;
  for (let chars = 100; chars < 4_000; chars += 20) {
    const kept = fromSnapshot(toSnapshot(fold(facts), { epoch: 'e', seq: facts.length }, null, { chars }));
    assert.ok(kept);
    if (kept.cursor.epoch === '') continue;
    if (kept.before !== null) cuts++;
    assert.deepEqual(said(await paged(kept.transcript, kept.before, facts)), said(fold(facts)));
  }
  assert.ok(cuts > 0, 'nothing gave way');
}

function messages(count: number, text: string): Recorder {
  const recorder = new Recorder();
  for (let i = 0; i < count; i++) {
    recorder.update({
      sessionUpdate: 'agent_message_chunk',
      messageId: String(i),
      content: { type: 'text', text },
    });
  }
  return recorder;
}

describe('snapshot', () => {
  it('K1: folding goes on from a kept transcript as from the one that was kept', () => {
    fc.assert(
      fc.property(script, fc.nat(), (steps, at) => {
        const facts = record(steps);
        const cut = at % (facts.length + 1);
        const before = fold(facts.slice(0, cut));
        const { transcript, cursor } = throughStore(before);
        assert.deepEqual(cursor, cursorOf(before));
        assert.deepEqual(plain(transcript), plain(before));
        assert.deepEqual(plain(applyFacts(transcript, facts.slice(cut))), plain(fold(facts)));
      }),
      { numRuns: 300 },
    );
  });

  it('K1: what had to give way comes back by history, and the whole is the same', async () => {
    await fc.assert(
      fc.asyncProperty(script, fc.integer({ min: 300, max: 6_000 }), fc.nat(), async (steps, chars, at) => {
        const facts = record(steps, true);
        const cut = at % (facts.length + 1);
        const value = toSnapshot(fold(facts.slice(0, cut)), { epoch: 'e', seq: cut }, null, { chars });
        const kept = fromSnapshot(JSON.parse(JSON.stringify(value)));
        assert.ok(kept);
        // A void cursor reads the tail anew.
        if (kept.cursor.epoch === '') return;
        const transcript = applyFacts(kept.transcript, facts.slice(cut));
        assert.deepEqual(said(await paged(transcript, kept.before, facts)), said(fold(facts)));
      }),
      { numRuns: 300 },
    );
  });

  it('K1: a call that gave way has all that the questions about it say, also those that stayed', async () => {
    const recorder = new Recorder();
    const ask = (id: string, fields: object) => {
      const request = { toolCall: { toolCallId: 'call', ...fields }, options: [] };
      recorder.event({ type: 'question_opened', id, kind: 'permission', request });
    };
    const image = { type: 'image', data: 'eA==', mimeType: 'image/png' };
    ask('first', { kind: 'edit' });
    recorder.update({ sessionUpdate: 'agent_message_chunk', content: image });
    recorder.update({ sessionUpdate: 'agent_thought_chunk', content: image });
    ask('second', { title: 'Read', status: 'pending' });
    await comesBack(recorder.facts);
  });

  it('K1: a call that began with a question and went on later is whole, wherever the edge is', async () => {
    const recorder = new Recorder();
    const request = { toolCall: { toolCallId: 'call', title: 'Run' }, options: [] };
    recorder.event({ type: 'question_opened', id: 'q', kind: 'permission', request });
    recorder.event({ type: 'question_closed', id: 'q', answer: { outcome: 'cancelled' } });
    for (const text of ['one', 'two']) {
      const content = { type: 'text', text: text.repeat(20) };
      recorder.update({ sessionUpdate: 'agent_message_chunk', messageId: text, content });
    }
    recorder.update({ sessionUpdate: 'tool_call_update', toolCallId: 'call', status: 'completed' });
    await comesBack(recorder.facts);
  });

  it('K1: the same for real agents', function () {
    if (missing) {
      console.log(`skipped: ${missing}`);
      this.skip();
    }
    for (const agent of agents) {
      for (const facts of recorded(agent).live) {
        for (let cut = 0; cut <= facts.length; cut += 29) {
          const { transcript } = throughStore(fold(facts.slice(0, cut)), Infinity);
          assert.deepEqual(plain(applyFacts(transcript, facts.slice(cut))), plain(fold(facts)));
        }
      }
    }
  });

  it('K2: it is bounded: the oldest items give way, what is open or waits does not', () => {
    const recorder = new Recorder();
    recorder.event({ type: 'prompt_received', id: 'running', prompt: [{ type: 'text', text: 'go' }] });
    recorder.event({ type: 'turn_started', id: 'running' });
    recorder.event({ type: 'prompt_received', id: 'waiting', prompt: [{ type: 'text', text: 'next' }] });
    recorder.event({ type: 'question_opened', id: 'q', kind: 'permission', request: { options: [] } });
    for (let i = 0; i < 100; i++) {
      const content = { type: 'text', text: 'x'.repeat(1_000) };
      recorder.update({ sessionUpdate: 'agent_message_chunk', messageId: String(i), content });
    }
    const whole = fold(recorder.facts);
    const value = toSnapshot(whole, cursorOf(whole), null, { chars: 20_000 });
    assert.ok(JSON.stringify(value).length < 25_000);
    const kept = fromSnapshot(value);
    assert.ok(kept);
    const { transcript, cursor, before } = kept;
    assert.deepEqual(cursor, cursorOf(whole));
    const shown = transcript.items.filter((item) => item.kind === 'message');
    assert.ok(shown.length > 10 && shown.length < 20);
    assert.deepEqual(shown, whole.items.slice(-shown.length));
    assert.equal(before, shown[0]!.since);
    assert.deepEqual([transcript.queue, transcript.questions], [whole.queue, whole.questions]);
    assert.deepEqual(transcript.turn, whole.turn);
  });

  it('K2: one item that alone is too large is shortened, and the tail is read anew', () => {
    const recorder = messages(3, 'small');
    const rawOutput = { output: 'y'.repeat(100_000), other: 'kept' };
    recorder.update({ sessionUpdate: 'tool_call', toolCallId: 'big', title: 'Read', rawOutput });
    const whole = fold(recorder.facts);
    const { transcript, cursor, before } = throughStore(whole, 20_000);
    assert.deepEqual([cursor, before], [{ epoch: '', seq: 0 }, null]);
    assert.deepEqual(transcript.items.slice(0, 3), whole.items.slice(0, 3));
    const tool = transcript.items[3];
    assert.ok(tool?.kind === 'tool');
    assert.ok(tool.output.length < 10_000 && /^y+\n…\ny+$/.test(tool.output));
    assert.deepEqual([tool.title, (tool.rawOutput as typeof rawOutput).other], ['Read', 'kept']);
  });

  it('K2: of a session that is too large for any cut there is nothing but its state', () => {
    const recorder = messages(5, 'z'.repeat(900));
    const { transcript, before } = throughStore(fold(recorder.facts), 400);
    assert.deepEqual([transcript.items.length, before], [0, 6]);
  });

  it('K3: what is damaged, of another version or no snapshot at all is ignored', () => {
    const facts = recorded_or_made();
    const whole = fold(facts);
    const value = toSnapshot(whole, cursorOf(whole), null, { chars: limits.snapshotChars }) as object;
    assert.ok(fromSnapshot(value));
    assert.equal(fromSnapshot({ ...value, version: 1 }), undefined);
    for (const nothing of [undefined, null, 'text', 7, [], {}])
      assert.equal(fromSnapshot(nothing), undefined);
    // Whatever is changed, wherever: ignored or readable, and never thrown.
    const json = JSON.stringify(value);
    fc.assert(
      fc.property(fc.nat(json.length - 1), fc.constantFrom('1', '"', '{', '}', 'null', '[]'), (at, put) => {
        let damaged: unknown;
        try {
          damaged = JSON.parse(json.slice(0, at) + put + json.slice(at + 1));
        } catch {
          return;
        }
        const kept = fromSnapshot(damaged);
        if (kept) applyFacts(kept.transcript, facts);
      }),
    );
  });
});

function recorded_or_made(): Fact[] {
  return missing ? messages(5, 'text').facts : recorded('claude').live[0]!.slice(0, 200);
}
