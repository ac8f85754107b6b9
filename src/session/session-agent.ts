/** A session's agent from its start to its end: started when it is needed, with its own session where it can. */
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import type { Origin, PromptBlock } from '../protocol/facts.ts';
import { AgentOptions } from './agent-options.ts';
import type { AgentPort, AgentSink, OwnSessions } from './agent-port.ts';
import { AgentUpdates } from './agent-updates.ts';
import type { Earlier } from './earlier.ts';
import type { FactWriter } from './fact-writer.ts';
import type { Questions } from './questions.ts';
import { startsAfresh } from './session-words.ts';
import type { TurnMark } from './turn-marks.ts';
import { sessionEnded } from './turns.ts';

export type AgentState = { state: 'none' | 'starting' | 'ready' | 'exited'; error?: OffdeskError };

export type ForAgent = (
  blocks: PromptBlock[],
  capabilities: Record<string, unknown> | null,
) => Promise<PromptBlock[]>;

export interface SessionAgentOptions {
  name: string;
  cwd: string;
  agent: AgentPort;
  writer: FactWriter;
  questions: Questions;
  log: Log;
  /** The turn that runs, and who stopped it. */
  turn(): { stoppedBy: Origin | undefined } | undefined;
  /** What the agent gets of a prompt, by its promptCapabilities. */
  forAgent?: ForAgent | undefined;
  changed(): void;
  earlier: Earlier | undefined;
  /** The agent's own session that this one goes on with, of which nothing is journaled yet. */
  adopt?: string | undefined;
  /** Somebody gave the session a name, which goes before the agent's. */
  named(): boolean;
  /** Of the session that it goes on with the journal may lack what was said elsewhere; these are the turns that it has. */
  catchUp?: (() => Promise<readonly TurnMark[]>) | undefined;
}

const host: Origin = { kind: 'host' };
const agent: Origin = { kind: 'agent' };

export class SessionAgent {
  readonly options: AgentOptions;
  readonly #ports: SessionAgentOptions;
  readonly #port: AgentPort;
  readonly #updates: AgentUpdates;
  #state: AgentState = { state: 'none' };
  #starting: Promise<void> | undefined;
  #stopped = false;
  /** Its own id of its session, by which it may be resumed. */
  #session: string | undefined;
  /** Nothing of the session is journaled yet. */
  #adopts: boolean;
  #catchUp: SessionAgentOptions['catchUp'];
  /** Something was said that it does not know if it starts afresh. */
  #said: boolean;
  #capabilities: Record<string, unknown> | null = null;

  constructor(ports: SessionAgentOptions) {
    const { name, writer, log, changed, earlier } = ports;
    this.#ports = ports;
    this.#port = ports.agent;
    this.options = new AgentOptions({ name, agent: ports.agent, writer, changed }, earlier);
    const works = () => ports.turn() !== undefined;
    const { named } = ports;
    this.#updates = new AgentUpdates(
      { name, writer, options: this.options, log, works, named, changed },
      earlier,
    );
    this.#session = earlier?.agentSession ?? ports.adopt;
    this.#adopts = this.#session !== undefined && this.#session !== earlier?.agentSession;
    this.#catchUp = ports.catchUp;
    this.#said = earlier?.last === 'said' || earlier?.last === 'back';
  }

  get state(): AgentState {
    return this.#state;
  }

  /** What it calls the session. */
  get title(): string | undefined {
    return this.#updates.title;
  }

  /** Unless it runs; rejects with what the user must do, or with `closed`. */
  start(): Promise<void> {
    if (this.#stopped) return Promise.reject(sessionEnded());
    if (this.#state.state === 'ready') return Promise.resolve();
    this.#starting ??= this.#start().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  /** A turn that was `stopped` meanwhile is not sent. */
  async prompt(blocks: PromptBlock[], stopped: () => boolean) {
    if (!stopped()) await this.start();
    const { forAgent } = this.#ports;
    const own = forAgent && !stopped() ? await forAgent(blocks, this.#capabilities) : blocks;
    // Again: starting an agent may take a minute.
    if (stopped()) return { stopReason: 'cancelled' };
    this.#said = true;
    return this.#port.prompt(own);
  }

  /** Its own id of its session, once it has one. */
  get session(): string | undefined {
    return this.#session;
  }

  /** Its own sessions; undefined where it does not list them. Starts it. */
  async sessions(before: string | undefined): Promise<OwnSessions | undefined> {
    await this.start();
    return this.#port.sessions?.(before);
  }

  get forks(): boolean {
    return this.#port.forks === true;
  }

  /** A copy of one of those; undefined where it makes none. Starts it. */
  async fork(id: string): Promise<string | undefined> {
    await this.start();
    return this.#port.fork?.(id, this.#ports.cwd);
  }

  cancel(): void {
    if (this.#state.state === 'ready') this.#port.cancel();
  }

  /** Ends the tool calls that it left open. */
  closeTools(): void {
    this.#updates.closeTools();
  }

  /** It does not start again after. */
  refuse(): void {
    this.#stopped = true;
  }

  /** It is gone when this resolves. */
  async stop(): Promise<void> {
    this.refuse();
    await this.#port.stop();
  }

  /** The last that is said of it. */
  stopped(): void {
    if (this.#state.state === 'starting' || this.#state.state === 'ready') this.#become({ state: 'exited' });
  }

  async #start(): Promise<void> {
    const { name, writer, earlier } = this.#ports;
    this.#become({ state: 'starting' });
    try {
      const tells = this.#adopts || this.#catchUp !== undefined;
      if (tells) this.#updates.keep();
      else this.#updates.forget();
      const { kept, ...said } = await this.#port.start(
        this.#sink(),
        this.#session,
        tells,
        earlier?.agentSessionAt,
      );
      const { error } = this.#state;
      // It ended again before this call heard that it had started.
      if (error) throw error;
      if (this.#adopts) await this.#adopted(kept);
      else if (this.#catchUp) await this.#caughtUp(kept, this.#catchUp);
      const offers = { ...said, ...this.options.offered(said) };
      this.#session = offers.session;
      this.#capabilities = offers.promptCapabilities;
      writer.event({ type: 'agent_offers', ...offers }, agent);
      await this.options.backToMode();
      if (this.#state.error) throw this.#state.error;
      this.#become({ state: 'ready' });
      if (!this.#said || kept) return;
      this.#said = false;
      writer.update(startsAfresh(name), host);
    } catch (caught) {
      const error = asOffdeskError(caught, 'agent_failed');
      this.#updates.forget();
      if (!this.#stopped && this.#state.state === 'starting') this.#become({ state: 'exited', error });
      throw error;
    }
  }

  /** An adopted session is there with its history, or not at all. */
  async #adopted(kept: boolean): Promise<void> {
    if (!kept) {
      await this.#port.stop();
      throw new OffdeskError(
        'agent_failed',
        `${this.#ports.name} could not open that session.`,
        'It may be open in another program. Close it there and try again.',
      );
    }
    this.#adopts = false;
    this.#updates.journal([]);
  }

  /** What was said in its session elsewhere, where that can be told from what is journaled; once. */
  async #caughtUp(kept: boolean, turns: () => Promise<readonly TurnMark[]>): Promise<void> {
    // One that starts afresh has told of a session that it does not have.
    const journaled = kept ? await turns() : undefined;
    this.#catchUp = undefined;
    if (journaled) this.#updates.journal(journaled);
    else this.#updates.forget();
  }

  #sink(): AgentSink {
    const { questions, turn } = this.#ports;
    return {
      update: (update) => this.#updates.take(update),
      ask: async (kind, request, withdrawn) => {
        const end = questions.ask(kind, request, withdrawn, agent);
        const stoppedBy = turn()?.stoppedBy;
        // Asked before the agent heard of Stop: it must not wait for an answer to go on with its end.
        if (stoppedBy) await questions.closeAll('cancelled', stoppedBy);
        return await end;
      },
      exited: (error) => {
        if (this.#stopped) return;
        this.#become({ state: 'exited', error });
        void questions.closeAll('withdrawn', agent);
      },
    };
  }

  #become(state: AgentState): void {
    const { writer, changed } = this.#ports;
    this.#state = state;
    const error = state.error === undefined ? {} : { error: state.error.toShape() };
    if (state.state !== 'none') writer.event({ type: 'agent_state', state: state.state, ...error }, host);
    changed();
  }
}
