/** A plain ACP client for tests of agents: keeps raw updates, answers questions as the test says. */
import type { ChildProcess } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import {
  client,
  ndJsonStream,
  type AgentApp,
  type ClientConnection,
  type ClientContext,
  type InitializeResponse,
  type NewSessionResponse,
  type PermissionOption,
  type PromptResponse,
  type Stream,
  type ToolCallUpdate,
} from '@agentclientprotocol/sdk';
import type { RawUpdate } from '../../src/protocol/facts.ts';
import { tapNotifications } from '../../src/protocol/transport.ts';
import { eventually } from './wait.ts';

export interface Question {
  method: string;
  params: Record<string, unknown>;
  toolCall: ToolCallUpdate | undefined;
  options: PermissionOption[];
  /** Aborted when the agent took it back. */
  signal: AbortSignal;
  answer(result: object): void;
  /** Selects the option of this kind. */
  choose(kind: PermissionOption['kind']): void;
}

export interface ProbeOptions {
  elicitation?: boolean;
  /** Called for each question; without it questions stay open until `answer`. */
  onQuestion?: (question: Question) => void;
}

export class AcpProbe {
  readonly updates: RawUpdate[] = [];
  readonly questions: Question[] = [];
  readonly connection: ClientConnection;
  onQuestion: ((question: Question) => void) | undefined;
  readonly #elicitation: boolean;
  sessionId = '';

  constructor(target: Stream | AgentApp, options: ProbeOptions = {}) {
    this.#elicitation = options.elicitation ?? true;
    this.onQuestion = options.onQuestion;
    const app = client({ name: 'acp-probe' })
      .onRequest('session/request_permission', (cx) =>
        this.#ask('session/request_permission', cx.params as never, cx.signal),
      )
      .onRequest('elicitation/create', (cx) => this.#ask('elicitation/create', cx.params as never, cx.signal))
      .onNotification('session/update', (cx) => void this.updates.push(cx.params.update as never))
      .onNotification('*', () => {});
    if (!('readable' in target)) {
      this.connection = app.connect(target);
      return;
    }
    const raw = tapNotifications(target, 'session/update', (params) => {
      this.updates.push((params as { update: RawUpdate }).update);
    });
    this.connection = app.connect(raw);
  }

  get agent(): ClientContext {
    return this.connection.agent;
  }

  initialize(): Promise<InitializeResponse> {
    return this.agent.request('initialize', {
      protocolVersion: 1,
      clientInfo: { name: 'acp-probe', version: '0' },
      clientCapabilities: {
        session: { configOptions: { boolean: {} } },
        ...(this.#elicitation ? { elicitation: { form: {} } } : {}),
      },
    });
  }

  /** `initialize` and `session/new`. */
  async open(cwd: string): Promise<NewSessionResponse> {
    await this.initialize();
    const session = await this.agent.request('session/new', { cwd, mcpServers: [] });
    this.sessionId = session.sessionId;
    return session;
  }

  prompt(text: string): Promise<PromptResponse> {
    const { sessionId } = this;
    return this.agent.request('session/prompt', { sessionId, prompt: [{ type: 'text', text }] });
  }

  cancel(): Promise<void> {
    return this.agent.notify('session/cancel', { sessionId: this.sessionId });
  }

  /** All text of one kind of chunk so far. */
  text(kind = 'agent_message_chunk'): string {
    return this.updates
      .filter((update) => update.sessionUpdate === kind)
      .map((update) => String((update['content'] as { text?: unknown }).text))
      .join('');
  }

  /** The newest question, once there are `count`. */
  question(count = 1): Promise<Question> {
    return eventually(() => this.questions[count - 1], { what: `question ${String(count)}` });
  }

  async #ask(method: string, params: Record<string, unknown>, signal: AbortSignal): Promise<never> {
    return new Promise<object>((resolve) => {
      const options = (params['options'] ?? []) as PermissionOption[];
      const question: Question = {
        method,
        params,
        toolCall: params['toolCall'] as ToolCallUpdate | undefined,
        options,
        signal,
        answer: resolve,
        choose: (kind) => {
          const option = options.find((candidate) => candidate.kind === kind);
          resolve({
            outcome: option ? { outcome: 'selected', optionId: option.optionId } : { outcome: 'cancelled' },
          });
        },
      };
      this.questions.push(question);
      this.onQuestion?.(question);
    }) as Promise<never>;
  }
}

/** An agent's stdio as the SDK's stream. */
export function childStream(child: ChildProcess): Stream {
  return ndJsonStream(
    Writable.toWeb(child.stdin!),
    Readable.toWeb(child.stdout!) as ReadableStream<Uint8Array>,
  );
}
