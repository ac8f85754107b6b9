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
