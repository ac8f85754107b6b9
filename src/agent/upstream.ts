/** The agent's side of a session over ACP: where agents differ, it is absorbed here. */
import { setTimeout as wait } from 'node:timers/promises';
import type { ClientConnection } from '@agentclientprotocol/sdk';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import { scopedLog, type Log } from '../base/log.ts';
import type { PromptBlock } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import type { AgentOffers, AgentPort, AgentSink } from '../session/agent-port.ts';
import { agentSessions, forkSession, type AgentSessionPage } from './agent-sessions.ts';
import { AgentTerminals } from './agent-terminals.ts';
import type { ClientTools, ToolsWanted } from './client-tools.ts';
import { connectAgent } from './connect.ts';
import { greet } from './greet.ts';
import { loginState } from './login-check.ts';
import { LoginRequired, loginWays, type LoginWay } from './login-ways.ts';
import type { McpSupply } from './mcp-supply.ts';
import { isLoginError, openSession, type Opened } from './open-session.ts';
import { restOfMinute } from './minute.ts';
import type { AgentProcess } from './process.ts';
import { Replay } from './replay.ts';
import { SessionOptions } from './session-options.ts';
import { SessionProcess, type SessionProcessOptions } from './session-process.ts';
import { boundStart, isLoginRequired, startError } from './start-failure.ts';
import { AgentTurn } from './turn.ts';

export interface UpstreamOptions extends SessionProcessOptions {
  /** Logs in without asking, such as Gemini CLI's key from the environment. */
  authMethod: string | undefined;
  /** What the user does to log in. */
  loginHint: string;
  /** Arguments with which the command says whether it is logged in (login-check.ts). */
  loginCheck?: string[];
  /** How long start may take, in milliseconds; `limits.agentStartMs` unless given. */
  startMs?: number;
  /** How long a turn may go on after its cancel; `limits.agentCancelMs` unless given. */
  cancelMs?: number;
  /** MCP servers for its sessions; none without it. */
  mcp?: McpSupply | undefined;
  /** Terminals and text files, for agents that use a client's; none without it. */
  tools?: ClientTools;
  log: Log;
}

interface Running {
  process: AgentProcess;
  connection: ClientConnection;
  sessionId: string;
  options: SessionOptions;
  /** It lists its own sessions; it copies them; it can close one. */
  lists: boolean;
  forks: boolean;
  closes: boolean;
  replay: Replay;
  /** Its commands that run in terminals of this host. */
  terminals: AgentTerminals | undefined;
  /** The turn that runs. */
  turn: AgentTurn | undefined;
}

/** One session of an agent, in a process of its own or in one that several share. */
export class Upstream implements AgentPort {
  readonly #options: UpstreamOptions;
  readonly #log: Log;
  #running: Running | undefined;
  readonly #process: SessionProcess;
  /** How often it was stopped: a start that was overtaken starts nothing. */
  #stops = 0;
  #sink: AgentSink | undefined;
  /** Ends the waits before a start. */
  #waiting = new AbortController();
  /** How it can be logged in, as it said last. */
  #ways: readonly LoginWay[] = [];
  /** The session that began in a process of this agent, and when, by the clock. */
  #begun: { session: string; at: number } | undefined;

  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.#log = scopedLog(options.log, `agent ${options.name}`);
    this.#process = new SessionProcess(options, this.#log);
  }

  /**
   * AgentPort. `told`: nobody has what was said in the earlier session yet, so the sink is told it, where the agent can
   * tell it.
   */
  async start(sink: AgentSink, earlier?: string, told = false, begun?: number): Promise<AgentOffers> {
    const stops = this.#stops;
    this.#waiting = new AbortController();
    if (this.#process.now) await this.#end();
    const began = earlier !== undefined && earlier === this.#begun?.session ? this.#begun.at : begun;
    if (began !== undefined) await this.#minuteOver(began);
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
    const left = restOfMinute(begun, Date.now());
    const { signal } = this.#waiting;
    if (left > 0) await wait(left, undefined, { signal }).catch(() => {});
  }

  /** Its own sessions, the one used last first; undefined where it does not list them. `before`: `next` of a page. */
  async sessions(before?: string): Promise<AgentSessionPage | undefined> {
    const { connection, lists } = this.#alive();
    return lists ? await agentSessions(connection, before) : undefined;
  }

  get forks(): boolean {
    return this.#running?.forks ?? false;
  }

  /** A copy of one of its sessions; undefined where it makes none. */
  async fork(sessionId: string, cwd: string): Promise<string | undefined> {
    const { connection, forks, closes, replay, sessionId: own } = this.#alive();
    if (!forks) return undefined;
    return await replay.copying(own, () => forkSession(connection, { sessionId, cwd, closes }));
  }

  #replay(sink: AgentSink): Replay {
    return new Replay((update) => {
      const { sessionUpdate, configOptions } = update;
      const running = this.#running;
      if (running && sessionUpdate === 'config_option_update' && Array.isArray(configOptions))
        sink.update({ ...update, configOptions: running.options.changed(configOptions) });
      else sink.update(update);
    });
  }

  async #launch(
    sink: AgentSink,
    replay: Replay,
    earlier: string | undefined,
    told: boolean,
  ): Promise<AgentOffers> {
    const stops = this.#stops;
    const wanted = await this.#wanted();
    const agentProcess = await this.#process.begin(earlier, wanted, this.#waiting.signal);
    this.#sink = sink;
    if (stops !== this.#stops) {
      await this.#end();
      throw new OffdeskError('closed', `${this.#options.name} was stopped.`);
    }
    const { tools } = this.#options;
    const terminals =
      wanted.terminals && tools?.terminals
        ? new AgentTerminals(tools.terminals, (update) => sink.update(update))
        : undefined;
    void agentProcess.exited.then(() => terminals?.dispose());
    const served = { terminals, files: wanted.files ? tools?.files : undefined };
    const connection = connectAgent(agentProcess.stream, sink, replay, this.#log, served);
    try {
      const opening = this.#open(connection, replay, earlier, told);
      const opened = await boundStart(this.#options, agentProcess, replay, opening);
      const { offers, lists, forks, closes, ...ways } = opened;
      const sessionId = offers.session;
      if (!offers.kept) this.#begun = { session: sessionId, at: Date.now() };
      const options = new SessionOptions(connection, sessionId, ways, (update) => this.#sink?.update(update));
      const turn = undefined;
      this.#running = {
        ...{ process: agentProcess, connection, sessionId, options, lists, forks, closes },
        ...{ replay, terminals, turn },
      };
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
      throw startError(error, this.#options, agentProcess, this.#ways);
    }
  }

  async prompt(blocks: PromptBlock[]): Promise<{ stopReason: string }> {
    const running = this.#alive();
    const { connection, sessionId, process, replay } = running;
    replay.over();
    const turn = new AgentTurn();
    running.turn = turn;
    const answer = connection.agent.request('session/prompt', { sessionId, prompt: blocks as never });
    try {
      return await turn.end(answer, process.exited);
    } catch (error) {
      if (!isLoginError(error)) throw error;
      // A process that began without a login does not learn of a later one: the next prompt starts another.
      const login = new LoginRequired(this.#options, this.#ways);
      await this.#end();
      this.#sink?.exited(login);
      throw login;
    } finally {
      running.turn = undefined;
    }
  }

  /** An agent that goes on regardless is ended, so that nobody waits for it for ever; it may remember its session. */
  cancel(): void {
    const running = this.#running;
    if (!running) return;
    const { connection, sessionId, turn } = running;
    void connection.agent.notify('session/cancel', { sessionId }).catch(() => {});
    const { cancelMs = limits.agentCancelMs } = this.#options;
    turn?.cancelled(cancelMs, () => this.#giveUp(running, turn));
  }

  #giveUp(running: Running, turn: AgentTurn): void {
    if (this.#running !== running || running.turn !== turn) return;
    const { name } = this.#options;
    this.#log.write('warn', 'did not end a cancelled turn and is ended');
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
    await this.#alive().options.setMode(modeId);
  }

  async setConfigOption(
    configId: string,
    value: string | boolean,
  ): Promise<Record<string, unknown>[] | null> {
    return await this.#alive().options.setConfigOption(configId, value);
  }

  stop(): Promise<void> {
    this.#stops++;
    this.#waiting.abort();
    return this.#end();
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    running?.connection.close();
    await Promise.all([this.#process.stop(), running?.terminals?.dispose()]);
  }

  async #wanted(): Promise<ToolsWanted> {
    const { quirks, tools } = this.#options;
    return {
      terminals: quirks?.usesClientTerminals === true && (await tools?.terminals?.available()) === true,
      files: quirks?.usesClientFiles === true && tools?.files !== undefined,
    };
  }

  #alive(): Running {
    if (this.#running) return this.#running;
    throw new OffdeskError(
      'agent_exited',
      `${this.#options.name} is not running.`,
      'Send the prompt again to start it.',
    );
  }

  async #open(
    connection: ClientConnection,
    replay: Replay,
    earlier: string | undefined,
    told: boolean,
  ): Promise<Opened> {
    const { name, cwd, authMethod, loginCheck, mcp } = this.#options;
    // Beside the start, which takes as long.
    const login = loginCheck ? loginState(this.#options, loginCheck, cwd) : undefined;
    const log = this.#log;
    const hello = await greet(connection, { name, authMethod, tools: await this.#wanted() });
    this.#ways = loginWays(hello.authMethods, this.#options);
    const opened = await openSession(connection, hello, { cwd, earlier, told, mcp, replay, log });
    if ((await login) === 'out') throw new LoginRequired(this.#options, this.#ways);
    return opened;
  }
}
