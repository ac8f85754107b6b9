/** A session: one conversation with one agent, whatever carries it to its clients. */
import type { Clock } from '../base/clock.ts';
import { DisposableStore } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { asOffdeskError } from '../base/error.ts';
import { scopedLog, type Log } from '../base/log.ts';
import type { Answer, Origin, PromptBlock, PromptOutcome } from '../protocol/facts.ts';
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
import { SessionAgent, type AgentState, type ForAgent } from './session-agent.ts';
import { firstLine } from './session-words.ts';
import { SettingChanges } from './setting-changes.ts';
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
  readonly #settings: SettingChanges;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new Emitter<void>());
  /** Title, state or agent changed. */
  readonly onChange = this.#changed.event;
  #promptTitle: string | undefined;
  #prompted: boolean;
  readonly #title: string;
  #closing: Promise<void> | undefined;

  /** A new one, with an empty journal. */
  constructor(options: SessionOptions, earlier?: Earlier) {
    this.id = options.id;
    this.cwd = options.cwd;
    this.#title = options.title;
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
        cwd: options.cwd,
        agent: options.agent,
        writer,
        questions: this.#questions,
        log: this.#log,
        earlier,
        adopt: options.adopt,
        forAgent: options.forAgent,
        named: () => this.#settings.name !== undefined,
        catchUp: options.catchUp ? () => turnsOf(options.journal) : undefined,
        changed,
      },
      turn: () => (this.#turns.working ? { stoppedBy: this.#turns.stoppedBy } : undefined),
    });
    const changes = new Changes(options.journal, writer);
    this.#settings = new SettingChanges({ changes, writer, agent: this.#agent, changed }, earlier?.name);
    this.#turns = new Turns({
      writer,
      fate: (id) => this.journal.fate(id),
      mirror: (id, blocks, origin) => this.#mirror(id, blocks, origin),
      run: (blocks, stopped) => this.#agent.prompt(blocks, stopped),
      tidy: (outcome) => this.#tidy(outcome),
      changed,
      log: this.#log,
    });
    this.queue = new QueueChanges(changes, this.#turns, (origin) => this.#stopTurn(origin));
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
    return this.#settings.name ?? this.#agent.title ?? this.#promptTitle ?? this.#title;
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
    return this.#agent.options.modeName;
  }

  /** The agent's own id of its session, once it has one. */
  get agentSession(): string | undefined {
    return this.#agent.session;
  }

  /** The agent's own sessions, a page of them; undefined where it does not list any. Starts the agent. */
  agentSessions(before: string | undefined): Promise<OwnSessions | undefined> {
    return this.#agent.sessions(before);
  }

  /** It can copy its own sessions; known once it ran. */
  get agentForks(): boolean {
    return this.#agent.forks;
  }

  /** A copy of one of its own sessions, by its own id; undefined where it makes none. Starts the agent. */
  forkAgentSession(id: string): Promise<string | undefined> {
    return this.#agent.fork(id);
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

  /** Of a prompt that was taken, whether it ended or not; undefined of any other. */
  earlierPrompt(id: string): Promise<{ end: Promise<PromptEnd> } | undefined> {
    return this.#turns.earlier(id);
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

  /** This and the next two: as SettingChanges. */
  rename(...args: Parameters<SettingChanges['rename']>): Promise<void> {
    return this.#settings.rename(...args);
  }

  setMode(...args: Parameters<SettingChanges['setMode']>): Promise<void> {
    return this.#settings.setMode(...args);
  }

  setConfigOption(...args: Parameters<SettingChanges['setOption']>): ReturnType<SettingChanges['setOption']> {
    return this.#settings.setOption(...args);
  }

  answer(question: string, answerId: string, answer: Answer, origin: Origin): Promise<AnswerResult> {
    return this.#questions.answer(question, answerId, answer, origin);
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
