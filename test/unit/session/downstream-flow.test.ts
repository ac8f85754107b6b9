/** What a client costs that is slow, stalled or far behind: a bound, and the same conversation in fewer messages. */
import assert from 'node:assert/strict';
import { client as acpClient } from '@agentclientprotocol/sdk';
import { OffdeskError } from '../../../src/base/error.ts';
import type { HostStatus } from '../../../src/protocol/host-status.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { methods } from '../../../src/protocol/methods.ts';
import { acpStream } from '../../../src/protocol/transport.ts';
import { coalesce } from '../../../src/session/coalesce.ts';
import { applyFacts, emptyTranscript } from '../../../src/transcript/fold.ts';
import type { ProbeClient } from '../../support/probe-client.ts';
import { eventually } from '../../support/wait.ts';
import { complete, quietDesk, setup } from './downstream-kit.ts';

/** Texts of all messages, as a reader sees them. */
function said(probe: ProbeClient): string[] {
  const { items } = applyFacts(emptyTranscript(), probe.facts);
  return items.flatMap((item) => (item.kind === 'message' ? [item.text] : []));
}

const updates = (received: string[]) => received.filter((text) => text.includes('"session/update"'));
const bytesOf = (texts: string[]) => texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);

/** A tool call with so much to show, in characters of two bytes each. */
const call = (id: string, chars: number) => ({
  sessionUpdate: 'tool_call',
  toolCallId: id,
  title: 'Read',
  content: [{ type: 'content', content: { type: 'text', text: 'ä'.repeat(chars) } }],
});

/** Nothing more arrives: many turns of the event loop in which it did not. */
async function quiet(received: string[]): Promise<void> {
  let before = -1;
  for (let turns = 0; turns < 20; turns++) {
    if (received.length !== before) turns = 0;
    before = received.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('flow', () => {
  it('F2, F3, F4, F6: a client that does not acknowledge costs its bound, slows nobody and catches up', async () => {
    const { session, agent, connect } = setup();
    await session.startAgent();
    const stalled = await connect('stalled');
    stalled.acks = false;
    const live = await connect('live');
    await stalled.resume('s1', { tail: 0 });
    await live.resume('s1', { tail: 0 });
    for (let i = 0; i < 2000; i++) {
      if (i % 100 === 0) agent.sink!.update(call(`c${i}`, 1000));
      agent.say('ö'.repeat(1024));
    }
    await complete(live, session);
    await quiet(stalled.received);
    const bytes = bytesOf(updates(stalled.received));
    assert.ok(bytes <= limits.unackedBytes, `${bytes} bytes were sent`);
    assert.ok(bytes > limits.unackedBytes / 2, `only ${bytes} bytes were sent`);
    stalled.acks = true;
    stalled.ack('s1');
    await complete(stalled, session);
    assert.deepEqual(said(stalled), said(live));
  });

  it('F6: what alone is larger than the bound is sent alone', async () => {
    const { session, agent, connect } = setup();
    await session.startAgent();
    const a = await connect('a');
    a.acks = false;
    await a.resume('s1', { tail: 0 });
    agent.sink!.update(call('small', 10));
    agent.sink!.update(call('large', limits.unackedBytes));
    agent.sink!.update(call('after', 10));
    const titles = () => a.facts.map((fact) => fact.update['toolCallId']).filter(Boolean);
    await eventually(() => titles().length === 1, { what: 'the small one' });
    a.ack('s1');
    await eventually(() => titles().length === 2, { what: 'the large one' });
    await quiet(a.received);
    assert.deepEqual(titles(), ['small', 'large']);
    a.ack('s1');
    await eventually(() => titles().length === 3, { what: 'what follows' });
  });

  it('F6: state facts ahead of a window count too', async () => {
    const { session, agent, connect } = setup();
    await session.startAgent();
    const asks = (i: number) =>
      agent.sink!.ask(
        'elicitation',
        { mode: 'form', message: `${i} ${'x'.repeat(40_000)}` },
        new AbortController().signal,
      );
    for (let i = 0; i < 12; i++) void asks(i);
    agent.say('and this');
    const a = await connect('a');
    a.acks = false;
    await a.resume('s1', { tail: 1 });
    await quiet(a.received);
    assert.ok(bytesOf(updates(a.received)) <= limits.unackedBytes);
    a.acks = true;
    a.ack('s1');
    await complete(a, session);
    const opened = a.facts.filter((fact) => fact.event?.type === 'question_opened');
    assert.equal(opened.length, 12);
    await session.close();
  });

  it('F5: a client that is behind gets runs merged, also a newcomer, and continues inside a run', async () => {
    const { session, agent, connect } = setup();
    await session.startAgent();
    for (let i = 0; i < 3000; i++) agent.say(`word ${i} `);
    const raw = await session.journal.read(0, Infinity);
    const a = await connect('a');
    await a.resume('s1', { tail: 5 });
    await complete(a, session);
    assert.ok(a.facts.length < 20, `${a.facts.length} facts`);
    assert.ok(bytesOf(updates(a.received)) < JSON.stringify(raw).length / 10);
    // In the midst of what the first client got as one.
    const b = await connect('b');
    await b.resume('s1', { after: { epoch: 'e1', seq: 1503 } });
    await complete(b, session);
    assert.equal(said(b).join(''), said(a).join('').slice(said(a).join('').indexOf('word 1500 ')));
  });

  it('F5: of what is state, who is behind gets the newest alone', async () => {
    const { session, agent, connect } = setup();
    await session.startAgent();
    const say = (sessionUpdate: string, rest: object) => agent.sink!.update({ sessionUpdate, ...rest });
    for (let i = 0; i < 100; i++) {
      say('usage_update', { used: i, size: 1000, ...(i === 50 && { cost: { amount: 2, currency: 'EUR' } }) });
      say('available_commands_update', { availableCommands: [{ name: `command${i}` }] });
      say('current_mode_update', { currentModeId: `mode${i}` });
      say('session_info_update', i % 2 === 0 ? { title: `title ${i}` } : { _meta: { odd: i } });
    }
    const a = await connect('a');
    await a.resume('s1', { after: { epoch: 'e1', seq: 3 } });
    await complete(a, session);
    const whole = applyFacts(emptyTranscript(), await session.journal.read(3, Infinity));
    const got = applyFacts(emptyTranscript(), a.facts);
    for (const field of ['usage', 'commands', 'modes', 'title'] as const)
      assert.deepEqual(got[field], whole[field]);
    assert.deepEqual(got.usage.cost, { amount: 2, currency: 'EUR' });
    const count = (kind: string) => a.facts.filter((fact) => fact.update.sessionUpdate === kind).length;
    // The cost was said in another one than the last; what says nothing that is known is kept as it is.
    assert.deepEqual(
      ['usage_update', 'available_commands_update', 'current_mode_update', 'session_info_update'].map(count),
      [2, 1, 1, 51],
    );
  });

  it('F5: what was merged still says how long it took', async () => {
    const { agent, session, journal, connect } = setup();
    await session.startAgent();
    const update = { sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: 'so ' } };
    for (const at of [1000, 3000, 9000])
      journal.append({ at, item: 'm9', origin: { kind: 'agent' }, update });
    agent.say('and on');
    const a = await connect('a');
    await a.resume('s1', { tail: 5 });
    await complete(a, session);
    const thought = applyFacts(emptyTranscript(), a.facts).items.find((item) => item.kind === 'thought');
    assert.ok(thought?.kind === 'thought');
    assert.deepEqual([thought.text, thought.startedAt, thought.endedAt], ['so so so ', 1000, 9000]);
    const [merged, ...others] = a.facts.filter((fact) => fact.item === 'm9');
    assert.deepEqual([merged?.first, merged?.seq, others], [4, 6, []]);
    assert.equal(thought.since, 4);
  });

  it('F5: a client that keeps up gets each fact at once, whoever else is behind', async () => {
    const { session, agent, connect } = setup();
    await session.startAgent();
    const a = await connect('a');
    await a.resume('s1', { tail: 0 });
    for (let i = 0; i < 20; i++) {
      agent.say(`${i} `);
      await complete(a, session);
    }
    assert.deepEqual(a.facts, await session.journal.read(0, Infinity));
  });

  it('F3: a client without room is not read for: what is appended costs no reads of it', async () => {
    const { session, agent, connect, journal } = setup();
    await session.startAgent();
    const a = await connect('a');
    a.acks = false;
    await a.resume('s1', { tail: 0 });
    for (let i = 0; i < 300; i++) agent.sink!.update(call(`c${i}`, 1000));
    await quiet(a.received);
    const before = journal.asked.length;
    for (let i = 0; i < 300; i++) agent.sink!.update(call(`d${i}`, 1000));
    await quiet(a.received);
    assert.equal(journal.asked.length, before);
    assert.ok(Math.max(...journal.asked) <= limits.pieceBytes);
  });

  it('F7: of news besides facts at most one is on its way to a client that takes nothing', async () => {
    const status = { state: 'on' } as unknown as HostStatus;
    const { desk, changed: statusChanged } = quietDesk(status);
    const { session, agent, connect, changed } = setup();
    await session.startAgent();
    const a = await connect('a', 'control', desk);
    await quiet(a.received);
    a.acks = false;
    await a.resume('s1', { tail: 0 });
    agent.say('something to acknowledge');
    await complete(a, session);
    const news = () =>
      [methods.state, methods.host.status].map((name) => a.received.filter((t) => t.includes(name)).length);
    const before = news();
    for (let i = 0; i < 50; i++) {
      changed.fire();
      statusChanged.fire(status);
      await quiet(a.received);
    }
    for (const [i, count] of news().entries()) assert.ok(count - before[i]! <= 1, `${count} were sent`);
    const held = news();
    a.ack('s1');
    await eventually(() => news().every((count, i) => count === held[i]! + 1), { what: 'the latest' });
    changed.fire();
    await eventually(() => news()[0] === held[0]! + 2, { what: 'news at once, with nothing on its way' });
  });

  it('F8: session/load replays in pieces, merged, and what comes meanwhile follows', async () => {
    const { session, agent, serve, journal } = setup();
    await session.startAgent();
    for (let i = 0; i < 400; i++) {
      agent.sink!.update(call(`c${i}`, 4000));
      agent.say(`text ${i} `);
    }
    const transport = serve('editor', 'control');
    let calls = 0;
    const texts: string[] = [];
    const plain = acpClient({ name: 'plain' })
      .onNotification('session/update', (cx) => {
        const { update } = cx.params;
        if (update.sessionUpdate === 'tool_call') calls++;
        if (update.sessionUpdate === 'agent_message_chunk' && update.content.type === 'text')
          texts.push(update.content.text);
        // Other work has its turns before all is sent.
        if (update.sessionUpdate === 'tool_call' && calls === 1) setImmediate(() => agent.say('meanwhile'));
      })
      .connect(acpStream(transport));
    await plain.agent.request('initialize', { protocolVersion: 1, clientCapabilities: {} });
    await plain.agent.request('session/load', { sessionId: 's1', cwd: '/', mcpServers: [] });
    assert.equal(calls, 400);
    assert.ok(journal.asked.length > 1 && Math.max(...journal.asked) <= limits.pieceBytes);
    await eventually(() => texts.join('').endsWith('meanwhile'), { what: 'the last word' });
    assert.equal(
      texts.join(''),
      [...Array.from({ length: 400 }, (_, i) => `text ${i} `), 'meanwhile'].join(''),
    );
  });

  it('F9: that a prompt was received is told when it is on the disk, or at once where the disk refuses', async () => {
    const { session, journal, connect } = setup();
    await session.startAgent();
    const a = await connect('a');
    await a.resume('s1', { tail: 0 });
    const received = () =>
      a.facts.flatMap(({ event }) => (event?.type === 'prompt_received' ? [event.id] : []));
    let written!: () => void;
    journal.disk = new Promise((resolve) => (written = resolve));
    const turn = a.prompt('s1', 'prompt-01', 'hello');
    turn.catch(() => {});
    await eventually(() => journal.head > 0 && session.state === 'working', { what: 'the turn' });
    await quiet(a.received);
    assert.deepEqual(received(), []);
    written();
    await eventually(() => received().length === 1, { what: 'the receipt' });
    journal.disk = Promise.reject(new OffdeskError('storage_failed', 'The disk is full.'));
    journal.disk.catch(() => {});
    a.prompt('s1', 'prompt-02', 'and more').catch(() => {});
    await eventually(() => received().length === 2, { what: 'the receipt, and the trouble' });
  });

  it('F1: what was merged for one is the same conversation as what was not', async () => {
    const { session, agent, connect } = setup();
    await session.startAgent();
    const live = await connect('live');
    await live.resume('s1', { tail: 50 });
    for (let i = 0; i < 60; i++) {
      agent.say(`${i} `);
      if (i % 7 === 0) agent.sink!.update(call(`c${i}`, 10));
      await complete(live, session);
    }
    const late = await connect('late');
    await late.resume('s1', { tail: 50 });
    await complete(late, session);
    assert.deepEqual(said(late), said(live));
    assert.deepEqual(late.facts, coalesce(live.facts));
  });
});
