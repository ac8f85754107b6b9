/** Towards an editor: an ACP agent on its stdio, whose sessions are those of a computer elsewhere. */
import {
  agent,
  RequestError,
  type AgentConnection,
  type ClientCapabilities,
  type Stream,
} from '@agentclientprotocol/sdk';
import { disposable, DisposableStore, type Disposable } from '../../base/disposable.ts';
import { asOffdeskError, OffdeskError } from '../../base/error.ts';
import { sameFolderAs } from '../../host/same-folder.ts';
import { agentHello } from '../../protocol/agent-hello.ts';
import type { PromptBlock } from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';
import type { ClientState } from '../../protocol/methods.ts';
import type { HostPeer } from '../client/host-peer.ts';
import { EditorSession, type Offers, type Replay } from './editor-session.ts';

export interface EditorAgentOptions {
  stream: Stream;
  peer: HostPeer;
  /** The session for session/new; the live one of the editor's folder, else the one used last, unless named. */
  session: string | undefined;
  /** Why the computer is not there, as of now. */
  away(): OffdeskError;
}

export class EditorAgent implements Disposable {
  readonly #options: EditorAgentOptions;
  readonly #store = new DisposableStore();
  readonly #connection: AgentConnection;
  readonly #sessions = new Map<string, EditorSession>();
  #capabilities: ClientCapabilities | undefined;

  constructor(options: EditorAgentOptions) {
    this.#options = options;
    const app = agent({ name: 'offdesk-attach' })
      .onRequest('initialize', ({ params }) => {
        this.#capabilities = params.clientCapabilities ?? undefined;
        return agentHello();
      })
      .onRequest('authenticate', () => ({}))
      .onRequest('session/new', ({ params }) => answered(() => this.#new(params.cwd)))
      .onRequest('session/load', ({ params }) => answered(() => this.#attach(params.sessionId, 'all')))
      .onRequest('session/resume', ({ params }) => answered(() => this.#attach(params.sessionId, 'none')))
      .onRequest('session/list', ({ params }) => answered(() => this.#list(params.cwd ?? undefined)))
      .onRequest('session/prompt', ({ params }) =>
        answered(() => this.#session(params.sessionId).prompt(params.prompt as PromptBlock[])),
      )
      .onRequest('session/set_mode', ({ params }) =>
        answered(async () => {
          await this.#session(params.sessionId).setMode(params.modeId);
          return {};
        }),
      )
      .onRequest('session/set_config_option', ({ params }) =>
        answered(() => this.#session(params.sessionId).setConfigOption(params.configId, params.value)),
      )
      .onNotification('session/cancel', ({ params }) => this.#sessions.get(params.sessionId)?.cancel());
    this.#connection = app.connect(options.stream);
    this.#store.add(disposable(() => this.#connection.close()));
    void this.#connection.closed.then(() => this.dispose());
  }

  /** The editor has closed its end. */
  get closed(): Promise<void> {
    return this.#connection.closed;
  }

  dispose(): void {
    for (const session of this.#sessions.values()) session.dispose();
    this.#sessions.clear();
    this.#store.dispose();
  }

  async #new(cwd: string): Promise<Offers & { sessionId: string }> {
    const sessionId = await this.#chosen(cwd);
    return { sessionId, ...(await this.#attach(sessionId, 'tail')) };
  }

  async #attach(sessionId: string, replay: Replay): Promise<Offers> {
    await this.#ready();
    this.#sessions.get(sessionId)?.dispose();
    const session = new EditorSession({
      ...{ sessionId, replay },
      peer: this.#options.peer,
      client: this.#connection.client,
      capabilities: this.#capabilities,
    });
    this.#sessions.set(sessionId, session);
    try {
      const offers = await session.begin();
      // What is told follows the answer, which is written before other work is done.
      setImmediate(() => session.open());
      return offers;
    } catch (error) {
      session.dispose();
      if (this.#sessions.get(sessionId) === session) this.#sessions.delete(sessionId);
      throw error;
    }
  }

  async #chosen(cwd: string): Promise<string> {
    const named = this.#options.session;
    if (named !== undefined) return named;
    const { sessions } = await this.#ready();
    const live = [...sessions]
      .filter(({ state }) => state !== 'ended')
      .sort((a, b) => b.updatedAt - a.updatedAt);
    const here = sameFolderAs(cwd);
    const chosen = live.find((session) => here(session.cwd)) ?? live[0];
    if (chosen) return chosen.id;
    throw new OffdeskError(
      'session_unknown',
      'No session is open on the other computer.',
      'Start one there, then try again.',
    );
  }

  async #list(cwd: string | undefined) {
    const { sessions } = await this.#ready();
    const here = cwd === undefined ? undefined : sameFolderAs(cwd);
    return {
      sessions: sessions
        .filter((session) => !here || here(session.cwd))
        .map((session) => ({
          sessionId: session.id,
          cwd: session.cwd,
          title: session.title,
          updatedAt: new Date(session.updatedAt).toISOString(),
        })),
    };
  }

  #session(id: string): EditorSession {
    const session = this.#sessions.get(id);
    if (session) return session;
    throw new OffdeskError(
      'session_unknown',
      'This session is not attached here.',
      'Load it, or begin with a new one.',
    );
  }

  /** Rejects with why the computer is not there when that takes too long. */
  async #ready(): Promise<ClientState> {
    const { peer, away } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(away()), limits.attachWaitMs);
    });
    try {
      return await Promise.race([peer.ready(), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What failed reaches the editor as a sentence, with the code beside it. */
async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (caught) {
    if (caught instanceof RequestError) throw caught;
    const error = asOffdeskError(caught);
    throw new RequestError(-32000, error.sentence, { offdesk: error.toShape() });
  }
}
