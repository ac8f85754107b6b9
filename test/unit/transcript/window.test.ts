/** Windows put together, where one of them came as merged pieces. */
import assert from 'node:assert/strict';
import type { Fact } from '../../../src/protocol/facts.ts';
import { coalesce } from '../../../src/session/coalesce.ts';
import { applyFacts, emptyTranscript } from '../../../src/transcript/fold.ts';
import { joinLive, joinWindows } from '../../../src/transcript/window.ts';

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
});
