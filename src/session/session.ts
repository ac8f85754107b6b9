/** A session: one conversation with one agent, whatever carries it to its clients. */
import type { Clock } from '../base/clock.ts';
import { DisposableStore } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { asOffdeskError, type OffdeskError } from '../base/error.ts';
import { scopedLog, type Log } from '../base/log.ts';
import {
  eventUpdate,
  type Answer,
  type Origin,
  type PromptBlock,
  type PromptOutcome,
  type RawUpdate,
  type SessionEvent,
} from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import type { AnswerResult, SessionState } from '../protocol/methods.ts';
import { ItemIds } from '../transcript/item-ids.ts';
import type { AgentPort, AgentSink } from './agent-port.ts';
import type { Journal } from './journal.ts';
import { bounded } from './bounded.ts';
import { OpenToolCalls } from './open-tool-calls.ts';
import { Questions, questionTitle } from './questions.ts';
import { sessionEnded, Turns, type PromptEnd } from './turns.ts';

export interface SessionOptions {
  id: string;
  cwd: string;
  /** Until the agent or the first prompt gives a better one. */
  title: string;
  agentName: string;
  demo: boolean;
  agent: AgentPort;
  journal: Journal;
  clock: Clock;
  log: Log;
}

type AgentState = { state: 'none' | 'starting' | 'ready' | 'exited'; error?: OffdeskError };

const host: Origin = { kind: 'host' };

export class Session {
  readonly id: string;
  readonly cwd: string;
  readonly agentName: string;
  readonly demo: boolean;
  readonly journal: Journal;
  readonly #agent: AgentPort;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #items = new ItemIds();
  readonly #turns: Turns;
  readonly #questions: Questions;
  readonly #tools = new OpenToolCalls();
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new Emitter<void>());
  /** Title, state or agent changed. */
  readonly onChange = this.#changed.event;
  #agentState: AgentState = { state: 'none' };
  #starting: Promise<void> | undefined;
  /** The agent has started in this session before: what it knew went with its process. */
  #ranBefore = false;
  #agentTitle: string | undefined;
  #promptTitle: string | undefined;
  readonly #title: string;
  #updatedAt: number;
  #closing: Promise<void> | undefined;

  constructor(options: SessionOptions) {
    this.id = options.id;
    this.cwd = options.cwd;
    this.#title = options.title;
    this.agentName = options.agentName;
    this.demo = options.demo;
    this.journal = options.journal;
    this.#agent = options.agent;
    this.#clock = options.clock;
    this.#log = scopedLog(options.log, `session ${options.id}`);
    this.#updatedAt = this.#clock.now();
    this.#questions = new Questions((event, origin) => this.#record(event, origin));
    this.#turns = new Turns({
      record: (event, origin) => this.#record(event, origin),
      mirror: (id, blocks, origin) => this.#mirror(id, blocks, origin),
      run: (blocks, stopped) => this.#run(blocks, stopped),
      tidy: (outcome) => this.#tidy(outcome),
      changed: () => this.#changed.fire(),
      log: this.#log,
    });
  }

  get title(): string {
    return this.#agentTitle ?? this.#promptTitle ?? this.#title;
  }

  get updatedAt(): number {
    return this.#updatedAt;
  }

  get agentState(): AgentState {
    return this.#agentState;
  }

  /** Oldest first, with a sentence each for a notification. */
  get openQuestionList(): { id: string; sentence: string }[] {
    return this.#questions.open.map(({ id, request }) => {
      const title = questionTitle(request);
      return { id, sentence: `${this.agentName} asks${title ? `: ${title}` : ' a question'}` };
    });
  }

  get state(): SessionState {
    if (this.#closing) return 'ended';
    if (this.#questions.openCount > 0) return 'waiting';
    if (this.#turns.working) return 'working';
    return this.#agentState.state === 'starting' ? 'starting' : 'idle';
  }

  /** Starts the agent unless it runs; rejects with what the user must do, or with `closed`. */
  startAgent(): Promise<void> {
    if (this.#closing) return Promise.reject(sessionEnded());
    if (this.#agentState.state === 'ready') return Promise.resolve();
    this.#starting ??= this.#startAgent().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  async prompt(id: string, blocks: PromptBlock[], origin: Origin): Promise<PromptEnd> {
    this.#promptTitle ??= firstLine(blocks);
    return this.#turns.prompt(id, blocks, origin);
  }

  /** `change`, here and below: by this id it takes effect once, however often it is asked for. */
  removeQueued(id: string, origin: Origin, _change?: string | undefined): Promise<void> {
    return this.#turns.remove(id, origin);
  }

  resumeQueue(origin: Origin, _change?: string | undefined): Promise<void> {
    return this.#turns.resume(origin);
  }

  /** Stop: ACP session/cancel, with open questions answered `cancelled`. */
  async cancel(origin: Origin): Promise<void> {
    if (!(await this.#turns.stop(origin))) return;
    if (this.#agentState.state === 'ready') this.#agent.cancel();
    await this.#questions.closeAll('cancelled', origin);
  }

  answer(question: string, answerId: string, answer: Answer, origin: Origin): Promise<AnswerResult> {
    return this.#questions.answer(question, answerId, answer, origin);
  }

  async setMode(modeId: string, origin: Origin, _change?: string | undefined): Promise<void> {
    await this.startAgent();
    await this.#agent.setMode(modeId);
    this.#append({ sessionUpdate: 'current_mode_update', currentModeId: modeId }, origin);
  }

  async setConfigOption(
    configId: string,
    value: string | boolean,
    origin: Origin,
    _change?: string | undefined,
  ): Promise<Record<string, unknown>[]> {
    await this.startAgent();
    const configOptions = await this.#agent.setConfigOption(configId, value);
    if (configOptions) this.#append({ sessionUpdate: 'config_option_update', configOptions }, origin);
    return configOptions ?? [];
  }

  /** Ends agent and session; clients see `ended`. Idempotent: the agent is gone when any call resolves. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#turns.close();
    await this.#questions.closeAll('withdrawn', host);
    await this.#agent.stop();
    this.#changed.fire();
    this.#store.dispose();
  }

  async #startAgent(): Promise<void> {
    this.#setAgent({ state: 'starting' });
    try {
      const offers = await this.#agent.start(this.#sink());
      const { error } = this.#agentState;
      // It ended again before this call heard that it had started.
      if (error) throw error;
      const { kept, ...shown } = offers;
      this.#event({ type: 'agent_offers', ...shown }, { kind: 'agent' });
      this.#setAgent({ state: 'ready' });
      if (this.#ranBefore && !kept) this.#append(startsAfresh(this.agentName), host);
      this.#ranBefore = true;
    } catch (caught) {
      const error = asOffdeskError(caught, 'agent_failed');
      if (!this.#closing && this.#agentState.state === 'starting') this.#setAgent({ state: 'exited', error });
      throw error;
    }
  }

  #sink(): AgentSink {
    return {
      update: (update) => this.#fromAgent(update),
      ask: async (kind, request, withdrawn) => {
        try {
          const end = this.#questions.ask(kind, request, withdrawn, { kind: 'agent' });
          const { stoppedBy } = this.#turns;
          // Asked before the agent heard of Stop: it must not wait for an answer to go on with its end.
          if (stoppedBy) await this.#questions.closeAll('cancelled', stoppedBy);
          return await end;
        } finally {
          this.#changed.fire();
        }
      },
      exited: (error) => {
        if (this.#closing) return;
        this.#setAgent({ state: 'exited', error });
        void this.#questions.closeAll('withdrawn', { kind: 'agent' });
      },
    };
  }

  #fromAgent(update: RawUpdate): void {
    // Some agents echo the prompt; it was journaled when the turn began.
    if (update.sessionUpdate === 'user_message_chunk' && this.#turns.working) return;
    if (update.sessionUpdate === 'session_info_update' && typeof update['title'] === 'string') {
      this.#agentTitle = update['title'].slice(0, limits.titleChars) || undefined;
      this.#changed.fire();
    }
    this.#tools.see(update);
    this.#append(update, { kind: 'agent' });
  }

  async #run(blocks: PromptBlock[], stopped: () => boolean): Promise<{ stopReason: string }> {
    if (!stopped()) await this.startAgent();
    // Again: starting an agent may take a minute.
    if (stopped()) return { stopReason: 'cancelled' };
    return this.#agent.prompt(blocks);
  }

  async #tidy(outcome: PromptOutcome): Promise<void> {
    if (outcome !== 'done') await this.#questions.closeAll('withdrawn', host);
    for (const update of this.#tools.closeAll()) this.#append(update, host);
  }

  #mirror(id: string, blocks: PromptBlock[], origin: Origin): void {
    for (const content of blocks) {
      this.#append({ sessionUpdate: 'user_message_chunk', content }, origin, `p:${id}`);
    }
  }

  #setAgent(state: AgentState): void {
    this.#agentState = state;
    if (state.state !== 'none') {
      const error = state.error === undefined ? {} : { error: state.error.toShape() };
      this.#event({ type: 'agent_state', state: state.state, ...error }, host);
    }
    this.#changed.fire();
  }

  async #record(event: SessionEvent, origin: Origin): Promise<void> {
    this.#event(event, origin);
    await this.journal.sync();
    this.#changed.fire();
  }

  #event(whole: SessionEvent, origin: Origin): void {
    const event = bounded(whole);
    const update = eventUpdate();
    const item = this.#items.idFor(update, event);
    this.#updatedAt = this.#clock.now();
    this.journal.append({
      at: this.#updatedAt,
      origin,
      update,
      event,
      ...(item === undefined ? {} : { item }),
    });
  }

  #append(whole: RawUpdate, origin: Origin, itemId?: string): void {
    const sessionUpdate = whole.sessionUpdate.slice(0, limits.titleChars);
    const update: RawUpdate = { ...bounded(whole), sessionUpdate };
    const item = itemId ?? this.#items.idFor(update);
    this.#updatedAt = this.#clock.now();
    this.journal.append({ at: this.#updatedAt, origin, update, ...(item === undefined ? {} : { item }) });
  }
}

function startsAfresh(agent: string): RawUpdate {
  return {
    sessionUpdate: 'notice',
    severity: 'info',
    title: `${agent} starts afresh and does not remember what was said before.`,
  };
}

function firstLine(blocks: PromptBlock[]): string | undefined {
  const text = blocks.find((block) => block.type === 'text')?.['text'];
  const line = typeof text === 'string' ? text.trim().split('\n')[0]?.trim() : undefined;
  return line ? (line.length > 60 ? `${line.slice(0, 59)}…` : line) : undefined;
}
