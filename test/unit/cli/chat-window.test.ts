/** The terminal's conversation over a long time: bounded, and everything printed once, in order. */
import assert from 'node:assert/strict';
import { ChatWindow } from '../../../src/cli/chat/chat-window.ts';
import type { Fact, FactMeta } from '../../../src/protocol/facts.ts';
import { limits } from '../../../src/protocol/limits.ts';

describe('U1: the conversation in a terminal', () => {
  let window: ChatWindow;
  let seq: number;
  /** What Ink's `<Static>` keeps: how many it has printed, and what it wrote. */
  let count: number;
  let printed: string[];

  beforeEach(() => {
    window = new ChatWindow();
    seq = 0;
    count = 0;
    printed = [];
  });

  const take = (fact: Pick<Fact, 'update' | 'event' | 'item'>): void =>
    window.take({ seq: ++seq, at: seq, origin: { kind: 'agent' }, ...fact });
  const event = (event: NonNullable<FactMeta['event']>): void =>
    take({ update: { sessionUpdate: 'session_info_update' }, event });
  const says = (item: string, text = item): void =>
    take({ update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } }, item });
  const calls = (item: string, status: string): void => {
    const sessionUpdate = status === 'pending' ? 'tool_call' : 'tool_call_update';
    take({ update: { sessionUpdate, toolCallId: item, title: item, status }, item: `t:${item}` });
  };
  const begins = (id: string): void => {
    event({ type: 'prompt_received', id, prompt: [{ type: 'text', text: id }] });
    event({ type: 'turn_started', id });
  };
  const ends = (id: string, outcome: 'done' | 'cancelled' = 'done'): void =>
    event({ type: 'turn_ended', id, outcome });

  function draw(): void {
    window.settle();
    printed.push(...window.printed.slice(count).map(({ id }) => id));
    count = window.printed.length;
    assert.ok(
      window.transcript.items.length <= limits.windowItems,
      `${window.transcript.items.length} items`,
    );
    assert.ok(window.printed.held <= 2 * limits.windowItems, `${window.printed.held} entries`);
    assert.ok(window.live.length <= limits.windowItems);
  }

  it('lets items go, and prints each once and in order', () => {
    const expected: string[] = [];
    for (let turn = 0; turn < 300; turn++) {
      begins(`${turn}`);
      draw();
      for (let at = 0; at < 4; at++) {
        says(`m${turn}.${at}`);
        draw();
      }
      ends(`${turn}`, turn % 3 === 0 ? 'cancelled' : 'done');
      draw();
      expected.push(`p:${turn}`, ...[0, 1, 2, 3].map((at) => `m${turn}.${at}`));
      if (turn % 3 === 0) expected.push(`end:${turn}`);
    }
    assert.deepEqual(printed, expected);
    // Anew, as after a resize: the end of it.
    const anew = window.printed.slice(0).map(({ id }) => id);
    assert.ok(anew.length >= limits.windowItems - limits.tailItems);
    assert.deepEqual(anew, expected.slice(-anew.length));
  });

  it('a turn longer than the window, behind a call that never ends: all of it and its end are printed', () => {
    begins('long');
    calls('stuck', 'pending');
    draw();
    for (let at = 0; at < 1_000; at++) {
      says(`m${at}`);
      if (at % 7 === 0) draw();
    }
    // Of what was let go nothing appears again.
    calls('stuck', 'completed');
    draw();
    ends('long', 'cancelled');
    draw();
    const all = ['p:long', 't:stuck', ...Array.from({ length: 1_000 }, (_, at) => `m${at}`), 'end:long'];
    assert.deepEqual(printed, all);
    assert.deepEqual(window.live, []);
  });

  it('many at once are printed all the same', () => {
    begins('burst');
    for (let at = 0; at < 2_000; at++) says(`m${at}`);
    window.settle();
    const first = window.printed.slice(0).map(({ id }) => id);
    const all = ['p:burst', ...Array.from({ length: 2_000 }, (_, at) => `m${at}`)];
    // The last one may still change.
    assert.deepEqual(first, all.slice(0, -1));
    count = window.printed.length;
    ends('burst');
    draw();
    assert.deepEqual(printed, all.slice(-1));
    begins('next');
    draw();
    assert.ok(window.printed.held <= 2 * limits.windowItems);
  });

  it('an open question stays, and what was printed does not become open again', () => {
    begins('p');
    event({
      type: 'question_opened',
      id: 'q',
      kind: 'permission',
      request: { toolCall: { toolCallId: 'x' }, options: [] },
    });
    for (let at = 0; at < 900; at++) {
      says(`m${at}`);
      draw();
    }
    assert.equal(window.transcript.questions.length, 1);
    calls('late', 'pending');
    calls('late', 'completed');
    says('after');
    draw();
    calls('late', 'in_progress');
    draw();
    ends('p');
    draw();
    assert.equal(new Set(printed).size, printed.length);
  });
});
