/** Going about in a session that is longer than what a client holds: windows, pages both ways, search, the past. */
import assert from 'node:assert/strict';
import { systemClock } from '../../../src/base/clock.ts';
import { OffdeskError } from '../../../src/base/error.ts';
import { silentLog } from '../../../src/base/log.ts';
import { fromNotification, type Fact } from '../../../src/protocol/facts.ts';
import { limits } from '../../../src/protocol/limits.ts';
import {
  methods,
  type HistoryResult,
  type PastResult,
  type SearchResult,
} from '../../../src/protocol/methods.ts';
import type { Journal } from '../../../src/session/journal.ts';
import { MemoryJournal } from '../../../src/session/memory-journal.ts';
import { Session } from '../../../src/session/session.ts';
import type { FakeAgent } from '../../support/fake-agent.ts';
import type { ProbeClient } from '../../support/probe-client.ts';
import { eventually } from '../../support/wait.ts';
import { codeOf, complete, hasCode, permission, setup, SlowJournal } from './downstream-kit.ts';

const sessionId = 's1';

function calls(agent: FakeAgent, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    agent.sink!.update({
      ...{ sessionUpdate: 'tool_call', toolCallId: `c${i}`, status: 'completed' },
      title: `call ${i}${i % 10 === 0 ? ' of Needles' : ''}`,
    });
  }
}

/** The same facts under the same epoch. */
async function copyOf(journal: Journal): Promise<MemoryJournal> {
  const copy = new MemoryJournal(journal.epoch);
  for (const { seq: _, ...fact } of await journal.read(0, Infinity)) copy.append(fact);
  return copy;
}

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `c${from + i}`);
const callsOf = (facts: Fact[]) =>
  facts.flatMap(({ update }) => (typeof update['toolCallId'] === 'string' ? [update['toolCallId']] : []));
const factsOf = (page: HistoryResult) =>
  page.updates.flatMap((update) => fromNotification(update)?.fact ?? []);
const history = (probe: ProbeClient, place: object, limit = 10) =>
  probe.request<HistoryResult>(methods.history, { sessionId, limit, ...place });
const search = (probe: ProbeClient, query: string, before: number | null = null, limit = 5) =>
  probe.request<SearchResult>(methods.search, { sessionId, query, before, limit });

/** Two clients of a session of 20 calls, whose searches wait for `go`. */
async function heldSearches() {
  const { session, agent, connect, journal } = setup();
  await session.startAgent();
  calls(agent, 0, 20);
  const a = await connect('a');
  const b = await connect('b');
  return { a, b, journal, go: journal.hold() };
}

describe('windows', () => {
  it('G1: pages backwards from the tail and forwards from the beginning hold every item once', async () => {
    const { session, agent, connect } = setup();
    await session.startAgent();
    calls(agent, 0, 57);
    const a = await connect('a', 'view');
    const { from } = await a.resume(sessionId, { tail: 7 });
    await complete(a, session);
    const backwards = [callsOf(a.facts)];
    for (let before = from; before !== null;) {
      const page = await history(a, { before });
      backwards.unshift(callsOf(factsOf(page)));
      before = page.from;
    }
    assert.deepEqual(backwards.flat(), numbers(0, 57));
    const forwards: string[][] = [];
    for (let at: number | null = 1; at !== null;) {
      const page: HistoryResult = await history(a, { at });
      forwards.push(callsOf(factsOf(page)));
      at = page.next;
    }
    assert.deepEqual(forwards.flat(), numbers(0, 57));
    assert.deepEqual(
      forwards.map((page) => page.length),
      [10, 10, 10, 10, 10, 7],
    );
  });

  it('G1: a page in the midst leads on both ways', async () => {
    const { session, agent, connect } = setup();
    await session.startAgent();
    calls(agent, 0, 40);
    const a = await connect('a');
    const first = (await session.journal.page({ at: 1 }, 1, 1)).facts[0]!.seq;
    const middle = await history(a, { at: first + 15 }, 5);
    assert.deepEqual(callsOf(factsOf(middle)), numbers(15, 20));
    const older = await history(a, { before: middle.from! }, 5);
    const newer = await history(a, { at: middle.next! }, 5);
    assert.deepEqual(callsOf(factsOf(older)), numbers(10, 15));
    assert.deepEqual(callsOf(factsOf(newer)), numbers(20, 25));
  });

  it('G2: who missed more than it would keep gets the tail and a gap, and reads the rest by pages', async () => {
    const { session, agent, connect } = setup();
    await session.startAgent();
    calls(agent, 0, 5);
    void agent.sink!.ask(
      'permission',
      { ...permission, toolCall: { toolCallId: 'ask' } },
      new AbortController().signal,
    );
    const cursor = { epoch: session.journal.epoch, seq: session.journal.head };
    calls(agent, 5, 65);
    const some = await connect('some');
    const whole = await some.resume(sessionId, { after: cursor, atMost: 60 });
    assert.deepEqual(whole, { head: { ...cursor, seq: session.journal.head }, from: null, reset: false });
    await complete(some, session);
    assert.deepEqual(callsOf(some.facts), numbers(5, 65));
    const few = await connect('few');
    const { gap, reset, from } = await few.resume(sessionId, { after: cursor, atMost: 20 });
    assert.deepEqual([gap, reset], [true, false]);
    await complete(few, session);
    assert.deepEqual(callsOf(few.facts), numbers(45, 65));
    // What is still true comes along, although it is older.
    assert.ok(few.facts.some((fact) => fact.event?.type === 'question_opened'));
    assert.deepEqual(callsOf(factsOf(await history(few, { before: from! }, 5))), numbers(40, 45));
    const lost = await connect('lost');
    const anew = await lost.resume(sessionId, { after: { ...cursor, epoch: 'other' }, atMost: 20 });
    assert.deepEqual([anew.gap, anew.reset], [undefined, true]);
    await complete(lost, session);
    assert.deepEqual(callsOf(lost.facts), numbers(45, 65));
    await session.close();
  });

  it('G3: search finds backwards, says where, and goes on; what it found opens as a page', async () => {
    const { session, agent, connect } = setup();
    await session.startAgent();
    calls(agent, 0, 100);
    const a = await connect('a', 'view');
    const found: string[] = [];
    for (let before: number | null = null; ;) {
      const page: SearchResult = await search(a, 'of needles', before, 4);
      for (const hit of page.hits) {
        assert.equal(hit.excerpt.slice(hit.start, hit.end).toLowerCase(), 'of needles');
        const [first] = factsOf(await history(a, { at: hit.seq }, 1));
        assert.equal(first?.item, hit.item);
        found.push(hit.item);
      }
      before = page.next;
      if (before === null) break;
    }
    assert.deepEqual(found, [
      't:c90',
      't:c80',
      't:c70',
      't:c60',
      't:c50',
      't:c40',
      't:c30',
      't:c20',
      't:c10',
      't:c0',
    ]);
    assert.deepEqual(await search(a, 'nothing of that kind'), { hits: [], next: null });
  });

  it('G3: what is found in the midst of a message opens as a page that begins with it', async () => {
    const { session, agent, connect } = setup();
    await session.startAgent();
    calls(agent, 1, 3);
    for (const word of ['hay ', 'hay ', 'nee', 'dle ', 'hay']) agent.say(word);
    calls(agent, 3, 6);
    const a = await connect('a');
    const { hits } = await search(a, 'NEEDLE');
    assert.equal(hits.length, 1);
    const page = factsOf(await history(a, { at: hits[0]!.seq }, 1));
    assert.deepEqual(
      page.map(({ item, first }) => [item, first]),
      [[hits[0]!.item, hits[0]!.seq]],
    );
  });

  it('G3: of one client one search reads at a time, and the last one counts', async () => {
    const { a, b, journal, go } = await heldSearches();
    const first = search(a, 'call 1');
    const second = search(a, 'call 2');
    await assert.rejects(first, hasCode('closed'));
    const third = search(a, 'call 3');
    await assert.rejects(second, hasCode('closed'));
    const other = search(b, 'call 4');
    await eventually(() => journal.searches === 2, { what: 'one search for each client' });
    go();
    assert.deepEqual(
      (await third).hits.map(({ item }) => item),
      ['t:c3'],
    );
    assert.deepEqual(
      (await other).hits.map(({ item }) => item),
      ['t:c4'],
    );
    assert.equal(journal.searches, 3);
  });

  it('G3: a search ends with its client, and when the client takes it back', async () => {
    const { a, b, journal, go } = await heldSearches();
    const left = search(a, 'call');
    left.catch(() => undefined);
    const back = new AbortController();
    const taken = b.connection.agent.request<SearchResult>(
      methods.search,
      { sessionId, query: 'call', before: null, limit: 5 },
      { cancellationSignal: back.signal },
    );
    taken.catch(() => undefined);
    await eventually(() => journal.signals.length === 2, { what: 'both searches' });
    a.transport.close();
    back.abort();
    await eventually(() => journal.signals.every((signal) => signal.aborted), { what: 'their end' });
    await assert.rejects(left);
    await assert.rejects(taken);
    go();
  });

  it('G4: the past comes in pages', async () => {
    const row = (i: number) => ({
      ...{ id: `old${i}`, title: `Session ${i}`, cwd: '/work', agent: { name: 'Fake', demo: false } },
      ...{ state: 'ended' as const, updatedAt: i },
    });
    const { connect } = setup({
      past: (before, limit) => {
        const end = before === undefined ? 120 : Number(before);
        const start = Math.max(0, end - limit);
        const sessions = Array.from({ length: end - start }, (_, i) => row(end - 1 - i));
        return { sessions, next: start > 0 ? String(start) : null };
      },
    });
    const a = await connect('a', 'view');
    const ids: string[] = [];
    for (let next: string | null | undefined; next !== null;) {
      const page: PastResult = await a.request(methods.past, {
        limit: limits.pastSessions,
        ...(next !== undefined && { before: next }),
      });
      ids.push(...page.sessions.map(({ id }) => id));
      next = page.next;
    }
    assert.deepEqual(
      ids,
      Array.from({ length: 120 }, (_, i) => `old${119 - i}`),
    );
  });

  it('P12: a session that is over can be read and takes nothing', async () => {
    const { session, agent, connect, listed, over } = setup();
    await session.startAgent();
    calls(agent, 0, 30);
    await session.close();
    listed.delete(sessionId);
    over.set(sessionId, session);
    const a = await connect('a');
    const { from } = await a.resume(sessionId, { tail: 5 });
    await complete(a, session);
    assert.deepEqual(callsOf(a.facts), numbers(25, 30));
    assert.deepEqual(callsOf(factsOf(await history(a, { before: from! }, 5))), numbers(20, 25));
    assert.equal((await search(a, 'call 3')).hits[0]?.item, 't:c3');
    const ended = hasCode('session_ended');
    await assert.rejects(a.prompt(sessionId, 'prompt-01', 'x'), ended);
    await assert.rejects(a.request(methods.queueResume, { sessionId }), ended);
    await assert.rejects(a.request(methods.queueRemove, { sessionId, id: 'prompt-01' }), ended);
    await assert.rejects(a.request(methods.files, { sessionId, query: 'a', limit: 5 }), ended);
    await assert.rejects(a.request('session/set_mode', { sessionId, modeId: 'ask' }), ended);
    const answer = { sessionId, id: 'answer-1', question: 'q1', answer: { outcome: 'cancelled' } };
    await assert.rejects(a.request(methods.answer, answer), ended);
    over.delete(sessionId);
    for (const method of [methods.history, methods.search, 'session/resume', 'session/load']) {
      const params = { sessionId, before: 5, limit: 5, query: 'x' };
      await assert.rejects(a.request(method, params), hasCode('session_unknown'));
    }
  });

  it('B6, P12: over, it tells the recorded end of a prompt that is sent again, and stays as it was', async () => {
    const { session, agent, journal, connect, listed } = setup();
    const a = await connect('a');
    const done = a.prompt(sessionId, 'prompt-01', 'the first');
    (await agent.nextTurn()).end('end_turn');
    assert.equal((await done).stopReason, 'end_turn');
    const cut = a.prompt(sessionId, 'prompt-02', 'the second').catch(codeOf);
    await agent.nextTurn();
    await session.close();
    assert.equal(await cut, 'agent_failed');
    listed.delete(sessionId);
    const over = await Session.over({
      ...{ id: sessionId, cwd: '/work', title: 'test', agentName: 'Fake', demo: false },
      ...{ journal: await copyOf(journal), clock: systemClock, log: silentLog },
    });
    for (const ended of [session, over]) {
      listed.set(sessionId, ended);
      const before = ended.journal.head;
      assert.equal((await a.prompt(sessionId, 'prompt-01', 'the first')).stopReason, 'end_turn');
      await assert.rejects(a.prompt(sessionId, 'prompt-02', 'the second'), hasCode('agent_failed'));
      await assert.rejects(a.prompt(sessionId, 'prompt-03', 'a third'), hasCode('session_ended'));
      assert.equal(ended.journal.head, before);
      const viewer = await connect('b', 'view');
      const refused = viewer.prompt(sessionId, 'prompt-01', 'the first');
      await assert.rejects(refused, hasCode('scope_insufficient'));
    }
    assert.equal(over.title, 'test');
    assert.deepEqual(agent.prompts, ['the first', 'the second']);
  });

  it('P12: a session that ends while it is read is read to its end, also when its journal is closed', async () => {
    const { session, agent, journal, connect, listed, over, make } = setup();
    await session.startAgent();
    for (let i = 0; i < 200; i++) agent.say(`${'x'.repeat(10_000)} ${i}`);
    const a = await connect('a');
    a.acks = false;
    await a.resume(sessionId, { tail: 50 });
    await eventually(() => a.facts.length > 3, { what: 'its beginning' });
    await session.close();
    listed.delete(sessionId);
    // As a host opens it to be read.
    const again = new SlowJournal(await copyOf(journal));
    over.set(sessionId, make(sessionId, again));
    journal.closed = true;
    // Another session is looked at meanwhile.
    listed.set('s2', make('s2', new MemoryJournal('e2')));
    await a.request('session/resume', { sessionId: 's2', _meta: { offdesk: { tail: 0 } } });
    a.acks = true;
    a.ack(sessionId);
    await complete(a, session);
    assert.ok(JSON.stringify(a.facts).includes('x 199'));
    assert.ok(again.asked.length > 0);
  });

  it('P12: who follows a session that ends hears its last words, although it is listed no more', async () => {
    const { session, agent, connect, listed } = setup();
    const a = await connect('a');
    await a.resume(sessionId, { tail: 5 });
    const end = a.prompt(sessionId, 'prompt-01', 'hello');
    const turn = await agent.nextTurn();
    listed.delete(sessionId);
    const closed = session.close();
    turn.end('cancelled');
    await end.catch(() => undefined);
    await closed;
    await a.event('turn_ended');
  });

  it('P13: a session that came back under its id with another journal is read anew', async () => {
    const { session, connect, listed, changed, make } = setup();
    await session.startAgent();
    const a = await connect('a');
    await a.resume(sessionId, { tail: 5 });
    changed.fire();
    listed.set(sessionId, make(sessionId, session.journal));
    changed.fire();
    const resets = () => a.received.filter((text) => text.includes(methods.reset)).length;
    await eventually(() => resets() === 1, { what: 'the reset' });
    changed.fire();
    await a.resume(sessionId, { tail: 5 });
    assert.equal(resets(), 1);
  });

  it('P13: so is one that was over, while the client followed another', async () => {
    const { session, connect, listed, over, changed, make } = setup();
    await session.startAgent();
    const a = await connect('a');
    await a.resume(sessionId, { tail: 5 });
    await session.close();
    listed.delete(sessionId);
    over.set(sessionId, session);
    listed.set('s2', make('s2', new MemoryJournal('e2')));
    changed.fire();
    await complete(a, session);
    await a.request('session/resume', { sessionId: 's2', _meta: { offdesk: { tail: 0 } } });
    const back = make(sessionId, session.journal);
    over.delete(sessionId);
    listed.set(sessionId, back);
    changed.fire();
    const resets = () => a.received.filter((text) => text.includes(methods.reset)).length;
    await eventually(() => resets() === 1, { what: 'the reset' });
    const { head } = await a.resume(sessionId, { tail: 5 });
    await back.startAgent();
    await eventually(() => a.facts.at(-1)!.seq > head.seq, { what: 'what it goes on with' });
    changed.fire();
    assert.equal(resets(), 1);
  });

  it('P14: what no client would ask is refused with a code, and does nothing', async () => {
    const { session, agent, connect } = setup();
    await session.startAgent();
    calls(agent, 0, 5);
    const a = await connect('a');
    const hostile: [string, unknown][] = [
      [methods.history, { sessionId, limit: 5 }],
      [methods.history, { sessionId, at: 0, limit: 5 }],
      [methods.history, { sessionId, at: 1, limit: limits.historyItems + 1 }],
      [methods.history, { sessionId: 5, before: 1, limit: 1 }],
      [methods.search, { sessionId, query: '', before: null, limit: 5 }],
      [methods.search, { sessionId, query: 'x'.repeat(limits.searchChars + 1), before: null, limit: 5 }],
      [methods.search, { sessionId, query: 'x', before: 1.5, limit: 5 }],
      [methods.search, { sessionId, query: 'x', before: null, limit: limits.searchHits + 1 }],
      [methods.past, { limit: limits.pastSessions + 1 }],
      [methods.past, { limit: 1, before: 'x'.repeat(1000) }],
      [methods.past, null],
      ['session/resume', { sessionId, _meta: { offdesk: { after: 5 } } }],
      ['session/resume', { sessionId, _meta: { offdesk: { tail: limits.historyItems + 1 } } }],
      ['session/resume', { sessionId: 'x'.repeat(129) }],
      ['session/load', []],
      ['session/prompt', { sessionId, prompt: 'x' }],
      [
        'session/prompt',
        { sessionId, prompt: [{ type: 'text', text: 'x' }], _meta: { offdesk: { id: 'x' } } },
      ],
      ['session/set_mode', { sessionId, modeId: 5 }],
      ['session/set_config_option', { sessionId, configId: 'a', value: {} }],
      [methods.queueRemove, { sessionId, id: 'x', change: 'short' }],
      [methods.answer, { sessionId, id: 'x', question: 'q1', answer: {} }],
    ];
    const head = session.journal.head;
    for (const [method, params] of hostile) {
      await assert.rejects(
        a.request(method, params as object),
        (error) => codeOf(error) === 'invalid_params',
        `${method} ${JSON.stringify(params)}`,
      );
    }
    for (const params of [
      {},
      null,
      { sessionId, cursor: 5 },
      { sessionId, cursor: { epoch: 'e1', seq: -1 } },
    ]) {
      await a.connection.agent.notify(methods.ack, params);
    }
    assert.equal(session.journal.head, head);
    await a.resume(sessionId, { tail: 5 });
    await complete(a, session);
  });

  it('P14: of pages a client waits for so many at the same time', async () => {
    const { session, agent, connect, journal } = setup();
    await session.startAgent();
    calls(agent, 0, 5);
    const a = await connect('a');
    const go = journal.hold();
    const pages = Array.from({ length: limits.clientReads }, () => history(a, { at: 1 }));
    await assert.rejects(history(a, { at: 1 }), hasCode('invalid_params'));
    go();
    assert.equal((await Promise.all(pages)).length, limits.clientReads);
    await history(a, { at: 1 });
  });

  it('P15: the id of a change reaches the session', async () => {
    const { session, connect } = setup();
    await session.startAgent();
    const seen: unknown[][] = [];
    const note = (...args: unknown[]) => {
      seen.push(args.map((arg) => (typeof arg === 'object' ? 'origin' : arg)));
      return Promise.resolve();
    };
    Object.assign(session, { setMode: note });
    Object.assign(session.queue, { remove: note, resume: note });
    Object.assign(session, { setConfigOption: (...args: unknown[]) => note(...args).then(() => []) });
    const a = await connect('a');
    const _meta = { offdesk: { change: 'change-01' } };
    await a.request('session/set_mode', { sessionId, modeId: 'ask', _meta });
    await a.request('session/set_config_option', { sessionId, configId: 'pace', value: 'slow', _meta });
    await a.request(methods.queueRemove, { sessionId, id: 'prompt-01', change: 'change-02' });
    await a.request(methods.queueResume, { sessionId, change: 'change-03' });
    await a.request('session/set_mode', { sessionId, modeId: 'auto' });
    // The last is whether a risky one is confirmed.
    assert.deepEqual(seen, [
      ['ask', 'origin', 'change-01', undefined],
      ['pace', 'slow', 'origin', 'change-01', undefined],
      ['prompt-01', 'origin', 'change-02'],
      ['origin', 'change-03'],
      ['auto', 'origin', undefined, undefined],
    ]);
  });

  it('P15: a prompt that cannot be kept is refused as such, and comes through later by the same id', async () => {
    const { agent, connect, journal } = setup();
    const a = await connect('a');
    journal.full = new OffdeskError('storage_failed', 'The disk is full.', 'Make room.');
    await assert.rejects(a.prompt(sessionId, 'prompt-01', 'hello'), hasCode('storage_failed'));
    assert.deepEqual(agent.prompts, []);
    journal.full = undefined;
    const end = a.prompt(sessionId, 'prompt-01', 'hello');
    (await agent.nextTurn()).end('end_turn');
    assert.equal((await end).stopReason, 'end_turn');
    assert.deepEqual(agent.prompts, ['hello']);
  });

  it('P1, W11: of a prompt that was taken nothing is looked at again, whatever became of what it came with', async () => {
    let shared = true;
    let looked = 0;
    const { agent, connect } = setup({
      filesLinked: () => {
        looked++;
        const gone = new OffdeskError('path_not_allowed', 'It is not shared.', 'Share it.');
        return shared ? Promise.resolve() : Promise.reject(gone);
      },
    });
    const a = await connect('a');
    const prompt = [
      { type: 'text', text: 'look' },
      { type: 'resource_link', uri: 'file:///work/a.ts', name: 'a.ts' },
    ];
    const send = (id: string) =>
      a.request<{ stopReason: string }>('session/prompt', { sessionId, prompt, _meta: { offdesk: { id } } });
    const first = send('prompt-01');
    const turn = await agent.nextTurn();
    shared = false;
    // While it runs, and once it ended.
    const again = send('prompt-01');
    turn.end('end_turn');
    for (const end of [first, again, send('prompt-01')]) assert.equal((await end).stopReason, 'end_turn');
    assert.deepEqual([looked, agent.prompts.length], [1, 1]);
    await assert.rejects(send('prompt-02'), hasCode('path_not_allowed'));
  });
});
