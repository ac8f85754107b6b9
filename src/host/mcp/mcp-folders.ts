/** MCP servers of each folder in which sessions work; the host's own folder is asked about when it starts. */
import type { McpSupply } from '../../agent/mcp-supply.ts';
import type { StoredSession } from '../session-store.ts';
import { McpServers, type McpServersOptions } from './mcp-servers.ts';

/** Those for a session. */
export type McpOf = (session: Pick<StoredSession, 'cwd'>) => McpSupply;

export class McpFolders {
  readonly #options: McpServersOptions;
  readonly #folders = new Map<string, McpServers>();

  /** `cwd`: the host's own. */
  constructor(options: McpServersOptions) {
    this.#options = options;
  }

  of(cwd: string): McpServers {
    const known = this.#folders.get(cwd) ?? new McpServers({ ...this.#options, cwd });
    this.#folders.set(cwd, known);
    return known;
  }

  settle(): Promise<void> {
    return this.#own.settle();
  }

  review(): ReturnType<McpServers['review']> {
    return this.#own.review();
  }

  get #own(): McpServers {
    return this.of(this.#options.cwd);
  }
}
