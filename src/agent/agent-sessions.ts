/** The sessions that an agent itself remembers, wherever they were held: ACP session/list. */
import type { ClientConnection, ListSessionsResponse } from '@agentclientprotocol/sdk';

export interface AgentSessionPage {
  sessions: {
    /** The agent's own id. */
    id: string;
    /** Empty where it has none. */
    title: string;
    cwd: string;
    /** Milliseconds since the Unix epoch. */
    updatedAt: number | null;
  }[];
  /** Pass as `before` for the next page; null at the end. */
  next: string | null;
}

/** Rejects with what the agent says (RequestError). */
export async function agentSessions(
  connection: ClientConnection,
  before: string | undefined,
): Promise<AgentSessionPage> {
  const cursor = before === undefined ? {} : { cursor: before };
  const { sessions, nextCursor } = await connection.agent.request<ListSessionsResponse>(
    'session/list',
    cursor,
  );
  return {
    sessions: sessions.map(({ sessionId, title, cwd, updatedAt }) => {
      const at = updatedAt ? Date.parse(updatedAt) : NaN;
      return { id: sessionId, title: title ?? '', cwd, updatedAt: Number.isNaN(at) ? null : at };
    }),
    next: nextCursor ?? null,
  };
}

/**
 * A copy of one of them, as it is now: ACP session/fork. It is closed in this process where that can be, since whoever
 * asked goes on with it in another. Measured on 2026-11-21: Claude Code, opencode, Codex and Kimi Code offer it, and load
 * the copy afterwards with all that was said, Codex once the process that made it has ended; Copilot CLI and Gemini CLI don't. Resolves with the agent's own id of the copy; rejects with what the agent says.
 */
export async function forkSession(
  connection: ClientConnection,
  { sessionId, cwd, closes }: { sessionId: string; cwd: string; closes: boolean },
): Promise<string> {
  const params = { sessionId, cwd, mcpServers: [] };
  const fork = await connection.agent.request<{ sessionId: string }>('session/fork', params);
  if (closes) await connection.agent.request('session/close', { sessionId: fork.sessionId }).catch(() => {});
  return fork.sessionId;
}
