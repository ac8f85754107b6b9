/** One client's connection: towards every surface Offdesk is an ACP agent (docs/SPEC.md, P). */
import {
  agent,
  RequestError,
  type AgentConnection,
  type AgentContext,
  type Stream,
} from '@agentclientprotocol/sdk';
import * as z from 'zod/v4';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import { scopedLog, type Log } from '../base/log.ts';
import { promptBlocks, toNotification, type Fact } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import * as p from '../protocol/methods.ts';
import { BUILD, PROTOCOL } from '../protocol/version.ts';
import { requireScope, type ClientIdentity, type DeskPort, type SessionDirectory } from './client-port.ts';
import { cursorAt, sizeOf } from './journal.ts';
import { PlainClient } from './plain-client.ts';
import { Pump } from './pump.ts';
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
const resumeParams = z.looseObject({
  sessionId: z.string().max(128),
  _meta: z.looseObject({ offdesk: p.resumeMeta.optional() }).nullish(),
});
const promptParams = z.looseObject({
  sessionId: z.string().max(128),
  prompt: promptBlocks,
  _meta: z.looseObject({ offdesk: p.promptMeta.optional() }).nullish(),
});

/** Serves one client until the stream ends or it is disposed. */
export function serveClient(options: DownstreamOptions): Downstream {
  return new Connection(options);
}

class Connection implements Downstream {
  readonly #options: DownstreamOptions;
  readonly #log: Log;
  readonly #store = new DisposableStore();
  readonly #pumps = new Map<string, Pump>();
  readonly #connection: AgentConnection;
  #plain: PlainClient | undefined;
  #promptCount = 0;
  #greeted = false;

  constructor(options: DownstreamOptions) {
    this.#options = options;
    this.#log = scopedLog(options.log, `client ${options.client.name}`);
    const app = agent({ name: 'offdesk' })
      .onRequest('initialize', (cx) => this.#initialize(cx.params._meta))
      .onRequest('session/list', () => ({ sessions: this.#options.sessions.list().map(describe) }))
      .onRequest('session/resume', resumeParams, (cx) => this.#call(() => this.#resume(cx.params, cx.client)))
      .onRequest('session/load', resumeParams, (cx) =>
        this.#call(() => this.#load(cx.params.sessionId, cx.client)),
      )
      .onRequest('session/prompt', promptParams, (cx) => this.#call(() => this.#prompt(cx.params)))
      .onRequest('session/set_mode', (cx) =>
        this.#call(() => this.#setMode(cx.params.sessionId, cx.params.modeId)),
      )
      .onRequest('session/set_config_option', (cx) =>
        this.#call(() => this.#setConfig(cx.params.sessionId, cx.params.configId, cx.params.value)),
      )
      .onNotification('session/cancel', (cx) => this.#quietly(() => this.#cancel(cx.params.sessionId)))
      .onNotification(p.methods.ack, p.ackParams, (cx) => this.#ack(cx.params))
      .onRequest(p.methods.answer, p.answerParams, (cx) => this.#call(() => this.#answer(cx.params)))
      .onRequest(p.methods.history, p.historyParams, (cx) => this.#call(() => this.#history(cx.params)))
      .onRequest(p.methods.files, p.filesParams, (cx) => this.#call(() => this.#files(cx.params)))
      .onRequest(p.methods.queueRemove, p.queueParams, (cx) =>
        this.#call(() =>
          this.#control(cx.params.sessionId).removeQueued(cx.params.id, this.#options.client.origin),
        ),
      )
      .onRequest(p.methods.queueResume, p.sessionParams, (cx) =>
        this.#call(() => this.#control(cx.params.sessionId).resumeQueue(this.#options.client.origin)),
      );
    const desk = options.desk;
    if (desk) {
      for (const method of Object.values(p.methods.host)) {
        if (method === p.methods.host.status) continue;
        app.onRequest(method, anyParams, (cx) => this.#call(() => desk.handle(method, cx.params)));
      }
    }
    this.#connection = app.connect(options.stream);
    void this.#connection.closed.then(() => this.dispose());
  }

  get closed(): Promise<void> {
    return this.#connection.closed;
  }

  dispose(): void {
    this.#store.dispose();
    for (const pump of this.#pumps.values()) pump.dispose();
    this.#pumps.clear();
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
    const tell = () => {
      const { client: you } = this.#options;
      const { id } = you.origin;
      const state: p.ClientState = {
        ...sessions.describe(),
        you: { ...(id === undefined ? {} : { id }), name: you.name, scope: you.scope() },
        others: this.#options.others(),
      };
      void client.notify(p.methods.state, state).catch(() => {});
    };
    this.#store.add(sessions.onChange(coalesced(tell, this.#store)));
    queueMicrotask(tell);
    if (!desk) return;
    const status = () => void client.notify(p.methods.host.status, desk.status).catch(() => {});
    this.#store.add(desk.onStatus(coalesced(status, this.#store)));
    queueMicrotask(status);
  }

  #session(id: string): Session {
    const session = this.#options.sessions.get(id);
    if (session) return session;
    throw new OffdeskError(
      'session_unknown',
      'This session is not here any more.',
      'Go back to the list of sessions.',
    );
  }

  #control(id: string): Session {
    requireScope(this.#options.client, 'control');
    return this.#session(id);
  }

  async #resume(params: z.infer<typeof resumeParams>, client: AgentContext) {
    const session = this.#session(params.sessionId);
    const { journal } = session;
    const wish = params._meta?.offdesk;
    if (this.#plain) {
      // ACP: session/resume replays nothing.
      await this.#startPlain(session, journal.head, client);
      return {};
    }
    const after = wish && 'after' in wish ? wish.after : undefined;
    const known = after !== undefined && after.epoch === journal.epoch && after.seq <= journal.head;
    if (after && known) {
      this.#start(session, after.seq, [], client);
      return resumed({ head: cursorAt(journal, journal.head), from: null, reset: false });
    }
    const items = wish && 'tail' in wish ? wish.tail : limits.tailItems;
    const window = await journal.tail(items);
    this.#start(session, window.start - 1, window.state, client);
    return resumed({ head: cursorAt(journal, journal.head), from: window.from, reset: after !== undefined });
  }

  /** Plain ACP: everything that came before is replayed, coalesced, before the result. */
  async #load(id: string, client: AgentContext) {
    const session = this.#session(id);
    // Before the page is read: what comes meanwhile is the pump's.
    const { head } = session.journal;
    const page = await session.journal.page(
      { before: head + 1 },
      Number.MAX_SAFE_INTEGER,
      Number.MAX_SAFE_INTEGER,
    );
    for (const fact of page.facts)
      await client.notify<unknown>('session/update', toNotification(session.id, fact));
    await this.#startPlain(session, head, client);
    return {};
  }

  /** From here on, and with the questions that are open. */
  async #startPlain(session: Session, seq: number, client: AgentContext): Promise<void> {
    const { state } = await session.journal.tail(0);
    for (const fact of state) if (fact.seq <= seq) this.#plain?.see(session, fact);
    this.#start(session, seq, [], client);
  }

  #start(session: Session, seq: number, first: Fact[], client: AgentContext): void {
    // The client left while its wish was worked on.
    if (this.#store.disposed) return;
    for (const [id, pump] of this.#pumps) {
      if (id !== session.id && this.#options.sessions.get(id)) continue;
      pump.dispose();
      this.#pumps.delete(id);
    }
    // State facts go ahead of the window, in the same order as everything else.
    for (const fact of first) void this.#send(session, fact, client).catch(() => {});
    const pump = new Pump(session.journal, seq, async (fact) => {
      await this.#send(session, fact, client);
      if (this.#plain) pump.ack(fact.seq);
    });
    this.#pumps.set(session.id, pump);
  }

  async #send(session: Session, fact: Fact, client: AgentContext): Promise<void> {
    await client.notify<unknown>('session/update', toNotification(session.id, fact));
    this.#plain?.see(session, fact);
  }

  #ack({ sessionId, cursor }: z.infer<typeof p.ackParams>): void {
    const epoch = this.#options.sessions.get(sessionId)?.journal.epoch;
    if (epoch === cursor.epoch) this.#pumps.get(sessionId)?.ack(cursor.seq);
  }

  async #prompt(params: z.infer<typeof promptParams>) {
    const session = this.#control(params.sessionId);
    const id =
      params._meta?.offdesk?.id ?? `${this.#options.client.name}-${Date.now()}-${++this.#promptCount}`;
    const end = await session.prompt(id, params.prompt, this.#options.client.origin);
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
    await this.#session(id).cancel(this.#options.client.origin);
  }

  #answer(params: z.infer<typeof p.answerParams>): Promise<p.AnswerResult> {
    requireScope(this.#options.client, 'answer');
    const session = this.#session(params.sessionId);
    return session.answer(params.question, params.id, params.answer, this.#options.client.origin);
  }

  async #history(params: z.infer<typeof p.historyParams>): Promise<p.HistoryResult> {
    const session = this.#session(params.sessionId);
    const page = await session.journal.page(params, params.limit, limits.historyBytes);
    const updates = endsThatFit(page.facts).map((fact) => toNotification(session.id, fact));
    return { updates, from: page.from, next: page.next };
  }

  async #files(params: z.infer<typeof p.filesParams>): Promise<p.FilesResult> {
    const session = this.#control(params.sessionId);
    return { files: await this.#options.sessions.files(session, params.query, params.limit) };
  }

  async #setMode(sessionId: string, modeId: string) {
    await this.#control(sessionId).setMode(modeId, this.#options.client.origin);
    return {};
  }

  async #setConfig(sessionId: string, configId: string, value: string | boolean) {
    const configOptions = await this.#control(sessionId).setConfigOption(
      configId,
      value,
      this.#options.client.origin,
    );
    return { configOptions: configOptions as never };
  }

  /** Errors reach the client with their code and next step. */
  async #call<T>(work: () => Promise<T> | T): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toRequestError(error);
    }
  }

  async #quietly(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#log.write('info', 'a notification was refused', { code: asOffdeskError(error).code });
    }
  }
}

function resumed(meta: p.ResumeResultMeta) {
  return { _meta: { offdesk: meta } };
}

/** A page must fit into a message; of an item that alone does not, beginning and end say most. */
function endsThatFit(facts: Fact[]): Fact[] {
  const sizes = facts.map(sizeOf);
  let chars = sizes.reduce((sum, size) => sum + size, 0);
  let from = 1;
  while (from < facts.length - 1 && chars > limits.historyItemChars) chars -= sizes[from++]!;
  return [...facts.slice(0, 1), ...facts.slice(from)];
}

function describe(session: Session) {
  return {
    sessionId: session.id,
    cwd: session.cwd,
    title: session.title,
    updatedAt: new Date(session.updatedAt).toISOString(),
  };
}

function toRequestError(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  const shape = asOffdeskError(error).toShape();
  return new RequestError(-32000, shape.message, { offdesk: shape });
}

/** Many changes in one turn of the event loop become one call. */
function coalesced(call: () => void, store: DisposableStore): () => void {
  let planned = false;
  return () => {
    if (planned) return;
    planned = true;
    queueMicrotask(() => {
      planned = false;
      if (!store.disposed) call();
    });
  };
}
