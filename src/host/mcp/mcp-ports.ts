/** What a shell (VS Code, CLI) adds to the MCP servers of a folder, and how it asks about them. */

/** Where servers are named besides `.vscode/mcp.json`; of two of one name the earlier counts. */
export type McpSource =
  /** A file of the form of mcp.json; one that is not there is none. */
  | { file: string }
  /** A setting of the same form; `name` is how the user knows it. */
  | { name: string; value: unknown };

/** One server, as the user is asked about it. */
export interface McpListing {
  name: string;
  /** A command line or an address; values of the environment and headers are not in it. */
  what: string;
  /** The file or setting that names it. */
  from: string;
}

export type McpWord = 'allow' | 'refuse' | 'later';

export type McpPorts = AskingPorts | DecidedPorts;

/** A desk that asks. */
export interface AskingPorts {
  sources(): McpSource[];
  /**
   * The answer is kept for this folder and exactly these servers; `later`: asked again at the next start. `waits`:
   * someone has just started the agent, which waits for the answer; else nobody may be there. Never rejects.
   */
  confirm(servers: McpListing[], waits: boolean): Promise<McpWord>;
}

/** A command line, which says it for this run: all servers are told, a line each. */
export interface DecidedPorts {
  sources(): McpSource[];
  passOn: boolean;
  /** What would pass them on. */
  hint: string;
}
