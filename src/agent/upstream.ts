/** The agent's side of a session over ACP: where agents differ, it is absorbed here. */
import { setTimeout as wait } from 'node:timers/promises';
import { client, type ClientConnection } from '@agentclientprotocol/sdk';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import { scopedLog, type Log } from '../base/log.ts';
import { rawUpdate, type PromptBlock } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import { tapNotifications } from '../protocol/transport.ts';
import type { AgentOffers, AgentPort, AgentSink } from '../session/agent-port.ts';
import { agentSessions, type AgentSessionPage } from './agent-sessions.ts';
import type { AgentQuirks } from './catalog.ts';
import { isLoggedOut } from './login-check.ts';
import { modeUpdate } from './mode-option.ts';
import { modelOption, modelOptionId, type ModelState } from './model-option.ts';
import { isLoginError, openSession, type Opened } from './open-session.ts';
import type { ProcessIdentity } from './orphan.ts';
import { garbage, startProcess, type AgentCommand, type AgentProcess } from './process.ts';
import { Replay } from './replay.ts';

const minuteMs = 60_000;
/** Its clock and this one's are the same, but not looked at in the same moment. */
const minuteMargin = 500;

export interface UpstreamOptions extends AgentCommand {
  cwd: string;
  /** Logs in without asking, such as Gemini CLI's key from the environment. */
  authMethod: string | undefined;
  /** What the user does to log in. */
  loginHint: string;
  /** Arguments with which the command says whether it is logged in (login-check.ts). */
  loginCheck?: string[];
  quirks?: AgentQuirks;
  /** How long start may take, in milliseconds; `limits.agentStartMs` unless given. */
  startMs?: number;
  /** How long a turn may go on after its cancel; `limits.agentCancelMs` unless given. */
  cancelMs?: number;
  /**
   * Told before anything is asked of a process, and `undefined` once it is gone: what `endOrphan` (orphan.ts) needs
   * where this host is killed.
   */
  onProcess?: (process: ProcessIdentity | undefined) => void;
  /** Begins the mark of its processes: what `endFamily` (orphan.ts) needs. */
  family?: string;
  log: Log;
}

interface Running {
  process: AgentProcess;
  connection: ClientConnection;
  sessionId: string;
  /** The config option that stands for modes, where the agent has none. */
  modeConfig: string | undefined;
  /** Its models, where no config option of its own stands for them. */
  models: ModelState | undefined;
  /** It lists its own sessions. */
  lists: boolean;
  replay: Replay;
  /** The turn that runs. */
  turn: Turn | undefined;
}

interface Turn {
  /** Runs from its cancel on. */
  patience: NodeJS.Timeout | undefined;
  /** The agent did not end it in time, and is being ended for it. */
  givenUp: boolean;
}

/** One agent process with one session in it. */
export class Upstream implements AgentPort {
  readonly #options: UpstreamOptions;
  readonly #log: Log;
  #running: Running | undefined;
  #process: AgentProcess | undefined;
  /** How often it was stopped: a start that was overtaken starts nothing. */
  #stops = 0;
  #sink: AgentSink | undefined;
  /** The session that began in a process of this agent, and when, by the clock. */
  #begun: { session: string; at: number } | undefined;

  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.#log = scopedLog(options.log, `agent ${options.name}`);
  }

  /**
   * AgentPort. `told`: nobody has what was said in the earlier session yet, so the sink is told it, where the agent can
   * tell it.
   */
  async start(sink: AgentSink, earlier?: string, told = false): Promise<AgentOffers> {
    const stops = this.#stops;
    if (this.#process) await this.#end();
    if (earlier !== undefined && earlier === this.#begun?.session) await this.#minuteOver(this.#begun.at);
    if (stops !== this.#stops) throw new OffdeskError('closed', `${this.#options.name} was stopped.`);
    const replay = this.#replay(sink);
    try {
      return await this.#launch(sink, replay, earlier, told);
    } catch (error) {
      // What broke or hung over its earlier session can still begin another, in another process.
      if (!replay.pending || stops !== this.#stops || isLoginRequired(error)) throw error;
      const { code } = asOffdeskError(error);
      this.#log.write('warn', 'did not get over its earlier session and starts afresh', { code });
    }
    return await this.#launch(sink, this.#replay(sink), undefined, false);
  }

  async #minuteOver(begun: number): Promise<void> {
    if (!this.#options.quirks?.forgetsWithinMinute) return;
    const left = (Math.floor(begun / minuteMs) + 1) * minuteMs - Date.now();
    if (left > 0) await wait(left + minuteMargin);
  }

  /** Its own sessions, the one used last first; undefined where it does not list them. `before`: `next` of a page. */
  async sessions(before?: string): Promise<AgentSessionPage | undefined> {
    const { connection, lists } = this.#alive();
    return lists ? await agentSessions(connection, before) : undefined;
  }

  #replay(sink: AgentSink): Replay {
    return new Replay((update) => {
      sink.update(update);
      const { sessionUpdate, configOptions } = update;
      if (sessionUpdate === 'config_option_update' && Array.isArray(configOptions))
        this.#tellMode(configOptions);
    });
  }

  async #launch(
    sink: AgentSink,
    replay: Replay,
    earlier: string | undefined,
    told: boolean,
  ): Promise<AgentOffers> {
    const agentProcess = startProcess(this.#options, this.#options.cwd, this.#log, this.#options.family);
    this.#process = agentProcess;
    this.#sink = sink;
    await this.#tellProcess(agentProcess);
    const connection = this.#connect(agentProcess, sink, replay);
    try {
      const { offers, ...opened } = await this.#bounded(
        agentProcess,
        replay,
        this.#open(connection, replay, earlier, told),
      );
      const sessionId = offers.session;
      if (!offers.kept) this.#begun = { session: sessionId, at: Date.now() };
      this.#running = { process: agentProcess, connection, sessionId, replay, turn: undefined, ...opened };
      void agentProcess.exited.then((error) => {
        if (this.#running?.process !== agentProcess) return;
        this.#running = undefined;
        sink.exited(error);
      });
      // A process that nobody can talk to any more would look as if it were there.
      void connection.closed.then(() => agentProcess.stop());
      return offers;
    } catch (error) {
      connection.close();
      await agentProcess.stop();
      throw this.#startError(error, agentProcess);
    }
  }

  async #tellProcess(agentProcess: AgentProcess): Promise<void> {
    const { onProcess } = this.#options;
    const identity = await agentProcess.identity();
    if (!identity || !onProcess) return;
    onProcess(identity);
    void agentProcess.exited.then(() => {
      if (this.#process === agentProcess || !this.#process) onProcess(undefined);
    });
  }

  async prompt(blocks: PromptBlock[]): Promise<{ stopReason: string }> {
    const running = this.#alive();
    const { connection, sessionId, process, replay } = running;
    replay.over();
    const turn: Turn = { patience: undefined, givenUp: false };
    running.turn = turn;
    const answer = connection.agent.request('session/prompt', { sessionId, prompt: blocks as never });
    const lost = process.exited.then((error) =>
      turn.givenUp ? { stopReason: 'cancelled' } : Promise.reject(error),
    );
    try {
      const { stopReason } = await Promise.race([answer, lost]);
      return { stopReason };
    } catch (error) {
      // It broke off, by our own hand.
      if (turn.givenUp) return await lost;
      if (!isLoginError(error)) throw error;
      // A process that began without a login does not learn of a later one: the next prompt starts another.
      const login = this.#loginRequired();
      await this.#end();
      this.#sink?.exited(login);
      throw login;
    } finally {
      clearTimeout(turn.patience);
      running.turn = undefined;
    }
  }

  /** An agent that goes on regardless is ended, so that nobody waits for it for ever; it may remember its session. */
  cancel(): void {
    const running = this.#running;
    if (!running) return;
    const { connection, sessionId, turn } = running;
    void connection.agent.notify('session/cancel', { sessionId }).catch(() => {});
    if (turn)
      turn.patience ??= setTimeout(
        () => this.#giveUp(running, turn),
        this.#options.cancelMs ?? limits.agentCancelMs,
      );
  }

  #giveUp(running: Running, turn: Turn): void {
    if (this.#running !== running || running.turn !== turn) return;
    const { name } = this.#options;
    this.#log.write('warn', 'did not end a cancelled turn and is ended');
    turn.givenUp = true;
    void this.#end();
    this.#sink?.exited(
      new OffdeskError(
        'agent_exited',
        `${name} did not stop, and was ended.`,
        'Send a prompt to start it again.',
      ),
    );
  }

  async setMode(modeId: string): Promise<void> {
    const { connection, sessionId, modeConfig } = this.#alive();
    if (modeConfig === undefined) {
      await connection.agent.request('session/set_mode', { sessionId, modeId });
      return;
    }
    const configOptions = await this.#setOption(modeConfig, { value: modeId });
    if (configOptions) this.#sink?.update({ sessionUpdate: 'config_option_update', configOptions });
  }

  async setConfigOption(
    configId: string,
    value: string | boolean,
  ): Promise<Record<string, unknown>[] | null> {
    const { models } = this.#alive();
    if (models && configId === modelOptionId) return await this.#setModel(models, String(value));
    const params = typeof value === 'boolean' ? { type: 'boolean' as const, value } : { value };
    const configOptions = await this.#setOption(configId, params);
    this.#tellMode(configOptions);
    return configOptions;
  }

  /** The method that went with `models`, before there were config options. */
  async #setModel(models: ModelState, modelId: string): Promise<Record<string, unknown>[]> {
    const { connection, sessionId } = this.#alive();
    await connection.agent.request<unknown>('session/set_model', { sessionId, modelId });
    models.currentModelId = modelId;
    return [modelOption(models)];
  }

  stop(): Promise<void> {
    this.#stops++;
    return this.#end();
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    running?.connection.close();
    await this.#process?.stop();
    this.#process = undefined;
  }

  async #setOption(configId: string, params: { value: string } | { type: 'boolean'; value: boolean }) {
    const { connection, sessionId } = this.#alive();
    const result = await connection.agent.request('session/set_config_option', {
      sessionId,
      configId,
      ...params,
    });
    return result.configOptions ?? null;
  }

  /** Where an option stands for modes, its change is a change of mode. */
  #tellMode(configOptions: readonly unknown[] | null | undefined): void {
    if (this.#running?.modeConfig === undefined) return;
    const update = modeUpdate(configOptions);
    if (update) this.#sink?.update(update);
  }

  #alive(): Running {
    if (this.#running) return this.#running;
    throw new OffdeskError(
      'agent_exited',
      `${this.#options.name} is not running.`,
      'Send the prompt again to start it.',
    );
  }

  #connect(agentProcess: AgentProcess, sink: AgentSink, replay: Replay): ClientConnection {
    // The SDK would strip what it does not know: the journal keeps updates as they came.
    const stream = tapNotifications(agentProcess.stream, 'session/update', (params) => {
      const { sessionId, update } = (params ?? {}) as { sessionId?: unknown; update?: unknown };
      const known = rawUpdate.safeParse(update);
      if (known.success) replay.update(sessionId, known.data);
      else this.#log.write('warn', 'dropped a session/update without a kind');
    });
    return (
      client({ name: 'offdesk' })
        .onRequest('session/request_permission', async (cx) => {
          const end = await sink.ask('permission', cx.params, cx.signal);
          if ('outcome' in end && end.outcome === 'selected')
            return { outcome: { outcome: 'selected', optionId: end.optionId } };
          return { outcome: { outcome: 'cancelled' } };
        })
        .onRequest('elicitation/create', async (cx) => {
          const end = await sink.ask('elicitation', cx.params, cx.signal);
          return 'action' in end ? end : { action: 'cancel' };
        })
        // The page that was opened is done with: the agent goes on by itself.
        .onNotification('elicitation/complete', () => {})
        .connect(stream)
    );
  }

  async #open(
    connection: ClientConnection,
    replay: Replay,
    earlier: string | undefined,
    told: boolean,
  ): Promise<Opened> {
    const { name, cwd, authMethod, loginCheck } = this.#options;
    // Beside the start, which takes as long.
    const loggedOut = loginCheck ? isLoggedOut(this.#options, loginCheck, cwd) : Promise.resolve(false);
    const log = this.#log;
    const opened = await openSession(connection, { name, cwd, authMethod, earlier, told, replay, log });
    if (await loggedOut) throw this.#loginRequired();
    return opened;
  }

  async #bounded<T>(agentProcess: AgentProcess, replay: Replay, work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const { name, startMs = limits.agentStartMs } = this.#options;
    const late = new Promise<never>((_, reject) => {
      const look = () => {
        // A slow machine must not cost the agent its memory: the earlier session has as long again.
        const left = replay.pending ? replay.askedAt + startMs - performance.now() : 0;
        if (left > 0) timer = setTimeout(look, left);
        else reject(agentProcess.garbageLines > 0 ? garbage(this.#options) : silence(name, startMs));
      };
      timer = setTimeout(look, startMs);
    });
    const lost = agentProcess.exited.then((error) => Promise.reject(error));
    work.catch(() => {});
    lost.catch(() => {});
    try {
      return await Promise.race([work, late, lost]);
    } finally {
      clearTimeout(timer);
    }
  }

  #loginRequired(): OffdeskError {
    const { name, loginHint } = this.#options;
    return new OffdeskError('agent_login_required', `${name} is not logged in.`, loginHint);
  }

  #startError(error: unknown, agentProcess: AgentProcess): OffdeskError {
    if (isLoginError(error)) return this.#loginRequired();
    if (error instanceof OffdeskError) {
      return error.code === 'agent_exited' && agentProcess.garbageLines > 0 ? garbage(this.#options) : error;
    }
    const { message } = asOffdeskError(error);
    return new OffdeskError(
      'agent_failed',
      `${this.#options.name} could not start a session: ${message}.`,
      'Try its command in a terminal, then start again.',
    );
  }
}

function isLoginRequired(error: unknown): boolean {
  return error instanceof OffdeskError && error.code === 'agent_login_required';
}

function silence(name: string, startMs: number): OffdeskError {
  return new OffdeskError(
    'agent_timeout',
    `${name} did not answer within ${startMs / 1000} seconds.`,
    'Try its command in a terminal, then start again.',
  );
}
