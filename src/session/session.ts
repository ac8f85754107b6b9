/** A session: one conversation with one agent, whatever carries it to its clients. */
import type { Clock } from '../base/clock.ts';
import { DisposableStore } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import { scopedLog, type Log } from '../base/log.ts';
import { plainLine } from '../base/plain-text.ts';
import type { Answer, Origin, PromptBlock, PromptOutcome } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import type { AnswerResult, SessionState } from '../protocol/methods.ts';
import type { AgentPort, OwnSessions } from './agent-port.ts';
import { Changes } from './changes.ts';
import { comeBack } from './coming-back.ts';
import { earlierOf, type Earlier } from './earlier.ts';
import { FactWriter } from './fact-writer.ts';
import type { Journal } from './journal.ts';
import { noAgent } from './no-agent.ts';
import type { PromptEnd } from './prompt-queue.ts';
import { Questions, questionTitle } from './questions.ts';
import { QueueChanges } from './queue-changes.ts';
import { requireConfirmation } from './risk.ts';
import { SessionAgent, type AgentState, type ForAgent } from './session-agent.ts';
import { firstLine } from './session-words.ts';
import { turnsOf } from './told-history.ts';
import { Turns } from './turns.ts';

export interface SessionOptions {
  id: string;
  cwd: string;
  /** Until the agent or the first prompt gives a better one. */
  title: string;
  /** What the first prompt gave, of a session that comes back. */
  promptTitle?: string | undefined;
  agentName: string;
  demo: boolean;
  agent: AgentPort;
  /** What the agent gets of a prompt: as it stands unless given. */
  forAgent?: ForAgent;
  /** The agent's own session to go on with, of which the journal has nothing yet. */
  adopt?: string | undefined;
  /** Of one that is restored: the agent may know more of it than the journal does. */
  catchUp?: boolean;
  /** The session's own: closed with it. */
  journal: Journal;
  clock: Clock;
  log: Log;
}

const host: Origin = { kind: 'host' };

export class Session {
  readonly id: string;
  readonly cwd: string;
  readonly agentName: string;
  readonly demo: boolean;
  readonly journal: Journal;
  readonly queue: QueueChanges;
  readonly #agent: SessionAgent;
  readonly #log: Log;
  readonly #writer: FactWriter;
  readonly #turns: Turns;
  readonly #questions: Questions;
  readonly #changes: Changes;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new Emitter<void>());
  /** Title, state or agent changed. */
  readonly onChange = this.#changed.event;
  /** What somebody called it. */
  #name: string | undefined;
  #promptTitle: string | undefined;
  #prompted: boolean;
  readonly #title: string;
  #closing: Promise<void> | undefined;

  /** A new one, with an empty journal. */
  constructor(options: SessionOptions, earlier?: Earlier) {
    this.id = options.id;
    this.cwd = options.cwd;
    this.#title = options.title;
    this.#name = earlier?.name;
    this.#promptTitle = options.promptTitle;
    this.#prompted = earlier !== undefined && earlier.last !== 'nothing';
    this.agentName = options.agentName;
    this.demo = options.demo;
    this.journal = options.journal;
    this.#log = scopedLog(options.log, `session ${options.id}`);
    const changed = () => this.#changed.fire();
    const writer = new FactWriter(options.journal, options.clock, earlier?.updatedAt);
    this.#writer = writer;
    // There are fewer questions than facts.
    this.#questions = new Questions(writer, options.journal.head, changed);
    this.#agent = new SessionAgent({
      ...{
        name: options.agentName,
        agent: options.agent,
        writer,
        questions: this.#questions,
        log: this.#log,
        earlier,
        adopt: options.adopt,
        forAgent: options.forAgent,
        named: () => this.#name !== undefined,
        catchUp: options.catchUp ? () => turnsOf(options.journal) : undefined,
        changed,
      },
      turn: () => (this.#turns.working ? { stoppedBy: this.#turns.stoppedBy } : undefined),
    });
    this.#changes = new Changes(options.journal, writer);
    this.#turns = new Turns({
      writer,
      fate: (id) => this.journal.fate(id),
      mirror: (id, blocks, origin) => this.#mirror(id, blocks, origin),
      run: (blocks, stopped) => this.#agent.prompt(blocks, stopped),
      tidy: (outcome) => this.#tidy(outcome),
      changed,
      log: this.#log,
    });
    this.queue = new QueueChanges(this.#changes, this.#turns, (origin) => this.#stopTurn(origin));
  }

  /**
   * Goes on where the journal ends: what ran then is interrupted, what was asked is withdrawn, what waited waits, and
   * goes on unless something was interrupted. Rejects where the journal can't be read.
   */
  static async restore(options: SessionOptions): Promise<Session> {
    const earlier = await earlierOf(options.journal);
    const session = new Session(options, earlier);
    if (!earlier) return session;
    const held = await comeBack({
      ...{ earlier, writer: session.#writer, wished: options.catchUp ?? false },
      tidy: (outcome) => session.#tidy(outcome),
    });
    session.#turns.restore(earlier.waiting, held);
    return session;
  }

  /** One that is over, to be read. */
  static async over(options: Omit<SessionOptions, 'agent'>): Promise<Session> {
    const session = new Session({ ...options, agent: noAgent }, await earlierOf(options.journal));
    session.#agent.refuse();
    session.#turns.close(false);
    session.#writer.close();
    session.#closing = Promise.resolve();
    return session;
  }

  get title(): string {
    return this.#name ?? this.#agent.title ?? this.#promptTitle ?? this.#title;
  }

  /** What the first prompt gave; undefined as long as none came. */
  get promptTitle(): string | undefined {
    return this.#promptTitle;
  }

  /** Something was asked of the agent, ever. */
  get prompted(): boolean {
    return this.#prompted;
  }

  get updatedAt(): number {
    return this.#writer.updatedAt;
  }

  get agentState(): AgentState {
    return this.#agent.state;
  }

  /** The agent's mode, as it is shown; undefined where it has none, or did not run yet. */
  get modeName(): string | undefined {
    return this.#agent.modeName;
  }

  /** The agent's own id of its session, once it has one. */
  get agentSession(): string | undefined {
    return this.#agent.session;
  }

  /** The agent's own sessions, a page of them; undefined where it does not list any. Starts the agent. */
  agentSessions(before: string | undefined): Promise<OwnSessions | undefined> {
    return this.#agent.sessions(before);
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
    return this.#agent.state.state === 'starting' ? 'starting' : 'idle';
  }

  /** Starts the agent unless it runs; rejects with what the user must do, or with `closed`. */
  startAgent(): Promise<void> {
    return this.#agent.start();
  }

  async prompt(id: string, blocks: PromptBlock[], origin: Origin): Promise<PromptEnd> {
    // One that is over takes none, and stays as it was.
    if (!this.#closing) {
      this.#prompted = true;
      this.#promptTitle ??= firstLine(blocks);
    }
    return this.#turns.prompt(id, blocks, origin);
  }

  /** Of a prompt that ended, as it is recorded; undefined of any other. */
  promptEnd(id: string): Promise<PromptEnd | undefined> {
    return this.#turns.pastEnd(id);
  }

  /** Stop: ACP session/cancel, with open questions answered `cancelled`. */
  async cancel(origin: Origin): Promise<void> {
    if (await this.#turns.stop(origin)) await this.#stopTurn(origin);
  }

  async #stopTurn(origin: Origin): Promise<void> {
    this.#agent.cancel();
    await this.#questions.closeAll('cancelled', origin);
  }

  /** Rejects with `invalid_params` where nothing of the name can be seen. `change`, here and below: see Changes. */
  rename(name: string, origin: Origin, change?: string | undefined): Promise<void> {
    const title = plainLine(name, limits.titleChars).replace(/\s+/g, ' ');
    return this.#changes.once(change, {
      ...{ what: 'name', origin, again: () => {} },
      prepare: () => {
        if (title !== '') return undefined;
        throw new OffdeskError('invalid_params', 'A name needs a letter or a digit.', 'Choose another one.');
      },
      effect: async (journaled) => {
        await journaled();
        this.#name = title;
        this.#writer.update({ sessionUpdate: 'session_info_update', title }, origin);
        await this.#writer.settle();
        this.#changed.fire();
      },
    });
  }

  answer(question: string, answerId: string, answer: Answer, origin: Origin): Promise<AnswerResult> {
    return this.#questions.answer(question, answerId, answer, origin);
  }

  /**
   * `change`, here and below: by this id it takes effect once, however often it is asked for. `confirmed`: the user of
   * a remote client was told that the agent will act without asking; without it it rejects with `confirmation_needed`.
   */
  setMode(modeId: string, origin: Origin, change?: string | undefined, confirmed = false): Promise<void> {
    return this.#changes.once(change, {
      ...{ what: 'mode', origin, again: () => {} },
      prepare: async () => {
        await this.startAgent();
        requireConfirmation(this.#agent.isRiskyMode(modeId), origin, confirmed);
      },
      effect: async (journaled) => {
        await journaled();
        await this.#agent.setMode(modeId, origin);
      },
    });
  }

  setConfigOption(
    configId: string,
    value: string | boolean,
    origin: Origin,
    change?: string | undefined,
    confirmed = false,
  ): Promise<Record<string, unknown>[]> {
    return this.#changes.once(change, {
      ...{ what: 'config_option', origin, again: () => this.#agent.configOptions },
      prepare: async () => {
        await this.startAgent();
        requireConfirmation(this.#agent.isRiskyValue(configId, value), origin, confirmed);
      },
      effect: async (journaled) => {
        await journaled();
        return this.#agent.setConfigOption(configId, value, origin);
      },
    });
  }

  /** Ends agent and session; clients see `ended`. Idempotent: the agent is gone when any call resolves. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close(false));
  }

  /** As `close`, but it can be restored from its journal: what waits goes on waiting. */
  suspend(): Promise<void> {
    return (this.#closing ??= this.#close(true));
  }

  async #close(waits: boolean): Promise<void> {
    this.#agent.refuse();
    this.#turns.close(waits);
    await this.#questions.closeAll('withdrawn', host);
    await this.#agent.stop();
    await this.#turns.end(waits);
    this.#agent.stopped();
    this.#writer.close();
    this.#changed.fire();
    this.#store.dispose();
    await this.journal.close().catch((error: unknown) => {
      this.#log.write('error', 'the journal was not closed well', { code: asOffdeskError(error).code });
    });
  }

  async #tidy(outcome: PromptOutcome): Promise<void> {
    if (outcome !== 'done') await this.#questions.closeAll('withdrawn', host);
    this.#agent.closeTools();
  }

  #mirror(id: string, blocks: PromptBlock[], origin: Origin): void {
    for (const content of blocks) {
      this.#writer.update({ sessionUpdate: 'user_message_chunk', content }, origin, `p:${id}`);
    }
  }
}
