/** One client's connection: towards every surface Offdesk is an ACP agent (docs/SPEC.md, P). */
import { agent, type AgentConnection, type AgentContext, type Stream } from '@agentclientprotocol/sdk';
import * as z from 'zod/v4';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import type { Event } from '../base/emitter.ts';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import { scopedLog, type Log } from '../base/log.ts';
import * as p from '../protocol/methods.ts';
import { BUILD, PROTOCOL } from '../protocol/version.ts';
import { Attachments } from './attachments.ts';
import {
  openSession,
  requireScope,
  type ClientIdentity,
  type DeskPort,
  type SessionDirectory,
} from './client-port.ts';
import { Latest } from './latest.ts';
import { PlainClient } from './plain-client.ts';
import { Reads } from './reads.ts';
import { configParams, modeParams, parsed, promptParams, resumeParams, toRequestError } from './requests.ts';
import type { Session } from './session.ts';

export interface DownstreamOptions {
  stream: Stream;
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

/** Shape of what a handler gets of a request. */
interface Call {
  params: unknown;
  signal: AbortSignal;
}

class Connection implements Downstream {
  readonly #options: DownstreamOptions;
  readonly #log: Log;
  readonly #store = new DisposableStore();
  readonly #connection: AgentConnection;
  readonly #attachments: Attachments;
  readonly #reads: Reads;
  /** What goes to the client besides facts and answers. */
  readonly #news: Latest[] = [];
  #plain: PlainClient | undefined;
  #greeted = false;

  constructor(options: DownstreamOptions) {
    this.#options = options;
    const { sessions, client, desk } = options;
    this.#log = scopedLog(options.log, `client ${client.name}`);
    const { origin } = client;
    const app = agent({ name: 'offdesk' })
      .onRequest('initialize', (cx) => this.#initialize(cx.params._meta))
      .onRequest('session/list', () => ({ sessions: sessions.list().map(describe) }))
      .onNotification('session/cancel', (cx) => this.#quietly(() => this.#cancel(cx.params.sessionId)))
      .onNotification(p.methods.ack, anyParams, (cx) => this.#quietly(() => this.#ack(cx.params)));
    const on = (method: string, answer: (call: Call) => Promise<unknown>) => {
      app.onRequest(method, anyParams, (cx) => this.#call(() => answer(cx)));
    };
    on('session/resume', ({ params }) => this.#resume(params));
    on('session/load', ({ params }) => this.#load(params));
    on('session/prompt', ({ params }) => this.#prompt(params));
    on('session/set_mode', ({ params }) => this.#setMode(params));
    on('session/set_config_option', ({ params }) => this.#setConfig(params));
    on(p.methods.answer, ({ params }) => this.#answer(params));
    on(p.methods.history, ({ params }) => this.#reads.history(parsed(p.historyParams, params)));
    on(p.methods.search, ({ params, signal }) => this.#reads.search(parsed(p.searchParams, params), signal));
    on(p.methods.past, ({ params }) => this.#reads.past(parsed(p.pastParams, params)));
    on(p.methods.agentSessions, ({ params }) => {
      requireScope(client, 'control');
      return sessions.agentSessions(parsed(p.agentSessionsParams, params));
    });
    on(p.methods.agentSessionContinue, async ({ params }) => {
      requireScope(client, 'control');
      const { id } = parsed(p.agentSessionContinueParams, params);
      return { sessionId: await sessions.continueAgentSession(id) };
    });
    on(p.methods.files, ({ params }) => this.#files(params));
    on(p.methods.queueEdit, async ({ params }) => {
      const { sessionId, id, prompt, change } = parsed(p.queueEditParams, params);
      await (await this.#control(sessionId)).editQueued(id, prompt, origin, change);
      return {};
    });
    on(p.methods.queueMove, async ({ params }) => {
      const { sessionId, id, before, change } = parsed(p.queueMoveParams, params);
      await (await this.#control(sessionId)).moveQueued(id, before, origin, change);
      return {};
    });
    on(p.methods.queueNow, async ({ params }) => {
      const { sessionId, id, change } = parsed(p.queueParams, params);
      await (await this.#control(sessionId)).sendNow(id, origin, change);
      return {};
    });
    on(p.methods.queueRemove, async ({ params }) => {
      const { sessionId, id, change } = parsed(p.queueParams, params);
      await (await this.#control(sessionId)).removeQueued(id, origin, change);
      return {};
    });
    on(p.methods.queueResume, async ({ params }) => {
      const { sessionId, change } = parsed(p.sessionParams, params);
      await (await this.#control(sessionId)).resumeQueue(origin, change);
      return {};
    });
    if (desk) {
      for (const method of Object.values(p.methods.host)) {
        if (method !== p.methods.host.status) on(method, ({ params }) => desk.handle(method, params));
      }
    }
    this.#connection = app.connect(options.stream);
    this.#attachments = this.#store.add(
      new Attachments({ sessions, client: this.#connection.client, log: this.#log }),
    );
    this.#reads = this.#store.add(new Reads(sessions));
    void this.#connection.closed.then(() => this.dispose());
  }

  get closed(): Promise<void> {
    return this.#connection.closed;
  }

  dispose(): void {
    this.#store.dispose();
    this.#connection.close();
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
    return {
      protocolVersion: 1,
      agentInfo: { name: 'offdesk', title: 'Offdesk', version: BUILD },
      agentCapabilities: {
        loadSession: true,
        promptCapabilities: { image: true, embeddedContext: true },
        sessionCapabilities: { list: {}, resume: {} },
      },
      authMethods: [],
      _meta: { offdesk: { protocol: PROTOCOL, build: BUILD } },
    };
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

  #control(id: string): Promise<Session> {
    requireScope(this.#options.client, 'control');
    return openSession(this.#options.sessions, id);
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

  async #prompt(params: unknown) {
    const { sessionId, prompt, _meta } = parsed(promptParams, params);
    const session = await this.#control(sessionId);
    const id = _meta?.offdesk?.id ?? crypto.randomUUID();
    const end = await session.prompt(id, prompt, this.#options.client.origin);
    if (end.outcome === 'failed' || end.outcome === 'interrupted') {
      throw new OffdeskError(
        'agent_failed',
        end.message ?? 'The turn did not end.',
        'Send the prompt again.',
      );
    }
    return { stopReason: end.outcome === 'done' ? end.stopReason : 'cancelled' };
  }

  async #cancel(id: string): Promise<void> {
    requireScope(this.#options.client, 'answer');
    await (await openSession(this.#options.sessions, id)).cancel(this.#options.client.origin);
  }

  async #answer(params: unknown): Promise<p.AnswerResult> {
    const { sessionId, question, id, answer } = parsed(p.answerParams, params);
    requireScope(this.#options.client, 'answer');
    const session = await openSession(this.#options.sessions, sessionId);
    return session.answer(question, id, answer, this.#options.client.origin);
  }

  async #files(params: unknown): Promise<p.FilesResult> {
    const { sessionId, query, limit } = parsed(p.filesParams, params);
    const session = await this.#control(sessionId);
    return { files: await this.#options.sessions.files(session, query, limit) };
  }

  async #setMode(params: unknown) {
    const { sessionId, modeId, _meta } = parsed(modeParams, params);
    const session = await this.#control(sessionId);
    const { change, confirmed } = _meta?.offdesk ?? {};
    await session.setMode(modeId, this.#options.client.origin, change, confirmed);
    return {};
  }

  async #setConfig(params: unknown) {
    const { sessionId, configId, value, _meta } = parsed(configParams, params);
    const session = await this.#control(sessionId);
    const { change, confirmed } = _meta?.offdesk ?? {};
    const { origin } = this.#options.client;
    return { configOptions: await session.setConfigOption(configId, value, origin, change, confirmed) };
  }

  /** Errors reach the client with their code and next step. */
  async #call<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toRequestError(error);
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

function describe(session: Session) {
  return {
    sessionId: session.id,
    cwd: session.cwd,
    title: session.title,
    updatedAt: new Date(session.updatedAt).toISOString(),
  };
}
