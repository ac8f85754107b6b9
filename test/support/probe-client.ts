/** A client for tests: the SDK's own ACP client that keeps the facts it got and asserts their order. */
import assert from 'node:assert/strict';
import { client, type ClientConnection } from '@agentclientprotocol/sdk';
import { fromNotification, type Fact } from '../../src/protocol/facts.ts';
import { methods, type ClientState, type ResumeResultMeta } from '../../src/protocol/methods.ts';
import type { TerminalAnew, TerminalOutput } from '../../src/protocol/terminals.ts';
import { acpStream, tapNotifications, type MessageTransport } from '../../src/protocol/transport.ts';
import { Emitter } from '../../src/base/emitter.ts';
import { PROTOCOL } from '../../src/protocol/version.ts';
import { eventually } from './wait.ts';

/** What a terminal put out, or shows now. */
export interface TerminalMessage {
  method: string;
  params: TerminalOutput | TerminalAnew;
}

export class ProbeClient {
  readonly facts: Fact[] = [];
  readonly connection: ClientConnection;
  state: ClientState | undefined;
  /** Acknowledge each fact at once; a stalled client does not. */
  acks = true;

  readonly #terminals = new Emitter<TerminalMessage>();

  /** In order; returns what ends it. */
  onTerminal(listener: (message: TerminalMessage) => void): () => void {
    const { dispose } = this.#terminals.event(listener);
    return dispose;
  }

  constructor(transport: MessageTransport) {
    const stream = tapNotifications(acpStream(transport), 'session/update', (params) => this.#take(params));
    const took = (method: string) => (cx: { params: TerminalMessage['params'] }) =>
      this.#terminals.fire({ method, params: cx.params });
    const terminalMessage = (params: unknown) => params as TerminalMessage['params'];
    this.connection = client({ name: 'probe' })
      .onNotification(methods.terminal.output, terminalMessage, took(methods.terminal.output))
      .onNotification(methods.terminal.screen, terminalMessage, took(methods.terminal.screen))
      .onNotification(
        methods.state,
        (params) => params as ClientState,
        (cx) => {
          this.state = cx.params;
        },
      )
      .onNotification('*', () => {})
      .connect(stream);
  }

  #take(params: unknown): void {
    const got = fromNotification(params);
    assert.ok(got, 'an update without a fact');
    this.facts.push(got.fact);
    if (this.acks) this.ack(got.sessionId);
  }

  #epoch = '';

  ack(sessionId: string): void {
    const seq = this.facts.at(-1)?.seq ?? 0;
    void this.connection.agent.notify(methods.ack, { sessionId, cursor: { epoch: this.#epoch, seq } });
  }

  initialize(protocol = PROTOCOL): Promise<unknown> {
    return this.connection.agent.request<unknown>('initialize' as string, {
      protocolVersion: 1,
      clientCapabilities: {},
      _meta: { offdesk: { protocol, build: 'test' } },
    });
  }

  async resume(sessionId: string, wish: object): Promise<ResumeResultMeta> {
    const result = await this.connection.agent.request<{ _meta: { offdesk: never } }>(
      'session/resume' as string,
      {
        sessionId,
        cwd: '/',
        _meta: { offdesk: wish },
      },
    );
    const meta: ResumeResultMeta = result._meta.offdesk;
    this.#epoch = meta.head.epoch;
    return meta;
  }

  request<T>(method: string, params: object): Promise<T> {
    return this.connection.agent.request<T>(method, params);
  }

  prompt(sessionId: string, id: string, text: string): Promise<{ stopReason: string }> {
    return this.request('session/prompt', {
      sessionId,
      prompt: [{ type: 'text', text }],
      _meta: { offdesk: { id } },
    });
  }

  /** Waits until a fact fits. */
  async fact(what: string, fits: (fact: Fact) => boolean): Promise<Fact> {
    return eventually(
      () => {
        const found = this.facts.find(fits);
        assert.ok(found, 'not yet');
        return found;
      },
      { what },
    );
  }

  event(type: string): Promise<Fact> {
    return this.fact(type, (fact) => fact.event?.type === type);
  }
}
