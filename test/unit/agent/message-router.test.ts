/** One agent's messages among its sessions: in any order of things each session gets its own, once, and nobody else's. */
import assert from 'node:assert/strict';
import type { AnyMessage } from '@agentclientprotocol/sdk';
import fc from 'fast-check';
import { MessageRouter } from '../../../src/agent/message-router.ts';
import { fieldOf, isCall, isRequest, sessionOf, type Id } from '../../../src/agent/wire-messages.ts';
import { silentLog } from '../../../src/base/log.ts';
import { limits } from '../../../src/protocol/limits.ts';

const capabilities = { sessionCapabilities: { close: {} } };
const hello = { protocolVersion: 1, agentCapabilities: capabilities };

/** A session's side: what it was told, in order. */
class Place {
  readonly told: AnyMessage[] = [];
  readonly #router: MessageRouter;
  #ids = 0;

  constructor(router: MessageRouter) {
    this.#router = router;
  }

  take(message: AnyMessage): void {
    this.told.push(message);
  }

  send(message: object): void {
    this.#router.fromSeat(this, { jsonrpc: '2.0', ...message } as AnyMessage);
  }

  /** Resolves with its own id of the request. */
  ask(method: string, params: object): Id {
    const id = this.#ids++;
    this.send({ id, method, params });
    return id;
  }

  answerTo(id: Id): AnyMessage | undefined {
    return this.told.find((message) => !isCall(message) && message.id === id);
  }

  leave(ms = 5_000): Promise<boolean> {
    return this.#router.leave(this, ms);
  }
}

/** The agent's side, played by the test. */
class Agent {
  readonly heard: AnyMessage[] = [];
  readonly router: MessageRouter;

  constructor() {
    this.router = new MessageRouter({ send: (message) => void this.heard.push(message), log: silentLog });
  }

  place(): Place {
    return new Place(this.router);
  }

  say(message: object): void {
    this.router.fromAgent({ jsonrpc: '2.0', ...message } as AnyMessage);
  }

  update(sessionId: string, text: string): void {
    this.say({ method: 'session/update', params: { sessionId, text } });
  }

  /** Requests of this method that it heard, and did not answer. */
  open(method: string): { id: Id; params: Record<string, unknown> }[] {
    return this.heard
      .filter(isRequest)
      .filter((one) => one.method === method && !this.#answered.has(one.id)) as never;
  }

  answer(id: Id, result: unknown): void {
    this.#answered.add(id);
    this.say({ id, result });
  }

  readonly #answered = new Set<Id>();

  answersTo(id: Id): AnyMessage[] {
    return this.heard.filter((message) => !isCall(message) && message.id === id);
  }

  /** All that there is to be closed. */
  close(): void {
    for (const { id } of this.open('session/close')) this.answer(id, {});
  }
}

/** A place whose session has begun. */
function begun(agent: Agent, session: string): Place {
  const place = agent.place();
  place.ask('session/new', {});
  agent.answer(agent.open('session/new')[0]!.id, { sessionId: session });
  return place;
}

const methodsTold = (place: Place) =>
  place.told.map((message) => (isCall(message) ? message.method : 'answer'));

describe('messages of sessions that share an agent', function () {
  this.timeout(30_000);

  it('A28: an agent is greeted and logged in once; each session gets the answer', () => {
    const agent = new Agent();
    const [one, two] = [agent.place(), agent.place()];
    const [first, second] = [one.ask('initialize', {}), two.ask('initialize', {})];
    assert.equal(agent.open('initialize').length, 1);
    agent.answer(agent.open('initialize')[0]!.id, hello);
    const three = agent.place();
    const third = three.ask('initialize', {});
    for (const answer of [one.answerTo(first), two.answerTo(second), three.answerTo(third)])
      assert.deepEqual(fieldOf(answer, 'result'), hello);
    one.ask('authenticate', { methodId: 'key' });
    agent.answer(agent.open('authenticate')[0]!.id, {});
    const again = two.ask('authenticate', { methodId: 'key' });
    assert.ok(two.answerTo(again));
    assert.equal(agent.open('authenticate').length, 0);
  });

  it('A28: what comes before the answer that names the session is told first, questions and their withdrawal too', () => {
    const agent = new Agent();
    const [one, two] = [agent.place(), agent.place()];
    one.ask('session/new', {});
    two.ask('session/new', {});
    const [first, second] = agent.open('session/new');
    agent.update('b', 'early of b');
    agent.update('a', 'early of a');
    agent.say({ id: 'q', method: 'session/request_permission', params: { sessionId: 'b' } });
    agent.say({ method: '$/cancel_request', params: { requestId: 'q' } });
    agent.update('nobody', 'of nobody');
    assert.deepEqual([one.told, two.told], [[], []]);
    agent.answer(second!.id, { sessionId: 'b' });
    const order = ['session/update', 'session/request_permission', '$/cancel_request', 'answer'];
    assert.deepEqual(methodsTold(two), order);
    agent.answer(first!.id, { sessionId: 'a' });
    assert.deepEqual(methodsTold(one), ['session/update', 'answer']);
    agent.update('nobody', 'of nobody still');
    assert.equal(one.told.length + two.told.length, 6);
  });

  it('A28: what was told makes room for what comes early later, also while another session is always about to begin', () => {
    const agent = new Agent();
    const [one, two] = [agent.place(), agent.place()];
    one.ask('session/new', {});
    const most = 'x'.repeat(limits.agentEarlyBytes / 4);
    for (let n = 0; n < 8; n++) {
      const place = n % 2 === 0 ? one : two;
      // The next one's beginning is on its way before this one's is answered, and has been told of.
      (n % 2 === 0 ? two : one).ask('session/new', {});
      agent.update(`next-${n}`, 'early');
      agent.update(`s${n}`, most);
      agent.answer(agent.open('session/new')[0]!.id, { sessionId: `s${n}` });
      assert.deepEqual(methodsTold(place).slice(-2), ['session/update', 'answer'], `session ${n}`);
    }
  });

  it('A28: a question of no session here is answered for it, so that the agent does not wait', () => {
    const agent = new Agent();
    begun(agent, 'a');
    agent.say({ id: 1, method: 'session/request_permission', params: { sessionId: 'x' } });
    agent.say({ id: 2, method: 'elicitation/create', params: { sessionId: 'x' } });
    agent.say({ id: 3, method: 'fs/read_text_file', params: { sessionId: 'x', path: '/' } });
    agent.say({ id: 4, method: 'terminal/create', params: {} });
    assert.deepEqual(fieldOf(agent.answersTo(1)[0], 'result'), { outcome: { outcome: 'cancelled' } });
    assert.deepEqual(fieldOf(agent.answersTo(2)[0], 'result'), { action: 'cancel' });
    for (const id of [3, 4]) assert.equal(fieldOf(fieldOf(agent.answersTo(id)[0], 'error'), 'code'), -32602);
  });

  it('A28: a question about a request goes to who made it', () => {
    const agent = new Agent();
    begun(agent, 'a');
    const two = agent.place();
    two.ask('session/new', {});
    const { id } = agent.open('session/new')[0]!;
    agent.say({ id: 'q', method: 'elicitation/create', params: { requestId: id, mode: 'url' } });
    assert.deepEqual(methodsTold(two), ['elicitation/create']);
    two.send({ id: 'q', result: { action: 'accept' } });
    assert.deepEqual(fieldOf(agent.answersTo('q')[0], 'result'), { action: 'accept' });
  });

  it('A28: nobody speaks for a session of somebody else', () => {
    const agent = new Agent();
    const one = begun(agent, 'a');
    const two = begun(agent, 'b');
    agent.say({ id: 'q', method: 'session/request_permission', params: { sessionId: 'a' } });
    const before = agent.heard.length;
    two.send({ method: 'session/cancel', params: { sessionId: 'a' } });
    const refused = two.ask('session/prompt', { sessionId: 'a' });
    const loaded = two.ask('session/load', { sessionId: 'a' });
    two.send({ id: 'q', result: { outcome: { outcome: 'selected', optionId: 'yes' } } });
    assert.equal(agent.heard.length, before);
    for (const id of [refused, loaded]) assert.ok(fieldOf(two.answerTo(id), 'error'));
    one.send({ id: 'q', result: { outcome: { outcome: 'cancelled' } } });
    one.send({ id: 'q', result: { outcome: { outcome: 'selected', optionId: 'yes' } } });
    assert.equal(agent.answersTo('q').length, 1);
  });

  it('A29: a session that leaves is cancelled and closed, its questions are answered, and it is told nothing more', async () => {
    const agent = new Agent();
    const one = begun(agent, 'a');
    const two = begun(agent, 'b');
    agent.router.fromSeat(one, { jsonrpc: '2.0', id: 9, method: 'initialize' });
    agent.answer(agent.open('initialize')[0]!.id, hello);
    one.ask('session/prompt', { sessionId: 'a' });
    agent.say({ id: 'q', method: 'session/request_permission', params: { sessionId: 'a' } });
    const told = one.told.length;
    const leaving = one.leave();
    assert.equal(agent.answersTo('q').length, 1);
    assert.equal(
      agent.heard.filter((message) => isCall(message) && message.method === 'session/cancel').length,
      1,
    );
    agent.update('a', 'late');
    agent.say({ id: 'r', method: 'session/request_permission', params: { sessionId: 'a' } });
    assert.equal(agent.answersTo('r').length, 1);
    assert.ok(agent.router.holds('a'));
    agent.close();
    assert.equal(await leaving, true);
    assert.equal(agent.router.holds('a'), false);
    assert.equal(one.told.length, told);
    agent.update('b', 'on');
    assert.deepEqual(methodsTold(two), ['answer', 'session/update']);
  });

  it('A29: a session that begins when nobody waits for it any more is closed', async () => {
    const agent = new Agent();
    const one = agent.place();
    one.ask('initialize', {});
    agent.answer(agent.open('initialize')[0]!.id, hello);
    one.ask('session/new', {});
    await one.leave();
    agent.update('a', 'early');
    agent.answer(agent.open('session/new')[0]!.id, { sessionId: 'a' });
    assert.deepEqual(
      agent.open('session/close').map(({ params }) => params),
      [{ sessionId: 'a' }],
    );
    assert.deepEqual(methodsTold(one), ['answer']);
  });

  it('A28: property: whatever happens in whatever order, nothing reaches another session, is lost, or told twice', () => {
    const many = 5;
    const place = fc.nat(many - 1);
    const event = fc.record({ kind: fc.constantFrom(...kinds), at: place, other: place });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 150, size: 'max' }), (events) => new World(many).run(events)),
      { numRuns: 200 },
    );
  });
});

/** What a session does, then what the agent does. */
const kinds = [
  ...(['open', 'fork', 'prompt', 'cancel', 'answer', 'reach', 'leave'] as const),
  ...(['begin', 'update', 'ask', 'withdraw', 'end', 'closed'] as const),
] as const;

interface Happening {
  kind: (typeof kinds)[number];
  at: number;
  other?: number;
}

/** A session as the agent has it. */
interface Held {
  id: string;
  /** The place for which it is. */
  at: number;
  /** All that the agent said in it, in order, and what of that it said before its place had left. */
  said: string[];
  begun: boolean;
}

/** Plays both sides by a list of what happens, and looks at the end whether everything is where it belongs. */
class World {
  readonly #agent = new Agent();
  readonly #places: Place[];
  readonly #left = new Set<number>();
  readonly #sessions: Held[] = [];
  readonly #asks: { id: string; at: number; session: string }[] = [];
  #count = 0;

  constructor(many: number) {
    this.#places = Array.from({ length: many }, () => this.#agent.place());
    this.#places[0]!.ask('initialize', {});
    this.#agent.answer(this.#agent.open('initialize')[0]!.id, hello);
  }

  run(events: readonly Happening[]): void {
    for (const at of this.#places.keys()) this.#happen({ kind: 'open', at });
    for (const event of events) this.#happen(event);
    for (const place of this.#places.keys()) this.#settle(place);
    this.#look();
  }

  #happen({ kind, at, other }: Happening): void {
    const agent = this.#agent;
    const place = this.#places[at]!;
    const own = this.#sessions.filter((session) => session.at === at);
    const session = own.at(-1);
    const running = own.find(({ begun }) => begun);
    switch (kind) {
      case 'open':
        if (this.#left.has(at)) {
          const { length } = agent.heard;
          place.ask('session/new', { at });
          return assert.equal(agent.heard.length, length, 'who has left has nothing to say');
        }
        place.ask('session/new', { at });
        return void this.#sessions.push({ id: `s${++this.#count}`, at, said: [], begun: false });
      case 'fork':
        if (this.#left.has(at)) return;
        place.ask('session/fork', { at, sessionId: 'elsewhere' });
        return void this.#sessions.push({ id: `s${++this.#count}`, at, said: [], begun: false });
      case 'begin': {
        const waiting = own.find(({ begun }) => !begun);
        const asked = [...agent.open('session/new'), ...agent.open('session/fork')];
        const request = asked.find(({ params }) => params['at'] === at);
        if (!waiting || !request) return;
        waiting.begun = true;
        return agent.answer(request.id, { sessionId: waiting.id });
      }
      case 'update':
      case 'ask': {
        const heard = session ?? { id: 'unknown', said: [] as string[] };
        const text = `t${++this.#count}`;
        if (!this.#left.has(at)) heard.said.push(text);
        if (kind === 'update') return agent.update(heard.id, text);
        if (session) this.#asks.push({ id: text, at, session: session.id });
        const params = { sessionId: heard.id, text };
        return agent.say({ id: text, method: 'session/request_permission', params });
      }
      case 'withdraw':
        return agent.say({
          method: '$/cancel_request',
          params: { requestId: this.#asks.at(-1)?.id ?? 'none' },
        });
      case 'answer': {
        const open = place.told.find((one) => isRequest(one) && agent.answersTo(one.id).length === 0);
        if (open && isRequest(open)) place.send({ id: open.id, result: { by: at } });
        return;
      }
      case 'prompt':
        if (running) place.ask('session/prompt', { sessionId: running.id, at });
        return;
      case 'end': {
        const turn = agent.open('session/prompt').find(({ params }) => params['at'] === at);
        if (turn) agent.answer(turn.id, { stopReason: 'end_turn' });
        return;
      }
      case 'cancel':
        if (running) place.send({ method: 'session/cancel', params: { sessionId: running.id, at } });
        return;
      case 'reach': {
        const theirs = this.#sessions.find((one) => one.at === other && one.begun && one.at !== at);
        // Of one that has left they are anybody's to load.
        if (!theirs || this.#left.has(theirs.at)) return;
        for (const method of ['session/prompt', 'session/close', 'session/set_mode', 'session/load'])
          place.ask(method, { sessionId: theirs.id, at });
        place.send({ method: 'session/cancel', params: { sessionId: theirs.id, at } });
        const ask = this.#asks.find((one) => one.at === other);
        if (ask) place.send({ id: ask.id, result: { by: at } });
        return;
      }
      case 'leave':
        this.#left.add(at);
        void place.leave(0);
        return;
      case 'closed':
        return agent.close();
    }
  }

  /** Everything that waits to begin begins. */
  #settle(at: number): void {
    for (let i = 0; i < this.#sessions.length; i++) this.#happen({ kind: 'begin', at });
  }

  #look(): void {
    const ownerOf = new Map(this.#sessions.map(({ id, at }) => [id, at]));
    for (const [at, place] of this.#places.entries()) {
      const calls = place.told.filter(isCall);
      for (const call of calls) {
        const session = sessionOf(call);
        if (session !== undefined) assert.equal(ownerOf.get(session), at, 'only what is its own');
      }
      for (const { id, said, begun } of this.#sessions.filter((one) => one.at === at)) {
        const texts = calls
          .filter((call) => sessionOf(call) === id)
          .map(({ params }) => fieldOf(params, 'text'));
        // Of one that was still to begin when its place left nothing needs to be told.
        if (this.#left.has(at)) assert.deepEqual(texts, said.slice(0, texts.length), 'in order, once');
        else if (begun) assert.deepEqual(texts, said, 'all, in order, once');
      }
    }
    for (const message of this.#agent.heard.filter(isCall)) {
      const by = fieldOf(message.params, 'at');
      const session = sessionOf(message);
      if (by === undefined || session === undefined || session === 'elsewhere') continue;
      assert.equal(ownerOf.get(session), by, `${message.method} of its own alone`);
    }
    for (const { id, at } of this.#asks) {
      const answers = this.#agent.answersTo(id);
      assert.ok(answers.length <= 1, 'answered once');
      const by = fieldOf(fieldOf(answers[0], 'result'), 'by');
      if (by !== undefined) assert.equal(by, at, 'by whom it was asked alone');
      if (this.#left.has(at)) assert.equal(answers.length, 1, 'nobody waits for who has left');
    }
  }
}
