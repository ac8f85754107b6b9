/** `offdesk demo-agent`: an ACP agent on stdio that follows a script, so that anyone can try the whole flow. */
import { randomUUID } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import {
  agent,
  ndJsonStream,
  RequestError,
  type AgentApp,
  type AgentContext,
  type PromptRequest,
  type PromptResponse,
  type SessionConfigOption,
} from '@agentclientprotocol/sdk';
import { limits } from '../../protocol/limits.ts';
import { BUILD } from '../../protocol/version.ts';
import { play, type SceneSession } from './scenes.ts';
import { Scratch } from './scratch.ts';
import { Cancelled, Stage } from './stage.ts';
import { commands, understand } from './understand.ts';

export interface DemoOptions {
  /** Where it edits; a temporary folder of its own by default. */
  scratch?: string;
  /** It edits in the session's folder instead. */
  allowWorkspace?: boolean;
  /** Milliseconds between two words; `OFFDESK_DEMO_PACE_MS` or a readable pace by default. */
  paceMs?: number;
}

export interface RunDemoOptions extends DemoOptions {
  stdin: Readable;
  stdout: Writable;
}

/** Serves until stdin ends or the process is asked to end (SIGTERM); then nothing of it is left. */
export async function runDemoAgent({ stdin, stdout, ...options }: RunDemoOptions): Promise<void> {
  const demo = new DemoAgent(options);
  const input = Readable.toWeb(stdin) as ReadableStream<Uint8Array>;
  const connection = demo.app().connect(ndJsonStream(Writable.toWeb(stdout), input));
  const stop = (): void => {
    connection.close();
    stdin.destroy();
  };
  process.once('SIGTERM', stop);
  await connection.closed;
  process.off('SIGTERM', stop);
  await demo.dispose();
}

const readablePaceMs = 45;
const paces = { relaxed: 2, normal: 1, quick: 0.25 } as const;
type Pace = keyof typeof paces;

interface DemoSession extends SceneSession {
  id: string;
  pace: Pace;
  prompts: number;
  words: number;
  turn: AbortController | undefined;
}

const modes = [
  { id: 'ask', name: 'Ask first', description: 'Ask before every edit and command' },
  { id: 'auto', name: 'Edit freely', description: 'Edit in the scratch folder without asking' },
] as const;

export class DemoAgent {
  readonly #options: DemoOptions;
  readonly #paceMs: number;
  readonly #sessions = new Map<string, DemoSession>();
  readonly #scratch: Scratch;
  #forms = false;
  #ids = 0;

  constructor(options: DemoOptions = {}) {
    this.#options = options;
    const pace = options.paceMs ?? Number.parseInt(process.env.OFFDESK_DEMO_PACE_MS ?? '', 10);
    this.#paceMs = Number.isFinite(pace) && pace >= 0 ? pace : readablePaceMs;
    this.#scratch = new Scratch(options.scratch);
  }

  /** For one connection. */
  app(): AgentApp {
    return agent({ name: 'offdesk-demo' })
      .onRequest('initialize', (cx) => {
        this.#forms = Boolean(cx.params.clientCapabilities?.elicitation?.form);
        return {
          protocolVersion: 1,
          agentInfo: { name: 'offdesk-demo', title: 'Demo agent', version: BUILD },
          agentCapabilities: {
            loadSession: false,
            promptCapabilities: { image: true, embeddedContext: true },
            sessionCapabilities: { close: {} },
          },
          authMethods: [],
        };
      })
      .onRequest('session/new', (cx) => {
        const session = this.#open(cx.params.cwd);
        // After the answer, so that the client knows the session.
        setTimeout(() => this.#introduce(session, cx.client), 0);
        const availableModes = modes.map((mode) => ({ ...mode }));
        return {
          sessionId: session.id,
          modes: { currentModeId: session.mode, availableModes },
          configOptions: configOf(session),
        };
      })
      .onRequest('session/set_mode', async (cx) => {
        const session = this.#session(cx.params.sessionId);
        const mode = modes.find(({ id }) => id === cx.params.modeId);
        if (!mode) throw RequestError.invalidParams({ modeId: cx.params.modeId });
        session.mode = mode.id;
        return {};
      })
      .onRequest('session/set_config_option', (cx) => {
        const session = this.#session(cx.params.sessionId);
        const { configId, value } = cx.params;
        if (configId !== 'pace' || typeof value !== 'string' || !Object.hasOwn(paces, value))
          throw RequestError.invalidParams({ configId });
        session.pace = value as Pace;
        return { configOptions: configOf(session) };
      })
      .onRequest('session/prompt', (cx) => this.#prompt(cx.params, cx.client))
      .onNotification('session/cancel', (cx) => this.#sessions.get(cx.params.sessionId)?.turn?.abort())
      .onRequest('session/close', (cx) => {
        this.#session(cx.params.sessionId).turn?.abort();
        this.#sessions.delete(cx.params.sessionId);
        return {};
      });
  }

  async dispose(): Promise<void> {
    for (const session of this.#sessions.values()) {
      session.turn?.abort();
      if (session.scratch !== this.#scratch) await session.scratch.dispose();
    }
    this.#sessions.clear();
    await this.#scratch.dispose();
  }

  #open(cwd: string): DemoSession {
    if (this.#sessions.size >= limits.demoSessions)
      throw RequestError.invalidRequest({ sessions: 'too many' });
    const session: DemoSession = {
      id: `demo-${randomUUID()}`,
      scratch: this.#options.allowWorkspace ? new Scratch(cwd) : this.#scratch,
      mode: 'ask',
      pace: 'normal',
      allowed: new Set(),
      forms: this.#forms,
      prompts: 0,
      words: 0,
      turn: undefined,
    };
    this.#sessions.set(session.id, session);
    return session;
  }

  #session(id: string): DemoSession {
    const session = this.#sessions.get(id);
    if (!session) throw RequestError.invalidParams({ sessionId: id });
    return session;
  }

  #introduce(session: DemoSession, client: AgentContext): void {
    const availableCommands = commands.map(({ name, description, hint }) => ({
      name,
      description,
      ...(hint === undefined ? {} : { input: { hint } }),
    }));
    const update = { sessionUpdate: 'available_commands_update', availableCommands } as const;
    client.notify('session/update', { sessionId: session.id, update }).catch(() => {});
  }

  async #prompt({ sessionId, prompt }: PromptRequest, client: AgentContext): Promise<PromptResponse> {
    const session = this.#session(sessionId);
    if (session.turn) throw RequestError.invalidRequest({ reason: 'a turn is running' });
    const turn = new AbortController();
    session.turn = turn;
    const stage = new Stage({
      client,
      sessionId,
      signal: turn.signal,
      pace: () => this.#paceMs * paces[session.pace],
      nextId: () => ++this.#ids,
    });
    try {
      const text = prompt.map((block) => (block.type === 'text' ? block.text : '')).join(' ');
      const wish = understand(text, session.prompts++ === 0);
      if (session.prompts === 1)
        await stage.update({ sessionUpdate: 'session_info_update', title: titleOf(text) });
      await play(wish, stage, session);
      session.words += stage.words;
      await stage.update({ sessionUpdate: 'usage_update', used: session.words, size: limits.demoContext });
      return { stopReason: 'end_turn' };
    } catch (error) {
      if (error instanceof Cancelled) return { stopReason: 'cancelled' };
      throw error;
    } finally {
      session.turn = undefined;
    }
  }
}

function titleOf(text: string): string {
  const line = text.trim().split('\n')[0]!.trim();
  if (line === '') return 'Demo';
  return line.length > limits.demoTitleChars ? `${line.slice(0, limits.demoTitleChars - 1)}…` : line;
}

function configOf(session: DemoSession): SessionConfigOption[] {
  const options = [
    { value: 'relaxed', name: 'Relaxed' },
    { value: 'normal', name: 'Normal' },
    { value: 'quick', name: 'Quick' },
  ];
  const description = 'How fast the demo agent talks';
  return [{ type: 'select', id: 'pace', name: 'Pace', description, currentValue: session.pace, options }];
}
