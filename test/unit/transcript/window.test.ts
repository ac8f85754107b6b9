/** Windows put together, where one of them came as merged pieces. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Fact } from '../../../src/protocol/facts.ts';
import { coalesce } from '../../../src/session/coalesce.ts';
import { MemoryJournal } from '../../../src/session/memory-journal.ts';
import { applyFacts, emptyTranscript } from '../../../src/transcript/fold.ts';
import { mergeHistory } from '../../../src/transcript/history.ts';
import { cutWindow, joinLive, joinWindows } from '../../../src/transcript/window.ts';
import { record, script } from './script.ts';

const chunk = (seq: number, text: string): Fact => ({
  ...{ seq, item: 'm1', at: seq, origin: { kind: 'agent' } },
  update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } },
});
const chunks = [chunk(1, 'one '), chunk(2, 'two '), chunk(3, 'three')];
const fold = (facts: Fact[]) => applyFacts(emptyTranscript(), facts);
const texts = ({ items }: ReturnType<typeof fold>) =>
  items.map((item) => (item.kind === 'message' ? item.text : item.kind));

describe('transcript: windows put together', () => {
  const merged = fold(coalesce(chunks));

  it('a message that one window has in pieces and the other merged stands once, with its text once', () => {
    assert.deepEqual(texts(joinWindows(fold(chunks), merged)), ['one two three']);
    assert.deepEqual(texts(joinWindows(merged, fold(chunks))), ['one two three']);
  });

  it('the newer of two whole ones counts', () => {
    const newer = fold(coalesce([...chunks, chunk(4, ' four')]));
    assert.deepEqual(texts(joinWindows(newer, merged)), ['one two three four']);
    assert.deepEqual(texts(joinWindows(merged, newer)), ['one two three four']);
  });

  it('a message that the end has only in part is the whole one of the window', () => {
    assert.deepEqual(texts(joinLive(merged, fold(chunks.slice(1)))), ['one two three']);
  });

  it('T4: a window cut out anywhere and pages before and behind it are the whole', async () => {
    await fc.assert(
      fc.asyncProperty(script, fc.nat(), fc.nat(), async (steps, first, second) => {
        const facts = record(steps, true);
        const whole = fold(facts);
        const count = whole.items.length + 1;
        const [begin, end] = [first % count, second % count].sort((a, b) => a - b);
        const journal = new MemoryJournal('e');
        for (const { seq: _, ...fact } of facts) journal.append(fact);
        const cut = cutWindow(whole, begin!, end);
        let { window } = cut;
        for (let at = cut.at; at !== null;) {
          const page = await journal.page({ at }, 3, Infinity);
          window = joinWindows(window, fold(page.facts));
          at = page.next;
        }
        for (let { before } = cut; before !== null;) {
          const page = await journal.page({ before }, 3, Infinity);
          window = mergeHistory(window, page.facts);
          before = page.from;
        }
        assert.deepEqual(window.items.map(shown), whole.items.map(shown));
      }),
      { numRuns: 300 },
    );
  });
});

/** Pages hold coalesced chunks, which have other numbers and times; a prompt's text may be of where its turn begins. */
const shown = (item: object): unknown => {
  const numbers = { updatedAt: 0, since: 0, place: 0, at: 0, seq: 0, startedAt: 0, endedAt: 0, known: 0 };
  return JSON.parse(JSON.stringify({ ...item, ...numbers, mirrored: undefined }));
};
