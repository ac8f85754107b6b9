/** One client's connection: towards every surface Offdesk is an ACP agent (docs/SPEC.md, P). */
import {
  agent,
  type AgentApp,
  type AgentConnection,
  type AgentContext,
  type AnyMessage,
} from '@agentclientprotocol/sdk';
import * as z from 'zod/v4';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import type { Event } from '../base/emitter.ts';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import { scopedLog, type Log } from '../base/log.ts';
import { agentHello } from '../protocol/agent-hello.ts';
import * as p from '../protocol/methods.ts';
import { acpStream, urgentMethods, type MessageTransport } from '../protocol/transport.ts';
import { BUILD, PROTOCOL } from '../protocol/version.ts';
import { attachmentMethods } from './attachment-methods.ts';
import { Attachments } from './attachments.ts';
import {
  openSession,
  requireScope,
  type Call,
  type ClientIdentity,
  type DeskPort,
  type MethodTable,
  type SessionDirectory,
} from './client-port.ts';
import { Latest } from './latest.ts';
import { newSessionMethods } from './new-session-methods.ts';
import { PlainClient } from './plain-client.ts';
import { Reads } from './reads.ts';
import { queueMethods } from './queue-methods.ts';
import { readMethods } from './read-methods.ts';
import { parsed, resumeParams, toRequestError } from './requests.ts';
import { sessionMethods } from './session-methods.ts';
import type { Session } from './session.ts';
import { terminalMethods, type TerminalMethods } from './terminal-methods.ts';

export interface DownstreamOptions {
  transport: MessageTransport;
  client: ClientIdentity;
  sessions: SessionDirectory;
  /** Present for clients at the desk alone. */
  desk?: DeskPort;
  /** Names of the other connected clients. */
  others(): string[];
  log: Log;
}

export interface Downstream extends Disposable {
  readonly closed: Promise<void>;
}

const anyParams = z.unknown();

/** Serves one client until the stream ends or it is disposed. */
export function serveClient(options: DownstreamOptions): Downstream {
  return new Connection(options);
}

class Connection implements Downstream {
  readonly #options: DownstreamOptions;
  readonly #log: Log;
  readonly #store = new DisposableStore();
  readonly #connection: AgentConnection;
  readonly #attachments: Attachments;
  readonly #terminals: TerminalMethods;
  /** What goes to the client besides facts and answers. */
  readonly #news: Latest[] = [];
  #plain: PlainClient | undefined;
  #greeted = false;

  constructor(options: DownstreamOptions) {
    this.#options = options;
    const { sessions, client, desk } = options;
    this.#log = scopedLog(options.log, `client ${client.name}`);
    const app = agent({ name: 'offdesk' });
    this.#terminals = this.#store.add(
      terminalMethods(options, (method, params) => this.#tellAtOnce(method, params)),
    );
    app
      .onRequest('initialize', (cx) => this.#initialize(cx.params._meta))
      .onRequest('session/list', () => ({ sessions: sessions.list().map(describe) }))
      .onNotification('session/cancel', (cx) => this.#quietly(() => this.#cancel(cx.params.sessionId)))
      .onNotification(p.methods.ack, anyParams, (cx) => this.#quietly(() => this.#ack(cx.params)));
    const reads = this.#store.add(new Reads(sessions));
    this.#serve(app, {
      'session/resume': ({ params }) => this.#resume(params),
      'session/load': ({ params }) => this.#load(params),
      ...sessionMethods(options),
      ...newSessionMethods(options),
      ...queueMethods(options),
      ...readMethods(options, reads),
      ...attachmentMethods(options),
      ...this.#terminals.table,
      ...(desk && deskMethods(desk)),
    });
    const stream = acpStream(options.transport, (message) => this.#takeAtOnce(message));
    this.#connection = app.connect(stream);
    this.#attachments = this.#store.add(
      new Attachments({ sessions, client: this.#connection.client, log: this.#log }),
    );
    void this.#connection.closed.then(() => this.dispose());
  }

  get closed(): Promise<void> {
    return this.#connection.closed;
  }

  dispose(): void {
    this.#store.dispose();
    this.#connection.close();
  }

  /** What is told of terminals does not wait in the SDK's queues: a key would, there and back. */
  #takeAtOnce(message: AnyMessage): boolean {
    if (!('method' in message) || 'id' in message) return false;
    const told = this.#terminals.told.get(message.method);
    if (!told) return false;
    if (this.#greeted && !this.#store.disposed) void this.#quietly(() => told(message.params));
    return true;
  }

  #tellAtOnce(method: string, params: unknown): void {
    const urgent = urgentMethods.has(method);
    this.#options.transport.send(JSON.stringify({ jsonrpc: '2.0', method, params }), { urgent });
  }

  #initialize(meta: Record<string, unknown> | null | undefined) {
    const hello = p.helloMeta.safeParse(meta?.['offdesk']);
    if (hello.success && hello.data.protocol !== PROTOCOL) {
      const older = hello.data.protocol < PROTOCOL ? 'The page' : 'Offdesk on the computer';
      throw toRequestError(
        new OffdeskError(
          'version_mismatch',
          `${older} is too old for the other side.`,
          `Update it, then reload the page.`,
        ),
      );
    }
    if (!this.#greeted) {
      this.#greeted = true;
      const { client } = this.#connection;
      if (hello.success) this.#announce(client);
      else
        this.#plain = new PlainClient(client, this.#options.client.origin, () =>
          requireScope(this.#options.client, 'answer'),
        );
    }
    return { ...agentHello(), _meta: { offdesk: { protocol: PROTOCOL, build: BUILD } } };
  }

  /** Host-level news that are no facts of a session. */
  #announce(client: AgentContext): void {
    const { sessions, desk } = this.#options;
    const notify = (method: string, params: unknown) =>
      void client.notify<unknown>(method, params).catch(() => {});
    this.#news.push(this.#latest(sessions.onChange, () => notify(p.methods.state, this.#state())));
    if (!desk) return;
    this.#news.push(this.#latest(desk.onStatus, () => notify(p.methods.host.status, desk.status)));
  }

  #latest(changes: Event<unknown>, send: () => void): Latest {
    const latest = this.#store.add(new Latest(send, () => this.#attachments.behind));
    this.#store.add(changes(() => latest.change()));
    latest.change();
    return latest;
  }

  #state(): p.ClientState {
    const { client, sessions, others } = this.#options;
    const { id } = client.origin;
    return {
      ...sessions.describe(),
      you: { ...(id === undefined ? {} : { id }), name: client.name, scope: client.scope() },
      others: others(),
    };
  }

  async #resume(params: unknown) {
    const { sessionId, _meta } = parsed(resumeParams, params);
    if (!this.#plain)
      return { _meta: { offdesk: await this.#attachments.resume(sessionId, _meta?.offdesk) } };
    await this.#attachments.resumePlain(sessionId, this.#plain);
    return {};
  }

  async #load(params: unknown) {
    await this.#attachments.load(parsed(resumeParams, params).sessionId, this.#plain);
    return {};
  }

  #ack(params: unknown): void {
    const { sessionId, cursor } = parsed(p.ackParams, params);
    if (this.#attachments.ack(sessionId, cursor)) for (const latest of this.#news) latest.taken();
  }

  async #cancel(id: string): Promise<void> {
    requireScope(this.#options.client, 'answer');
    await (await openSession(this.#options.sessions, id)).cancel(this.#options.client.origin);
  }

  /** Errors reach the client with their code and next step. */
  #serve(app: AgentApp, methods: MethodTable): void {
    for (const [method, answer] of Object.entries(methods)) {
      app.onRequest(method, anyParams, async ({ params, signal }) => {
        try {
          return await answer({ params, signal });
        } catch (error) {
          throw toRequestError(error);
        }
      });
    }
  }

  async #quietly(work: () => Promise<void> | void): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#log.write('info', 'a notification was refused', { code: asOffdeskError(error).code });
    }
  }
}

/** What the desk alone gets: all but `status`, which it is told. */
function deskMethods(desk: DeskPort): MethodTable {
  const methods = Object.values(p.methods.host).filter((method) => method !== p.methods.host.status);
  return Object.fromEntries(
    methods.map((method) => [method, ({ params }: Call) => desk.handle(method, params)]),
  );
}

function describe(session: Session) {
  return {
    sessionId: session.id,
    cwd: session.cwd,
    title: session.title,
    updatedAt: new Date(session.updatedAt).toISOString(),
  };
}
