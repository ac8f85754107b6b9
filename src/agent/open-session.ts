/** The session in an agent's process: the earlier one where the agent can continue it, else a new one. */
import { RequestError, type ClientConnection, type InitializeResponse } from '@agentclientprotocol/sdk';
import type { Log } from '../base/log.ts';
import type { AgentOffers } from '../session/agent-port.ts';
import { takenBy, type McpServer, type McpSupply } from './mcp-supply.ts';
import { modeOption } from './mode-option.ts';
import { modelOption, modelState, type ModelState } from './model-option.ts';
import type { Replay } from './replay.ts';
import { authRequired } from './wire-messages.ts';

export function isLoginError(error: unknown): boolean {
  return error instanceof RequestError && error.code === authRequired;
}

export interface OpenOptions {
  cwd: string;
  /** The agent's own id of the session to continue. */
  earlier: string | undefined;
  /** Nobody has what was said in it yet: it is to be told, and so the session is loaded where it can be. */
  told: boolean;
  mcp: McpSupply | undefined;
  replay: Replay;
  log: Log;
}

export interface Opened {
  offers: AgentOffers;
  /** The config option that stands for modes, where the agent has none. */
  modeConfig: string | undefined;
  /** Its models, where no config option of its own stands for them. */
  models: ModelState | undefined;
  /** Its own options, as the session begins. */
  own: Record<string, unknown>[];
  /** It lists its own sessions; it copies them; it can close one. */
  lists: boolean;
  forks: boolean;
  closes: boolean;
}

/** What session/new, session/load and session/resume have in common. */
interface SessionAnswer {
  modes?: unknown;
  models?: unknown;
  configOptions?: readonly unknown[] | null | undefined;
}

/** `hello`: what the agent greeted with (greet.ts). Rejects with what it says (RequestError). */
export async function openSession(
  connection: ClientConnection,
  hello: InitializeResponse,
  options: OpenOptions,
): Promise<Opened> {
  const { cwd, earlier, mcp, log } = options;
  const { taken, left } = takenBy((await mcp?.servers()) ?? [], hello.agentCapabilities?.mcpCapabilities);
  if (left.length > 0) mcp?.notTaken(left, 'transport');
  const open = async (mcpServers: McpServer[]) => {
    const continued =
      earlier === undefined
        ? undefined
        : await continueSession(connection, hello, earlier, mcpServers, options);
    if (earlier !== undefined && continued) return opened(hello, earlier, continued, true);
    const session = await connection.agent.request('session/new', { cwd, mcpServers });
    return opened(hello, session.sessionId, session, false);
  };
  try {
    return await open(taken);
  } catch (error) {
    // A server that an agent cannot do with must not cost the session.
    if (taken.length === 0 || !(error instanceof RequestError) || isLoginError(error)) throw error;
    log.write('warn', 'does not begin with MCP servers', { code: error.code });
    const session = await open([]);
    mcp?.notTaken(
      taken.map((server) => server.name),
      'refused',
    );
    return session;
  }
}

/**
 * Resumed where the agent can, since that tells nothing again; else loaded. Undefined where it can do neither or
 * refuses.
 *
 * Measured on 2026-11-20 after a SIGKILL in a turn: Claude Code, opencode, Codex and Kimi Code resume; Copilot CLI and
 * Gemini CLI can only load, Gemini with the replay after its answer (replay.ts). All of them then know the prompts up
 * to the interrupted one. A session in which nothing was asked is known again by opencode and Kimi alone; Gemini may
 * find none of its own. The mode is kept by Claude, opencode and Copilot; Codex, Gemini and Kimi begin in their
 * default. Copilot refuses to load what its own process has loaded, so each load has a new process.
 */
async function continueSession(
  connection: ClientConnection,
  { agentCapabilities }: InitializeResponse,
  sessionId: string,
  mcpServers: McpServer[],
  { cwd, told, replay, log }: OpenOptions,
): Promise<SessionAnswer | undefined> {
  const params = { sessionId, cwd, mcpServers };
  const resumes = Boolean(agentCapabilities?.sessionCapabilities?.resume);
  const loads = agentCapabilities?.loadSession === true;
  const ways = [...(resumes ? (['resume'] as const) : []), ...(loads ? (['load'] as const) : [])];
  for (const way of told ? ways.toReversed() : ways) {
    replay.ask(told);
    try {
      const answer: SessionAnswer | null =
        way === 'resume'
          ? await connection.agent.request('session/resume', params)
          : await connection.agent.request('session/load', params);
      await (way === 'resume' ? replay.resumed() : replay.loaded());
      // ACP had load answered with null once.
      return answer ?? {};
    } catch (error) {
      if (!(error instanceof RequestError) || isLoginError(error)) throw error;
      replay.refused(sessionId);
      log.write('warn', `does not ${way} its earlier session`, { code: error.code });
    }
  }
  return undefined;
}

function opened(hello: InitializeResponse, id: string, session: SessionAnswer, kept: boolean): Opened {
  const mode = session.modes ? undefined : modeOption(session.configOptions);
  const models = modelState(session);
  const own = (session.configOptions as Record<string, unknown>[] | null | undefined) ?? null;
  const offers: AgentOffers = {
    modes: (session.modes as Record<string, unknown> | null | undefined) ?? mode?.modes ?? null,
    configOptions: models ? [...(own ?? []), modelOption(models)] : own,
    promptCapabilities:
      (hello.agentCapabilities?.promptCapabilities as Record<string, unknown> | undefined) ?? null,
    session: id,
    kept,
  };
  // The SDK has fork among what is not stable yet; most agents offer it (agent-sessions.ts).
  type Capabilities = Partial<Record<'list' | 'fork' | 'close', object | null>>;
  const { list, fork, close }: Capabilities = hello.agentCapabilities?.sessionCapabilities ?? {};
  const can = { lists: Boolean(list), forks: Boolean(fork), closes: Boolean(close) };
  return { offers, modeConfig: mode?.configId, models, own: own ?? [], ...can };
}
