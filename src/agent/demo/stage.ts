/** One turn of the demo agent: what it says and does, at a readable pace, until it ends or is cancelled. */
import type {
  AgentContext,
  CreateElicitationResponse,
  PermissionOption,
  PlanEntry,
  SessionUpdate,
  ToolCall,
  ToolCallUpdate,
} from '@agentclientprotocol/sdk';

/** Thrown out of a scene when the turn is cancelled. */
export class Cancelled extends Error {}

export type Permission = 'once' | 'always' | 'rejected';

const options: PermissionOption[] = [
  { optionId: 'once', name: 'Allow once', kind: 'allow_once' },
  { optionId: 'always', name: 'Always allow', kind: 'allow_always' },
  { optionId: 'reject', name: 'Reject', kind: 'reject_once' },
];

export interface StageOptions {
  client: AgentContext;
  sessionId: string;
  signal: AbortSignal;
  /** Between two words, in milliseconds. */
  pace: () => number;
  /** Fresh ids for messages and tool calls. */
  nextId: () => number;
}

export class Stage {
  readonly signal: AbortSignal;
  /** Words said so far, for the usage. */
  words = 0;
  readonly #options: StageOptions;

  constructor(options: StageOptions) {
    this.#options = options;
    this.signal = options.signal;
  }

  say(text: string): Promise<void> {
    return this.#stream('agent_message_chunk', text);
  }

  think(text: string): Promise<void> {
    return this.#stream('agent_thought_chunk', text);
  }

  async plan(entries: PlanEntry[]): Promise<void> {
    await this.update({ sessionUpdate: 'plan', entries });
  }

  /** Waits as long as it takes to say so many words. */
  async pause(words: number): Promise<void> {
    this.#check();
    const ms = this.#options.pace() * words;
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        reject(new Cancelled());
      };
      const timer = setTimeout(() => {
        this.signal.removeEventListener('abort', stop);
        resolve();
      }, ms);
      this.signal.addEventListener('abort', stop, { once: true });
    });
  }

  /**
   * A tool call that is closed whatever happens: `work` gets its id and returns how it ended; when it is
   * cancelled or fails, the call fails too.
   */
  async tool(
    call: Omit<ToolCall, 'toolCallId' | 'status'>,
    work: (toolCallId: string) => Promise<Omit<ToolCallUpdate, 'toolCallId'>>,
  ): Promise<void> {
    const toolCallId = `demo-${String(this.#options.nextId())}`;
    await this.update({ sessionUpdate: 'tool_call', toolCallId, status: 'pending', ...call });
    let end: Omit<ToolCallUpdate, 'toolCallId'> = { status: 'failed' };
    try {
      end = await work(toolCallId);
    } finally {
      await this.#send({ sessionUpdate: 'tool_call_update', toolCallId, ...end });
    }
  }

  /** ACP session/request_permission. A turn that is cancelled does not wait for the answer. */
  async permission(toolCall: ToolCallUpdate): Promise<Permission> {
    const { optionId } = await this.choose(toolCall, options);
    return optionId === 'always' ? 'always' : optionId === 'once' ? 'once' : 'rejected';
  }

  async choose(toolCall: ToolCallUpdate, choices: PermissionOption[]): Promise<{ optionId: string }> {
    this.#check();
    const { client, sessionId } = this.#options;
    const { outcome } = await this.#unlessCancelled(
      client.request('session/request_permission', { sessionId, toolCall, options: choices }, this.#cancel),
    );
    if (outcome.outcome !== 'selected') throw new Cancelled();
    return { optionId: outcome.optionId };
  }

  /** ACP elicitation/create, form mode; for clients that have it. */
  async elicit(
    message: string,
    requestedSchema: { properties: Record<string, unknown>; required?: string[] },
  ): Promise<CreateElicitationResponse> {
    this.#check();
    const { client, sessionId } = this.#options;
    const params = {
      mode: 'form',
      sessionId,
      message,
      requestedSchema: { type: 'object', ...requestedSchema },
    };
    return this.#unlessCancelled(
      client.request<CreateElicitationResponse>('elicitation/create' as string, params, this.#cancel),
    );
  }

  async update(update: SessionUpdate): Promise<void> {
    this.#check();
    await this.#send(update);
  }

  get #cancel() {
    return { cancellationSignal: this.signal, stopWaitingOnCancel: true };
  }

  async #stream(sessionUpdate: 'agent_message_chunk' | 'agent_thought_chunk', text: string): Promise<void> {
    const messageId = `demo-${String(this.#options.nextId())}`;
    for (const word of text.match(/\S+\s*|\s+/g) ?? []) {
      await this.update({ sessionUpdate, messageId, content: { type: 'text', text: word } });
      this.words++;
      await this.pause(1);
    }
  }

  async #unlessCancelled<T>(request: Promise<T>): Promise<T> {
    try {
      return await request;
    } catch (error) {
      this.#check();
      throw error;
    }
  }

  #check(): void {
    if (this.signal.aborted) throw new Cancelled();
  }

  async #send(update: SessionUpdate): Promise<void> {
    await this.#options.client.notify('session/update', { sessionId: this.#options.sessionId, update });
  }
}
