/** A host under a test's control: the SDK's agent on an in-memory transport, facts sent by hand. */
import { agent, RequestError, type AgentConnection } from '@agentclientprotocol/sdk';
import * as z from 'zod/v4';
import {
  eventUpdate,
  toNotification,
  type Fact,
  type Origin,
  type SessionEvent,
} from '../../../src/protocol/facts.ts';
import { methods, type ClientState } from '../../../src/protocol/methods.ts';
import { acpStream, type MessageTransport } from '../../../src/protocol/transport.ts';
import { PROTOCOL } from '../../../src/protocol/version.ts';
import { transportPair, type TestTransport } from '../../support/transport-pair.ts';

export interface Received {
  method: string;
  params: { [key: string]: unknown };
}

const anything = z.looseObject({});
const device: Origin = { kind: 'device', id: 'd1', name: 'Pixel 9' };

/** Answers by `answer`; what it does not answer waits forever. */
export class FakeHost {
  readonly received: Received[] = [];
  protocol = PROTOCOL;
  epoch = 'e1';
  facts: Fact[] = [];
  /** Facts of the window that a tail begins with; all of them unless set. */
  tailFrom = 1;
  from: number | null = null;
  /** Whoever comes back missed too much: the window that it gets instead. */
  gap: { tailFrom: number; from: number } | undefined;
  /** By method: the result, or an error to throw. */
  readonly answers = new Map<string, (params: Received['params']) => unknown>();
  /** What to say right after `initialize`. */
  state: ClientState | undefined;
  connection: AgentConnection | undefined;
  near: TestTransport | undefined;
  #far: MessageTransport | undefined;

  /** A new connection; the client's end. */
  connect(): TestTransport {
    const [near, far] = transportPair();
    this.near = near;
    this.#far = far;
    const app = agent({ name: 'fake' })
      .onRequest('initialize', anything, (cx) => {
        this.#note('initialize', cx.params);
        queueMicrotask(() => this.state && void this.notify(methods.state, this.state));
        const custom = this.answers.get('initialize');
        if (custom) return custom(cx.params);
        const _meta = { offdesk: { protocol: this.protocol, build: 'test' } };
        return { protocolVersion: 1, agentCapabilities: {}, authMethods: [], _meta };
      })
      .onRequest('session/resume', anything, (cx) => this.#resume(cx.params))
      .onNotification('*', (cx) => this.#note(cx.method, cx.params))
      .onRequest('*', (cx) => {
        this.#note(cx.method, cx.params);
        const answer = this.answers.get(cx.method);
        return answer ? answer(cx.params as Received['params']) : new Promise(() => undefined);
      });
    this.connection = app.connect(acpStream(far));
    return near;
  }

  /** The network goes. */
  cut(): void {
    this.#far?.close({ code: 'heartbeat_missed', message: 'Gone.', next: '' });
  }

  of(method: string): Received['params'][] {
    return this.received.filter((one) => one.method === method).map(({ params }) => params);
  }

  notify(method: string, params: unknown): Promise<void> {
    return this.connection!.client.notify<unknown>(method, params).catch(() => undefined);
  }

  /** Journals a fact and sends it where someone is connected. */
  say(text: string, item = 'm1'): void {
    this.#add(
      { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } },
      { kind: 'agent' },
      item,
    );
  }

  event(event: SessionEvent, item: string, origin: Origin = device): void {
    this.#add(eventUpdate(), origin, item, event);
  }

  /** The journal is another one now; nobody is told. */
  replace(fill: (host: FakeHost) => void): void {
    const connection = this.connection;
    this.connection = undefined;
    this.facts = [];
    fill(this);
    this.connection = connection;
  }

  #add(update: Fact['update'], origin: Origin, item: string, event?: SessionEvent): void {
    const seq = (this.facts.at(-1)?.seq ?? 0) + 1;
    const fact: Fact = { seq, at: 1_000 + seq, origin, item, update, ...(event ? { event } : {}) };
    this.facts.push(fact);
    void this.send(fact);
  }

  async send(fact: Fact): Promise<void> {
    if (this.connection) await this.notify('session/update', toNotification('s1', fact));
  }

  #resume(params: Received['params']): unknown {
    this.#note('session/resume', params);
    this.answers.get('session/resume')?.(params);
    const wish = (params['_meta'] as { offdesk: { after?: { epoch: string; seq: number } } }).offdesk;
    const known = wish.after?.epoch === this.epoch;
    const gap = known ? this.gap : undefined;
    const start = gap?.tailFrom ?? (known ? wish.after!.seq + 1 : this.tailFrom);
    queueMicrotask(() => {
      for (const fact of this.facts) if (fact.seq >= start) void this.send(fact);
    });
    const head = { epoch: this.epoch, seq: this.facts.at(-1)?.seq ?? 0 };
    const reset = wish.after !== undefined && !known;
    const from = gap ? gap.from : this.from;
    return { _meta: { offdesk: { head, from, reset, ...(gap ? { gap: true } : {}) } } };
  }

  #note(method: string, params: unknown): void {
    this.received.push({ method, params: params as Received['params'] });
  }
}

export function refusal(code: string, message: string, field?: string): RequestError {
  return new RequestError(-32000, message, { offdesk: { code, message, next: 'Do this.', field } });
}
