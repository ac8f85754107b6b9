/** A session's agent: started when it is needed, with its own session where it can; all that it says is journaled. */
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import { plainLine } from '../base/plain-text.ts';
import type { Origin, PromptBlock, RawUpdate } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import type { AgentPort, AgentSink, OwnSessions } from './agent-port.ts';
import { modeOf, type Earlier } from './earlier.ts';
import type { FactWriter } from './fact-writer.ts';
import { InvalidUpdates } from './invalid-updates.ts';
import { OpenToolCalls } from './open-tool-calls.ts';
import type { Questions } from './questions.ts';
import { isRiskyMode, isRiskyValue, markModes, markOptions } from './risk.ts';
import { heldElsewhere, otherMode, startsAfresh } from './session-words.ts';
import { newsIn } from './told-history.ts';
import type { TurnMark } from './turn-marks.ts';
import { sessionEnded } from './turns.ts';

export type AgentState = { state: 'none' | 'starting' | 'ready' | 'exited'; error?: OffdeskError };

export type ForAgent = (
  blocks: PromptBlock[],
  capabilities: Record<string, unknown> | null,
) => Promise<PromptBlock[]>;

export interface SessionAgentOptions {
  name: string;
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
  readonly #options: SessionAgentOptions;
  readonly #port: AgentPort;
  readonly #writer: FactWriter;
  readonly #tools: OpenToolCalls;
  readonly #invalid: InvalidUpdates;
  #state: AgentState = { state: 'none' };
  #starting: Promise<void> | undefined;
  #stopped = false;
  /** Its own id of its session, by which it may be resumed. */
  #session: string | undefined;
  /** What it tells of its session until that is open: then it is journaled, or not at all. */
  #told: RawUpdate[] | undefined;
  /** Nothing of the session is journaled yet. */
  #adopts: boolean;
  #catchUp: SessionAgentOptions['catchUp'];
  /** Something was said that it does not know if it starts afresh. */
  #said: boolean;
  #configOptions: Record<string, unknown>[] | undefined;
  #modes: Record<string, unknown> | null = null;
  #capabilities: Record<string, unknown> | null = null;
  #title: string | undefined;
  /** The mode that it is in, or was in when it ended. */
  #mode: string | undefined;

  constructor(options: SessionAgentOptions) {
    const { earlier } = options;
    this.#options = options;
    this.#port = options.agent;
    this.#writer = options.writer;
    this.#invalid = new InvalidUpdates(options.log);
    this.#tools = earlier?.tools ?? new OpenToolCalls();
    this.#session = earlier?.agentSession ?? options.adopt;
    this.#adopts = this.#session !== undefined && this.#session !== earlier?.agentSession;
    this.#catchUp = options.catchUp;
    this.#said = earlier?.last === 'said' || earlier?.last === 'back';
    this.#configOptions = earlier?.configOptions;
    this.#title = earlier?.agentTitle;
    this.#mode = earlier?.mode;
  }

  get state(): AgentState {
    return this.#state;
  }

  /** What it calls the session. */
  get title(): string | undefined {
    return this.#title;
  }

  /** The mode that it is in by the name that it shows; undefined where it offered none. */
  get modeName(): string | undefined {
    const offered: unknown = this.#modes?.['availableModes'];
    const all = Array.isArray(offered) ? (offered as { id?: unknown; name?: unknown }[]) : [];
    const name = all.find(({ id }) => id === this.#mode)?.name;
    return typeof name === 'string' ? plainLine(name, limits.titleChars) : undefined;
  }

  /** As it had them last. */
  get configOptions(): Record<string, unknown>[] {
    return this.#configOptions ?? [];
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
    const { forAgent } = this.#options;
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

  /** As it has them; before it ran, by the id alone. */
  isRiskyMode(modeId: string): boolean {
    return isRiskyMode(this.#modes, modeId);
  }

  isRiskyValue(configId: string, value: string | boolean): boolean {
    return isRiskyValue(this.configOptions, configId, value);
  }

  cancel(): void {
    if (this.#state.state === 'ready') this.#port.cancel();
  }

  async setMode(modeId: string, origin: Origin): Promise<void> {
    await this.#port.setMode(modeId);
    this.#mode = modeId;
    this.#writer.update({ sessionUpdate: 'current_mode_update', currentModeId: modeId }, origin);
    this.#options.changed();
  }

  async setConfigOption(configId: string, value: string | boolean, origin: Origin) {
    const said = await this.#port.setConfigOption(configId, value);
    const configOptions = said && markOptions(said);
    if (configOptions) {
      this.#configOptions = configOptions;
      this.#writer.update({ sessionUpdate: 'config_option_update', configOptions }, origin);
    }
    return configOptions ?? [];
  }

  /** Ends the tool calls that it left open. */
  closeTools(): void {
    for (const update of this.#tools.closeAll()) this.#writer.update(update, host);
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
    this.#become({ state: 'starting' });
    try {
      const tells = this.#adopts || this.#catchUp !== undefined;
      this.#told = tells ? [] : undefined;
      const { kept, ...said } = await this.#port.start(
        this.#sink(),
        this.#session,
        tells,
        this.#options.earlier?.agentSessionAt,
      );
      const { error } = this.#state;
      // It ended again before this call heard that it had started.
      if (error) throw error;
      if (this.#adopts) await this.#adopted(kept);
      else if (this.#catchUp) await this.#caughtUp(kept, this.#catchUp);
      const configOptions = said.configOptions && markOptions(said.configOptions);
      const offers = { ...said, modes: markModes(said.modes), configOptions };
      this.#modes = offers.modes;
      this.#session = offers.session;
      this.#capabilities = offers.promptCapabilities;
      this.#configOptions = offers.configOptions ?? undefined;
      this.#writer.event({ type: 'agent_offers', ...offers }, agent);
      await this.#backToMode(offers.modes);
      if (this.#state.error) throw this.#state.error;
      this.#become({ state: 'ready' });
      if (!this.#said || kept) return;
      this.#said = false;
      this.#writer.update(startsAfresh(this.#options.name), host);
    } catch (caught) {
      const error = asOffdeskError(caught, 'agent_failed');
      this.#told = undefined;
      if (!this.#stopped && this.#state.state === 'starting') this.#become({ state: 'exited', error });
      throw error;
    }
  }

  /** An adopted session is there with its history, or not at all. */
  async #adopted(kept: boolean): Promise<void> {
    if (!this.#adopts) return;
    if (!kept) {
      await this.#port.stop();
      throw new OffdeskError(
        'agent_failed',
        `${this.#options.name} could not open that session.`,
        'It may be open in another program. Close it there and try again.',
      );
    }
    this.#adopts = false;
    this.#journal([]);
  }

  /** What was said in its session elsewhere, where that can be told from what is journaled; once. */
  async #caughtUp(kept: boolean, turns: () => Promise<readonly TurnMark[]>): Promise<void> {
    // One that starts afresh has told of a session that it does not have.
    const journaled = kept ? await turns() : undefined;
    this.#catchUp = undefined;
    if (journaled) this.#journal(journaled);
    else this.#told = undefined;
  }

  /** All that it told, but for the turns that are there. */
  #journal(journaled: readonly TurnMark[]): void {
    const { state, said } = newsIn(this.#told ?? [], journaled);
    this.#told = undefined;
    if (!said) this.#writer.update(heldElsewhere(this.#options.name), host);
    for (const update of [...state, ...(said ?? [])]) this.#update(update, true);
    this.closeTools();
  }

  /** Codex, Gemini and Kimi come back in their default mode, which may allow more than the one that was chosen. */
  async #backToMode(modes: Record<string, unknown> | null): Promise<void> {
    const now = modeOf(modes?.['currentModeId']);
    const wanted = this.#mode;
    this.#mode = now;
    if (now === undefined || wanted === undefined || now === wanted) return;
    try {
      await this.setMode(wanted, host);
    } catch (error) {
      this.#writer.update(otherMode(this.#options.name, now, asOffdeskError(error).message), host);
    }
  }

  #sink(): AgentSink {
    const { questions, turn } = this.#options;
    return {
      update: (update) => this.#update(update),
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

  /** `again`: it was said before, elsewhere. */
  #update(said: RawUpdate, again = false): void {
    if (this.#invalid.drops(said)) return;
    if (this.#told) {
      this.#told.push(said);
      return;
    }
    const update = this.#amended(said);
    // Some agents echo the prompt; it was journaled when the turn began.
    if (update.sessionUpdate === 'user_message_chunk' && this.#options.turn() && !again) return;
    const { configOptions, currentModeId } = update;
    if (update.sessionUpdate === 'current_mode_update') {
      this.#mode = modeOf(currentModeId) ?? this.#mode;
      this.#options.changed();
    }
    if (Array.isArray(configOptions)) this.#configOptions = configOptions;
    this.#tools.see(update);
    this.#writer.update(update, agent);
    const { title } = said;
    if (said.sessionUpdate !== 'session_info_update' || typeof title !== 'string') return;
    this.#title = title.slice(0, limits.titleChars) || undefined;
    this.#options.changed();
  }

  /** As it is journaled: with what is risky marked, and without a title where the session has a name. */
  #amended(said: RawUpdate): RawUpdate {
    const { configOptions, title, ...rest } = said;
    if (Array.isArray(configOptions)) return { ...said, configOptions: markOptions(configOptions) };
    const nameless = said.sessionUpdate === 'session_info_update' && title !== undefined;
    return nameless && this.#options.named() ? rest : said;
  }

  #become(state: AgentState): void {
    this.#state = state;
    const error = state.error === undefined ? {} : { error: state.error.toShape() };
    if (state.state !== 'none')
      this.#writer.event({ type: 'agent_state', state: state.state, ...error }, host);
    this.#options.changed();
  }
}
