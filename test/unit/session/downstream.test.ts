/** A session seen by its clients: real ACP connections over in-memory transports, a fake agent. */
import assert from 'node:assert/strict';
import { client as acpClient } from '@agentclientprotocol/sdk';
import { OffdeskError } from '../../../src/base/error.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { attachmentLink } from '../../../src/protocol/attachment-link.ts';
import { methods, type AnswerResult, type HistoryResult } from '../../../src/protocol/methods.ts';
import { acpStream } from '../../../src/protocol/transport.ts';
import { coalesce } from '../../../src/session/coalesce.ts';
import { MemoryJournal } from '../../../src/session/memory-journal.ts';
import { ProbeClient } from '../../support/probe-client.ts';
import { eventually, within } from '../../support/wait.ts';
import { codeOf, complete, noAttachments, permission, setup } from './downstream-kit.ts';

describe('session and clients', () => {
  it('P1, P3, F1, J3: a prompt of one client streams to all, in order, once', async () => {
    const { agent, session, connect } = setup();
    const a = await connect('a');
    const b = await connect('b');
    await a.resume('s1', { tail: 50 });
    await b.resume('s1', { tail: 50 });
    const result = a.prompt('s1', 'prompt-01', 'hello');
    const turn = await agent.nextTurn();
    for (const word of ['one ', 'two ', 'three']) {
      agent.say(word);
      // A client that keeps up gets it at once; one that is behind would get it merged (F5).
      await complete(a, session);
      await complete(b, session);
    }
    turn.end('end_turn');
    assert.equal((await result).stopReason, 'end_turn');
    await complete(a, session);
    await complete(b, session);
    assert.deepEqual(a.facts, b.facts);
    assert.deepEqual(
      a.facts.map((fact) => fact.seq),
      a.facts.map((_, i) => i + 1),
    );
    const types = a.facts.map((fact) => fact.event?.type ?? fact.update.sessionUpdate);
    assert.deepEqual(types, [
      'prompt_received',
      'turn_started',
      'user_message_chunk',
      'agent_state',
      'agent_offers',
      'agent_state',
      'agent_message_chunk',
      'agent_message_chunk',
      'agent_message_chunk',
      'turn_ended',
    ]);
    assert.equal(a.facts[0]?.origin.name, 'a');
  });

  it('P1: a repeated id gets the same fate and reaches the agent once', async () => {
    const { agent, connect } = setup();
    const a = await connect('a');
    const first = a.prompt('s1', 'prompt-01', 'hello');
    const turn = await agent.nextTurn();
    const again = a.prompt('s1', 'prompt-01', 'hello');
    turn.end('end_turn');
    await first;
    await again;
    assert.equal((await a.prompt('s1', 'prompt-01', 'hello')).stopReason, 'end_turn');
    assert.deepEqual(agent.prompts, ['hello']);
  });

  it('P2: a prompt whose file is still looked for is not overtaken by the next, and holds none of another session', async () => {
    let found!: () => void;
    const looked = new Promise<void>((resolve) => (found = resolve));
    const { agent, connect, listed, make } = setup({ attachments: { ...noAttachments, send: () => looked } });
    listed.set('s2', make('s2', new MemoryJournal('e1')));
    const a = await connect('a');
    const file = { id: crypto.randomUUID(), name: 'a.jpg', type: 'image/jpeg', bytes: 1 };
    const first = a.request('session/prompt', {
      sessionId: 's1',
      prompt: [{ type: 'text', text: 'this photo' }, attachmentLink(file)],
    });
    const second = a.prompt('s1', 'prompt-02', 'what is on it?');
    // Both are there.
    await a.request(methods.past, { limit: 1 });
    const elsewhere = a.prompt('s2', 'prompt-03', 'and here?');
    (await within(agent.nextTurn(), 25_000, 'the turn of the other session')).end('end_turn');
    await elsewhere;
    assert.deepEqual(agent.prompts.splice(0), ['and here?']);
    found();
    (await agent.nextTurn()).end('end_turn');
    await first;
    (await agent.nextTurn()).end('end_turn');
    await second;
    assert.match(agent.prompts[0] ?? '', /this photo/);
    assert.equal(agent.prompts[1], 'what is on it?');
  });

  it('P2, P4: prompts queue; Stop holds them; they can be removed and resumed', async () => {
    const { agent, session, connect } = setup();
    const a = await connect('a');
    await a.resume('s1', { tail: 50 });
    const first = a.prompt('s1', 'prompt-01', 'one');
    const turn = await agent.nextTurn();
    const second = a.prompt('s1', 'prompt-02', 'two');
    const third = a.prompt('s1', 'prompt-03', 'three');
    await a.fact(
      'third received',
      (fact) => fact.event?.type === 'prompt_received' && fact.event.id === 'prompt-03',
    );
    await a.connection.agent.notify('session/cancel', { sessionId: 's1' });
    await a.event('queue_held');
    assert.equal(agent.cancels, 1);
    turn.end('cancelled');
    assert.equal((await first).stopReason, 'cancelled');
    assert.equal(session.state, 'idle');
    await a.request(methods.queueRemove, { sessionId: 's1', id: 'prompt-02' });
    assert.equal((await second).stopReason, 'cancelled');
    await a.request(methods.queueResume, { sessionId: 's1' });
    (await agent.nextTurn()).end('end_turn');
    await third;
    assert.deepEqual(agent.prompts, ['one', 'three']);
  });

  it('P4: Stop answers open questions as cancelled and closes what the agent left open', async () => {
    const { agent, connect, session } = setup();
    const a = await connect('a');
    await a.resume('s1', { tail: 50 });
    const end = a.prompt('s1', 'prompt-01', 'one');
    const turn = await agent.nextTurn();
    agent.sink!.update({ sessionUpdate: 'tool_call', toolCallId: 'c1', title: 'Run', status: 'pending' });
    const answer = agent.sink!.ask('permission', permission, new AbortController().signal);
    await a.event('question_opened');
    assert.equal(session.state, 'waiting');
    await a.connection.agent.notify('session/cancel', { sessionId: 's1' });
    assert.deepEqual(await answer, { outcome: 'cancelled' });
    turn.end('cancelled');
    await end;
    const closed = await a.fact('the tool call closed', (fact) => fact.update['status'] === 'failed');
    assert.equal(closed.update['toolCallId'], 'c1');
  });

  it('P5: an agent that ends mid-turn interrupts it, and the next prompt starts it again', async () => {
    const { agent, connect } = setup();
    const a = await connect('a');
    await a.resume('s1', { tail: 50 });
    const end = a.prompt('s1', 'prompt-01', 'one');
    const turn = await agent.nextTurn();
    const question = agent.sink!.ask('permission', permission, new AbortController().signal);
    await a.event('question_opened');
    const gone = new OffdeskError('agent_exited', 'It ended.', 'Send again.');
    agent.sink!.exited(gone);
    turn.fail(gone);
    await assert.rejects(end, (error) => codeOf(error) === 'agent_failed');
    assert.deepEqual(await question, { outcome: 'withdrawn' });
    const ended = await a.event('turn_ended');
    assert.equal(ended.event?.type === 'turn_ended' && ended.event.outcome, 'interrupted');
    const next = a.prompt('s1', 'prompt-02', 'two');
    (await agent.nextTurn()).end('end_turn');
    await next;
    assert.equal(agent.starts, 2);
    await a.fact('a notice', (fact) => fact.update.sessionUpdate === 'notice');
  });

  it('Q1, Q2: the first answer wins, later ones learn whose it was', async () => {
    const { agent, session, connect } = setup();
    const a = await connect('a');
    const b = await connect('b');
    await session.startAgent();
    const asked = agent.sink!.ask('permission', permission, new AbortController().signal);
    const send = (probe: ProbeClient, id: string, optionId: string) =>
      probe.request<AnswerResult>(methods.answer, {
        sessionId: 's1',
        id,
        question: 'q1',
        answer: { outcome: 'selected', optionId },
      });
    const results = await Promise.all([send(a, 'answer-a', 'yes'), send(b, 'answer-b', 'no')]);
    assert.deepEqual(results, [{ result: 'applied' }, { result: 'alreadyAnswered', by: 'a' }]);
    assert.deepEqual(await send(a, 'answer-a', 'yes'), { result: 'applied' });
    assert.deepEqual(await asked, { outcome: 'selected', optionId: 'yes' });
  });

  it('Q3, Q4: only offered answers count; the agent can take a question back', async () => {
    const { agent, session, connect } = setup();
    const a = await connect('a');
    await session.startAgent();
    const withdraw = new AbortController();
    const asked = agent.sink!.ask('permission', permission, withdraw.signal);
    const params = {
      sessionId: 's1',
      id: 'answer-1',
      question: 'q1',
      answer: { outcome: 'selected', optionId: 'other' },
    };
    await assert.rejects(a.request(methods.answer, params), (error) => codeOf(error) === 'invalid_params');
    await assert.rejects(
      a.request(methods.answer, { ...params, question: 'q9' }),
      (error) => codeOf(error) === 'question_unknown',
    );
    withdraw.abort();
    assert.deepEqual(await asked, { outcome: 'withdrawn' });
  });

  it('Q1, Q2: of questions that are over the last ones are remembered, and nothing of what they asked', async () => {
    const { agent, session, connect } = setup();
    const a = await connect('a');
    await session.startAgent();
    const answer = { outcome: 'selected', optionId: permission.options[0]!.optionId };
    const send = (number: number) =>
      a.request(methods.answer, { sessionId: 's1', id: `answer-${number}`, question: `q${number}`, answer });
    for (let number = 1; number <= limits.rememberedIds + 1; number++) {
      const asked = agent.sink!.ask('permission', permission, new AbortController().signal);
      assert.deepEqual(await send(number), { result: 'applied' });
      await asked;
    }
    assert.deepEqual(await send(2), { result: 'applied' });
    await assert.rejects(send(1), (error) => codeOf(error) === 'question_unknown');
  });

  it('P6, J4: a cursor gets exactly what came after; a void one gets reset and the tail', async () => {
    const { session, agent, connect } = setup();
    await session.startAgent();
    for (let i = 0; i < 20; i++) agent.say(`${i} `);
    const a = await connect('a');
    const meta = await a.resume('s1', { after: { epoch: 'e1', seq: 10 } });
    assert.equal(meta.reset, false);
    await complete(a, session);
    assert.deepEqual(a.facts, coalesce(await session.journal.read(10, Infinity)));
    for (const after of [
      { epoch: 'other', seq: 10 },
      { epoch: 'e1', seq: 999 },
    ]) {
      const b = await connect('b');
      assert.equal((await b.resume('s1', { after })).reset, true);
      await complete(b, session);
      assert.equal(b.facts[0]?.seq, 1);
    }
  });

  it('P6, J6: the tail and the pages before it make the whole', async () => {
    const { session, agent, connect } = setup();
    await session.startAgent();
    for (let i = 0; i < 30; i++) {
      agent.sink!.update({
        sessionUpdate: 'tool_call',
        toolCallId: `c${i}`,
        title: `call ${i}`,
        status: 'completed',
      });
    }
    const a = await connect('a');
    let { from } = await a.resume('s1', { tail: 5 });
    await complete(a, session);
    const calls = a.facts.map((fact) => fact.update['toolCallId']).filter(Boolean);
    assert.deepEqual(calls, ['c25', 'c26', 'c27', 'c28', 'c29']);
    let seen = 5;
    while (from !== null) {
      const page: HistoryResult = await a.request(methods.history, {
        sessionId: 's1',
        before: from,
        limit: 10,
      });
      seen += page.updates.length;
      from = page.from;
    }
    assert.equal(seen, 30);
  });

  it('J8: what no message could carry is shortened, says so, and stops nobody', async () => {
    const { session, agent, connect } = setup();
    await session.startAgent();
    const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
    const huge = 'x'.repeat(20 * 1024 * 1024);
    const tool = { sessionUpdate: 'tool_call', toolCallId: 'c1', title: 'Read', status: 'pending' };
    const text = { type: 'content', content: { type: 'text', text: huge } };
    agent.sink!.update({ ...tool, content: [text], rawOutput: huge });
    agent.sink!.update({ ...tool, toolCallId: 'c2', rawOutput: deep(limits.factDepth + 1) });
    agent.sink!.update({ ...tool, toolCallId: 'c3', rawOutput: deep(100_000) });
    agent.sink!.update({ ...tool, toolCallId: 'c4', rawOutput: Array(1_000_000).fill('0123456789') });
    agent.sink!.update({ ...tool, toolCallId: huge, title: huge });
    agent.sink!.update({ sessionUpdate: huge });
    agent.sink!.update({ sessionUpdate: 'session_info_update', title: huge });
    const asked = agent.sink!.ask(
      'permission',
      { ...permission, toolCall: { ...permission.toolCall, content: [text] } },
      new AbortController().signal,
    );
    agent.say('and on');
    const a = await connect('a');
    await a.resume('s1', { after: { epoch: 'e1', seq: 0 } });
    await complete(a, session);
    const calls = a.facts.filter((fact) => fact.update.sessionUpdate === 'tool_call');
    assert.deepEqual(
      calls.slice(0, 4).map((fact) => [fact.item, fact.update['title'], fact.update['status']]),
      ['c1', 'c2', 'c3', 'c4'].map((id) => [`t:${id}`, 'Read', 'pending']),
    );
    assert.match(JSON.stringify(calls[0]!.update['content']), /characters left out/);
    await a.request(methods.answer, {
      ...{ sessionId: 's1', id: 'answer-1', question: 'q1' },
      answer: { outcome: 'selected', optionId: 'yes' },
    });
    assert.deepEqual(await asked, { outcome: 'selected', optionId: 'yes' });
    const sizes = a.received.map((message) => Buffer.byteLength(message));
    assert.ok(Math.max(...sizes) < limits.messageBytes / 2, `${Math.max(...sizes)} bytes`);
    assert.ok(Buffer.byteLength(JSON.stringify(a.state)) < 64 * 1024, 'state is sent to all, all the time');
  });

  it('J8: a page of one item that is too large for a message has its beginning and its end', async () => {
    const { session, agent, connect } = setup();
    await session.startAgent();
    const content = (text: string) => [{ type: 'content', content: { type: 'text', text } }];
    for (let i = 0; i < 100; i++) {
      agent.sink!.update({
        ...{ sessionUpdate: 'tool_call_update', toolCallId: 'c1', title: `${i}` },
        content: content('y'.repeat(256 * 1024)),
      });
    }
    agent.say('after');
    const a = await connect('a');
    const meta = await a.resume('s1', { tail: 1 });
    const before = meta.from!;
    const page: HistoryResult = await a.request(methods.history, { sessionId: 's1', before, limit: 10 });
    const titles = page.updates.map((update) => (update['update'] as { title: string }).title);
    assert.equal(titles[0], '0');
    assert.equal(titles.at(-1), '99');
    const largest = Math.max(...a.received.map((message) => Buffer.byteLength(message)));
    assert.ok(largest < limits.messageBytes / 2, `${largest} bytes`);
  });

  it('P11: prompts that wait and answers are bounded, whoever sends them', async () => {
    const { session, agent, connect } = setup();
    const a = await connect('a');
    await session.startAgent();
    const running = a.prompt('s1', 'prompt-00', 'one');
    const turn = await agent.nextTurn();
    const tooMuch = (error: unknown) => codeOf(error) === 'message_too_large';
    await assert.rejects(a.prompt('s1', 'prompt-99', 'x'.repeat(limits.promptBytes)), tooMuch);
    const waiting: Promise<unknown>[] = [];
    for (let i = 1; i <= 4; i++) waiting.push(a.prompt('s1', `prompt-0${i}`, 'x'.repeat(1000 * 1000)));
    await assert.rejects(
      a.prompt('s1', 'prompt-98', 'x'.repeat(500 * 1000)),
      (error) => codeOf(error) === 'invalid_params',
    );
    void agent.sink!.ask('elicitation', { mode: 'form', message: 'Name?' }, new AbortController().signal);
    const answer = { action: 'accept', content: { name: 'x'.repeat(limits.answerChars) } };
    const params = { sessionId: 's1', id: 'answer-1', question: 'q1' };
    await assert.rejects(a.request(methods.answer, { ...params, answer }), tooMuch);
    assert.deepEqual(await a.request(methods.answer, { ...params, answer: { action: 'decline' } }), {
      result: 'applied',
    });
    await session.close();
    turn.end('cancelled');
    await running.catch(() => undefined);
    await Promise.allSettled(waiting);
  });

  it('P7: scopes bound what a client may do', async () => {
    const { connect, session } = setup();
    await session.startAgent();
    const viewer = await connect('v', 'view');
    const answerer = await connect('n', 'answer');
    const denied = (error: unknown) => codeOf(error) === 'scope_insufficient';
    await assert.rejects(viewer.prompt('s1', 'prompt-01', 'x'), denied);
    await assert.rejects(answerer.prompt('s1', 'prompt-01', 'x'), denied);
    await assert.rejects(answerer.request(methods.files, { sessionId: 's1', query: 'a', limit: 5 }), denied);
    const answer = { sessionId: 's1', id: 'answer-1', question: 'q1', answer: { outcome: 'cancelled' } };
    await assert.rejects(viewer.request(methods.answer, answer), denied);
    await assert.rejects(
      answerer.request(methods.answer, answer),
      (error) => codeOf(error) === 'question_unknown',
    );
    await viewer.resume('s1', { tail: 5 });
  });

  it('P6: a client that leaves while its wish is worked on leaves no reader behind', async () => {
    const { connect, journal, session } = setup();
    await session.startAgent();
    const a = await connect('a');
    const before = journal.readers;
    const go = journal.hold();
    const resumed = a.resume('s1', { tail: 5 });
    resumed.catch(() => undefined);
    await eventually(() => a.transport.sent.some((text) => text.includes('session/resume')), {
      what: 'the wish',
    });
    a.transport.close();
    await a.connection.closed;
    go();
    await assert.rejects(resumed);
    assert.equal(journal.readers, before);
  });

  it('P6: a session that is no longer there is read no more when its client goes on to another', async () => {
    const { connect, journal, listed, make } = setup();
    const a = await connect('a');
    const before = journal.readers;
    await a.resume('s1', { tail: 5 });
    assert.equal(journal.readers, before + 1);
    listed.delete('s1');
    listed.set('s2', make('s2', new MemoryJournal('e2')));
    await a.resume('s2', { tail: 5 });
    assert.equal(journal.readers, before);
  });

  it('P9: a second initialize costs nothing', async () => {
    const { connect, changed } = setup();
    const a = await connect('a');
    for (let i = 0; i < 20; i++) await a.initialize();
    const states = () => a.received.filter((text) => text.includes(methods.state)).length;
    const before = states();
    changed.fire();
    await a.initialize();
    assert.equal(states() - before, 1);
  });

  it('P10: what comes while a plain client loads reaches it once', async () => {
    const { agent, session, serve, journal } = setup();
    await session.startAgent();
    agent.say('before ');
    const texts: string[] = [];
    const plain = acpClient({ name: 'plain' })
      .onNotification('session/update', (cx) => {
        const { update } = cx.params;
        if (update.sessionUpdate === 'agent_message_chunk' && update.content.type === 'text')
          texts.push(update.content.text);
      })
      .connect(acpStream(serve('editor', 'control')));
    await plain.agent.request('initialize', { protocolVersion: 1, clientCapabilities: {} });
    const go = journal.hold();
    const loaded = plain.agent.request('session/load', { sessionId: 's1', cwd: '/', mcpServers: [] });
    await plain.agent.request('session/list', {});
    agent.say('meanwhile ');
    go();
    await loaded;
    agent.say('after');
    await eventually(() => texts.at(-1) === 'after', { what: 'the last word' });
    assert.equal(texts.join(''), 'before meanwhile after');
  });

  it('P8: host methods do not exist for a remote client', async () => {
    const { connect } = setup();
    const a = await connect('a');
    for (const method of Object.values(methods.host)) {
      await assert.rejects(a.request(method, {}), (error) => (error as { code?: number }).code === -32601);
    }
  });

  it('P9: another protocol version is refused', async () => {
    const { serve } = setup();
    const probe = new ProbeClient(serve('a', 'control'));
    await assert.rejects(probe.initialize(99), (error) => codeOf(error) === 'version_mismatch');
  });

  it('P10: a plain ACP client loads, is asked, and is told when another was first', async () => {
    const { agent, session, serve, connect } = setup();
    await session.startAgent();
    agent.say('before ');
    agent.say('you came');
    const texts: string[] = [];
    let asked = 0;
    let cancelled = 0;
    const plain = acpClient({ name: 'plain' })
      .onNotification('session/update', (cx) => {
        const { update } = cx.params;
        if (update.sessionUpdate === 'agent_message_chunk' && update.content.type === 'text')
          texts.push(update.content.text);
      })
      .onRequest('session/request_permission', (cx) => {
        asked++;
        if (asked === 1) return { outcome: { outcome: 'selected', optionId: 'yes' } };
        return new Promise((resolve) =>
          cx.signal.addEventListener('abort', () => {
            cancelled++;
            resolve({ outcome: { outcome: 'cancelled' } });
          }),
        );
      })
      .connect(acpStream(serve('editor', 'control')));
    await plain.agent.request('initialize', { protocolVersion: 1, clientCapabilities: {} });
    await plain.agent.request('session/load', { sessionId: 's1', cwd: '/', mcpServers: [] });
    assert.deepEqual(texts, ['before you came']);
    const first = await agent.sink!.ask('permission', permission, new AbortController().signal);
    assert.deepEqual(first, { outcome: 'selected', optionId: 'yes' });
    const second = agent.sink!.ask('permission', permission, new AbortController().signal);
    await eventually(() => asked === 2, { what: 'the second question' });
    const other = await connect('other');
    await other.request(methods.answer, {
      sessionId: 's1',
      id: 'answer-1',
      question: 'q2',
      answer: { outcome: 'selected', optionId: 'no' },
    });
    assert.deepEqual(await second, { outcome: 'selected', optionId: 'no' });
    await eventually(() => cancelled === 1, { what: '$/cancel_request' });
    const turn = plain.agent.request('session/prompt', {
      sessionId: 's1',
      prompt: [{ type: 'text', text: 'hi' }],
    });
    (await agent.nextTurn()).end('end_turn');
    assert.equal((await turn).stopReason, 'end_turn');
  });
});
