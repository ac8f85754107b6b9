/** MCP servers for an agent's session: who names them, and which of them this agent can take. */
import type { McpCapabilities, McpServer } from '@agentclientprotocol/sdk';

export type { McpServer };

export interface McpSupply {
  /** Those that the user lets through, asked for at each start of the agent. Never rejects, waits for nobody. */
  servers(): Promise<McpServer[]>;
  /** Names of those that the agent did not get. `kind`: it has no such connection, or refused the session with them. */
  notTaken(names: string[], kind: 'transport' | 'refused'): void;
}

/** Stdio always; `http` and `sse` where the agent says so (ACP: agentCapabilities.mcpCapabilities). */
export function takenBy(
  servers: readonly McpServer[],
  capabilities: McpCapabilities | null | undefined,
): { taken: McpServer[]; left: string[] } {
  return parted(servers, (server) => isLocal(server) || capabilities?.[server.type] === true);
}

/** For an agent that passes over those on stdio: it is not given what it would not start, and that is told. */
export function withoutLocal(supply: McpSupply): McpSupply {
  return {
    async servers() {
      const { taken, left } = parted(await supply.servers(), (server) => !isLocal(server));
      if (left.length > 0) supply.notTaken(left, 'transport');
      return taken;
    },
    notTaken: (names, kind) => supply.notTaken(names, kind),
  };
}

type LocalServer = Exclude<McpServer, { type: string }>;

function isLocal(server: McpServer): server is LocalServer {
  return !('type' in server);
}

function parted(servers: readonly McpServer[], takes: (server: McpServer) => boolean) {
  return {
    taken: servers.filter(takes),
    left: servers.filter((server) => !takes(server)).map(({ name }) => name),
  };
}
