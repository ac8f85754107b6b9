/** MCP servers of the folder on the command line: `--mcp` says that the agent gets them. */
import type { DecidedPorts } from '../host/mcp/mcp-ports.ts';

export function cliMcp(passOn: boolean): DecidedPorts {
  return { sources: () => [], passOn, hint: '--mcp does' };
}
