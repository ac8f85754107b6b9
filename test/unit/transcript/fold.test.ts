/** The fold's rules, one by one. */
import assert from 'node:assert/strict';
import type { Fact, SessionEvent } from '../../../src/protocol/facts.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { applyFact, applyFacts, emptyTranscript, TranscriptFold } from '../../../src/transcript/fold.ts';
import { ItemIds } from '../../../src/transcript/item-ids.ts';
import type { Item, ToolItem } from '../../../src/transcript/items.ts';
import { Recorder } from './recorded.ts';

const text = (value: string) => ({ type: 'text', text: value });
const say = (value: string, messageId?: string) => ({
  sessionUpdate: 'agent_message_chunk',
  content: text(value),
  ...(messageId ? { messageId } : {}),
});
const received = (id: string): SessionEvent => ({
  type: 'prompt_received',
  id,
  prompt: [text(`prompt ${id}`)],
});
const permission = (id: string, toolCall: object): SessionEvent => ({
  type: 'question_opened',
  id,
  kind: 'permission',
  request: { toolCall, options: [] },
});

const fold = (facts: Fact[]) => applyFacts(emptyTranscript(), facts);
const ids = (items: readonly Item[]): string[] => items.map((item) => item.id);

function tool(facts: Fact[]): ToolItem {
  const found = fold(facts).items.find((item) => item.kind === 'tool');
  assert.ok(found?.kind === 'tool');
  return found;
}

describe('item ids', () => {
  it('T2: chunks of one kind and message are one item until something else is shown', () => {
    const recorder = new Recorder();
    const chunks = ['a', 'a', 'b', undefined, undefined];
    for (const messageId of chunks) recorder.update(say('x', messageId));
    recorder.update({ sessionUpdate: 'usage_update', used: 1, size: 2 });
    recorder.update(say('x'));
    recorder.update({ sessionUpdate: 'agent_thought_chunk', content: text('hm') });
    recorder.update(say('x'));
    assert.deepEqual(
      recorder.facts.map((fact) => fact.item),
      ['m1', 'm1', 'm2', 'm3', 'm3', undefined, 'm3', 'm4', 'm5'],
    );
  });

  it('T2: a further update of a tool call does not part a message, its first one does', () => {
    const recorder = new Recorder();
    recorder.update({ sessionUpdate: 'tool_call', toolCallId: 'c', title: 'Run' });
    recorder.update(say('before ', 'm'));
    recorder.update({ sessionUpdate: 'tool_call_update', toolCallId: 'c', status: 'completed' });
    recorder.update(say('after', 'm'));
    recorder.update({ sessionUpdate: 'tool_call_update', toolCallId: 'd' });
    recorder.update(say('last', 'm'));
    assert.deepEqual(
      recorder.facts.map((fact) => fact.item),
      ['t:c', 'm1', 't:c', 'm1', 't:d', 'm2'],
    );
  });

  it('T2: one plan per turn, one item per notice, compaction, question', () => {
    const recorder = new Recorder();
    recorder.event({ type: 'turn_started', id: 'a' });
    recorder.update({ sessionUpdate: 'plan', entries: [] });
    recorder.update({ sessionUpdate: 'notice', severity: 'info', title: 'one' });
    recorder.update({ sessionUpdate: 'plan', entries: [] });
    recorder.update({ sessionUpdate: 'notice', severity: 'info', title: 'two' });
    recorder.update({ sessionUpdate: 'compaction_update', compactionId: 'z', status: 'in_progress' });
    recorder.event(permission('7', { toolCallId: 'c' }));
    recorder.event({ type: 'turn_ended', id: 'a', outcome: 'done' });
    recorder.event({ type: 'turn_started', id: 'b' });
    recorder.update({ sessionUpdate: 'plan', entries: [] });
    assert.deepEqual(
      recorder.facts.map((fact) => fact.item),
      ['p:a', 'plan:a', 'n1', 'plan:a', 'n2', 'c:z', 'q:7', 'p:a', 'p:b', 'plan:b'],
    );
  });

  it('T2: numbers go on where a former journal writer stopped', () => {
    const before = new ItemIds();
    before.idFor(say('x'));
    assert.equal(new ItemIds(before.next).idFor(say('x')), 'm2');
  });

  it('T5: a user message right after the turn began is the prompt, a later one is not', () => {
    const recorder = new Recorder();
    const echo = { sessionUpdate: 'user_message_chunk', content: text('prompt a') };
    recorder.update(echo);
    recorder.event(received('a'));
    recorder.event({ type: 'turn_started', id: 'a' });
    recorder.update(echo);
    recorder.update(say('yes'));
    recorder.update(echo);
    assert.deepEqual(
      recorder.facts.map((fact) => fact.item),
      ['m1', 'p:a', 'p:a', 'p:a', 'm2', 'm3'],
    );
    assert.deepEqual(ids(fold(recorder.facts).items), ['m1', 'p:a', 'm2', 'm3']);
  });
});

describe('fold', () => {
  it('T1: items that a fact does not change keep their identity', () => {
    const recorder = new Recorder();
    recorder.update(say('one', 'a'));
    recorder.update(say('two', 'b'));
    const earlier = fold(recorder.facts);
    recorder.update(say(' more', 'b'));
    const later = applyFact(earlier, recorder.facts[2]!);
    assert.equal(later.items[0], earlier.items[0]);
    assert.notEqual(later.items[1], earlier.items[1]);
    const [, second] = earlier.items;
    assert.ok(second?.kind === 'message' && second.text === 'two', 'what was given out does not change');
  });

  it('T3: a fact that comes twice changes nothing', () => {
    const recorder = new Recorder();
    for (const word of ['a', 'b', 'c']) recorder.update(say(word));
    const [item] = applyFacts(fold(recorder.facts), recorder.facts.slice(1)).items;
    assert.ok(item?.kind === 'message');
    assert.equal(item.text, 'abc');
  });

  it('T5: a prompt waits, runs and ends; removed, it is nowhere', () => {
    const recorder = new Recorder();
    recorder.event(received('a'));
    recorder.event({ type: 'turn_started', id: 'a' });
    recorder.event(received('b'));
    recorder.event(received('c'));
    recorder.update(say('answer to a'));
    let transcript = fold(recorder.facts);
    assert.deepEqual(ids(transcript.items), ['p:a', 'm1']);
    assert.deepEqual(ids(transcript.queue), ['p:b', 'p:c']);
    assert.equal(transcript.turn?.promptId, 'a');
    recorder.event({ type: 'prompt_removed', id: 'b' });
    recorder.event({ type: 'turn_ended', id: 'a', outcome: 'failed', message: 'No.' });
    recorder.event({ type: 'turn_started', id: 'c' });
    transcript = fold(recorder.facts);
    assert.deepEqual(ids(transcript.items), ['p:a', 'm1', 'p:c']);
    assert.deepEqual(transcript.queue, []);
    const [first, , last] = transcript.items;
    assert.ok(first?.kind === 'prompt' && last?.kind === 'prompt');
    assert.deepEqual([first.state, first.message, last.state], ['failed', 'No.', 'running']);
  });

  it('T5: a prompt that never started shows how it ended', () => {
    const recorder = new Recorder();
    recorder.event(received('a'));
    recorder.event({ type: 'turn_ended', id: 'a', outcome: 'interrupted' });
    const { items, queue } = fold(recorder.facts);
    assert.deepEqual([ids(items), queue], [['p:a'], []]);
  });

  it('T6: a tool call without tool_call, and one that a permission request alone describes', () => {
    const recorder = new Recorder();
    const diff = { type: 'diff', path: '/w/a', oldText: 'x', newText: 'y' };
    recorder.event(permission('1', { toolCallId: 'g', title: 'Write a', kind: 'edit', content: [diff] }));
    const asked = tool(recorder.facts);
    assert.deepEqual([asked.title, asked.toolKind, asked.status], ['Write a', 'edit', 'pending']);
    assert.equal(asked.content[0]?.type, 'diff');
    recorder.update({ sessionUpdate: 'tool_call_update', toolCallId: 'g', status: 'completed' });
    const done = tool(recorder.facts);
    assert.deepEqual([done.title, done.status, done.content.length], ['Write a', 'completed', 1]);
  });

  it('T6: null and what is missing change nothing; the tool goes before the request', () => {
    const recorder = new Recorder();
    const at = { path: '/w/a', line: 3 };
    recorder.update({
      sessionUpdate: 'tool_call',
      toolCallId: 'c',
      title: 'Long title',
      locations: [at],
      rawInput: { a: 1 },
      status: 'in_progress',
    });
    recorder.event(permission('1', { toolCallId: 'c', title: 'Short', status: 'pending', rawInput: {} }));
    recorder.update({ sessionUpdate: 'tool_call_update', toolCallId: 'c', title: null, content: null });
    const item = tool(recorder.facts);
    assert.deepEqual(
      [item.title, item.status, item.rawInput, item.locations],
      ['Long title', 'in_progress', { a: 1 }, [at]],
    );
  });

  it('T8: terminal output beside the content, in both spellings, and its end', () => {
    const recorder = new Recorder();
    const update = (meta: object, more: object = {}) =>
      recorder.update({ sessionUpdate: 'tool_call_update', toolCallId: 'c', _meta: meta, ...more });
    update(
      { terminal_info: { terminal_id: 'x' } },
      { content: [{ type: 'terminal', terminalId: 'x' }], status: 'in_progress' },
    );
    update({ terminal_output_delta: { terminal_id: 'x', data: 'one\n' } });
    update({ terminal_output: { terminal_id: 'x', data: 'two\n' } });
    update({ terminal_exit: { terminal_id: 'x', exit_code: 3, signal: null } });
    const item = tool(recorder.facts);
    assert.deepEqual(item.content, [
      { type: 'terminal', terminalId: 'x', output: 'one\ntwo\n', exit: { code: 3, signal: null } },
    ]);
    assert.equal(item.output, 'one\ntwo\n');
  });

  it('T8: of a long output the end is kept', () => {
    const recorder = new Recorder();
    const data = 'x'.repeat(limits.terminalChars / 2);
    for (let i = 0; i < 9; i++) {
      const meta = { terminal_output: { terminal_id: 'x', data: `${data}${i}` } };
      recorder.update({ sessionUpdate: 'tool_call_update', toolCallId: 'c', _meta: meta });
    }
    const { output } = tool(recorder.facts);
    assert.ok(output.length >= limits.terminalChars && output.length <= 2 * limits.terminalChars);
    assert.ok(output.endsWith('x8'));
  });

  it('T9: calls left open show as cancelled when the turn ends, also by the mark of the host', () => {
    const recorder = new Recorder();
    recorder.event(received('a'));
    recorder.event({ type: 'turn_started', id: 'a' });
    for (const [toolCallId, status] of [
      ['open', 'in_progress'],
      ['done', 'completed'],
      ['marked', 'pending'],
    ]) {
      recorder.update({ sessionUpdate: 'tool_call', toolCallId, title: 'T', status });
    }
    const leftOpen = { _meta: { offdesk: { leftOpen: true } }, status: 'failed' };
    recorder.update({ sessionUpdate: 'tool_call_update', toolCallId: 'marked', ...leftOpen });
    recorder.event({ type: 'turn_ended', id: 'a', outcome: 'cancelled' });
    const states = fold(recorder.facts).items.flatMap((item) => (item.kind === 'tool' ? [item.status] : []));
    assert.deepEqual(states, ['cancelled', 'completed', 'cancelled']);
  });

  it('T10: questions are open, answered by somebody, or withdrawn', () => {
    const recorder = new Recorder();
    for (const id of ['1', '2', '3']) recorder.event(permission(id, { toolCallId: `c${id}` }));
    assert.deepEqual(ids(fold(recorder.facts).questions), ['q:1', 'q:2', 'q:3']);
    recorder.event({ type: 'question_closed', id: '2', answer: { outcome: 'withdrawn' } });
    recorder.event({
      type: 'question_closed',
      id: '1',
      answer: { outcome: 'selected', optionId: 'yes' },
    });
    const transcript = fold(recorder.facts);
    assert.deepEqual(ids(transcript.questions), ['q:3']);
    const states = transcript.items.flatMap((item) => (item.kind === 'question' ? [item.state] : []));
    assert.deepEqual(states, [
      { kind: 'answered', answer: { outcome: 'selected', optionId: 'yes' }, by: { kind: 'desk' } },
      { kind: 'withdrawn' },
      { kind: 'open' },
    ]);
  });

  it('T11: state is what the newest fact says', () => {
    const recorder = new Recorder();
    const modes = { currentModeId: 'a', availableModes: [{ id: 'a' }, { id: 'b' }] };
    recorder.event({ type: 'agent_offers', modes, configOptions: [{ id: 'm' }], promptCapabilities: {} });
    recorder.update({ sessionUpdate: 'current_mode_update', currentModeId: 'b' });
    recorder.update({ sessionUpdate: 'session_info_update', title: 'One' });
    recorder.update({ sessionUpdate: 'session_info_update', _meta: { codex: {} } });
    recorder.update({
      sessionUpdate: 'usage_update',
      used: 1,
      size: 9,
      cost: { amount: 2, currency: 'EUR' },
    });
    recorder.update({ sessionUpdate: 'usage_update', used: 3, size: 9 });
    recorder.event({ type: 'queue_held' });
    recorder.event({ type: 'agent_state', state: 'exited', error: { code: 'x', message: 'm', next: '' } });
    const transcript = fold(recorder.facts);
    assert.deepEqual(transcript.modes, { ...modes, currentModeId: 'b' });
    assert.deepEqual([transcript.title, transcript.held, transcript.agent.error?.code], ['One', true, 'x']);
    assert.deepEqual(transcript.usage, { used: 3, size: 9, cost: { amount: 2, currency: 'EUR' } });
    assert.deepEqual(transcript.items, []);
  });

  it('T12: unknown and malformed updates show as something readable', () => {
    const recorder = new Recorder();
    recorder.update({ sessionUpdate: 'dance', steps: 3 });
    recorder.update({ sessionUpdate: 'dance', steps: 4 });
    recorder.update({ sessionUpdate: 'agent_message_chunk' });
    recorder.update({ sessionUpdate: 'tool_call', title: 'no id' });
    recorder.update({ sessionUpdate: 'tool_call', toolCallId: 'c', content: [7, { type: 'hologram' }] });
    recorder.update({ sessionUpdate: 'plan', entries: 'none' });
    recorder.update({ sessionUpdate: 'agent_message_chunk', content: { type: 'image', data: '' } });
    const { items } = fold(recorder.facts);
    assert.deepEqual(
      items.map((item) => item.kind),
      ['unknown', 'unknown', 'unknown', 'tool', 'unknown', 'message'],
    );
    const [dance, , , call, , image] = items;
    assert.ok(dance?.kind === 'unknown' && dance.count === 2 && dance.text.includes('"steps": 4'));
    assert.ok(call?.kind === 'tool' && call.title === 'other' && call.content.length === 2);
    assert.ok(image?.kind === 'message' && image.blocks.length === 1);
  });

  it('T12: what is nested too deep to be written does not throw', () => {
    const deep: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
    const recorder = new Recorder();
    recorder.update({ sessionUpdate: 'dance', steps: deep });
    recorder.update({ sessionUpdate: 'agent_thought_chunk', content: { type: 'hologram', deep } });
    recorder.update({ sessionUpdate: 'tool_call', toolCallId: 'c', content: [deep], rawOutput: deep });
    assert.deepEqual(
      fold(recorder.facts).items.map((item) => item.kind),
      ['unknown', 'thought', 'tool'],
    );
  });

  it('T13: a stream costs one copy of the list per look at it, and no copy of its text', () => {
    const recorder = new Recorder();
    for (let i = 0; i < 500; i++) recorder.update(say('old', `m${i}`));
    const start = new TranscriptFold(fold(recorder.facts));
    const lists = new Set<readonly Item[]>();
    const from = recorder.facts.length;
    for (let i = 0; i < 2_000; i++) recorder.update(say('word ', 'last'));
    recorder.facts.slice(from).forEach((fact, i) => {
      start.apply(fact);
      if (i % 100 === 99) lists.add(start.transcript.items);
    });
    assert.equal(lists.size, 20);
    assert.equal(start.transcript, start.transcript, 'a second look costs nothing');
    const last = start.transcript.items.at(-1);
    assert.ok(last?.kind === 'message' && last.text.length === 10_000);
  });

  it('T16: an edit without a diff shows the change that its input says, and no other call does', () => {
    const call = (kind: string, rawInput: object, content?: object[]) => {
      const recorder = new Recorder();
      const update = { sessionUpdate: 'tool_call', toolCallId: 'c', title: 'Write', kind, rawInput };
      recorder.update({ ...update, ...(content && { content }) });
      return tool(recorder.facts).content;
    };
    const written = { type: 'diff', path: '/w/a.txt', oldText: null, newText: 'new' };
    assert.deepEqual(call('edit', { path: '/w/a.txt', content: 'new' }), [written]);
    assert.deepEqual(call('edit', { file_path: '/w/a.txt', old_string: 'old', new_string: 'new' }), [
      { ...written, oldText: 'old' },
    ]);
    const own = { ...written, oldText: 'was there' };
    assert.deepEqual(call('edit', { path: '/w/a.txt', content: 'new' }, [own]), [own]);
    for (const [kind, input] of [
      ['read', { path: '/w/a.txt', content: 'new' }],
      ['edit', { path: '/w/a.txt' }],
      ['edit', { content: 'new' }],
      ['edit', { path: 7, content: ['new'] }],
    ] as const)
      assert.deepEqual(call(kind, input), []);
  });

  it('T16: an input that a call has as its text before it runs is its input, and no output; what it has then is', () => {
    let recorder = new Recorder();
    const update = (fields: object, text: string): ToolItem => {
      const content = [{ type: 'content', content: { type: 'text', text } }];
      recorder.update({ sessionUpdate: 'tool_call_update', toolCallId: 'c', content, ...fields });
      return tool(recorder.facts);
    };
    const input = { path: '/w/a.txt', content: 'new {"x":1}' };
    const whole = JSON.stringify(input);
    const written = { type: 'diff', path: '/w/a.txt', oldText: null, newText: input.content };
    const begun = update({ title: 'Write', kind: 'edit', status: 'pending' }, whole.slice(0, -2));
    assert.deepEqual([begun.rawInput, begun.output], [undefined, whole.slice(0, -2)]);
    const pending = update({}, whole);
    assert.deepEqual([pending.rawInput, pending.content, pending.output], [input, [written], '']);
    const running = update({ status: 'in_progress', rawInput: input }, whole);
    assert.deepEqual([running.rawInput, running.content, running.output], [input, [written], '']);
    const other = '{"of":"its own"}';
    assert.equal(update({}, other).output, other);
    const over = update({ status: 'completed' }, whole);
    assert.deepEqual([over.rawInput, over.output], [input, whole]);
    recorder = new Recorder();
    const ran = update({ status: 'completed', kind: 'edit' }, whole);
    assert.deepEqual([ran.rawInput, ran.output], [undefined, whole]);
  });
});
