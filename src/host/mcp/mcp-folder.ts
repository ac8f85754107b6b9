/** The MCP servers of one folder, read anew: those that can be passed on, and why others cannot. */
import { join } from 'node:path';
import { asOffdeskError, type OffdeskError } from '../../base/error.ts';
import { plainLine } from '../../base/plain-text.ts';
import { limits } from '../../protocol/limits.ts';
import { mcpFileOf, readMcpFile, type McpFile } from './mcp-file.ts';
import type { McpListing, McpSource } from './mcp-ports.ts';
import { passable, type PassableServer } from './mcp-server.ts';

export interface FolderServers {
  servers: (PassableServer & McpListing)[];
  left: { name: string; why: string }[];
  /** Files and settings that nobody could read. */
  broken: OffdeskError[];
}

export async function serversOf(cwd: string, more: readonly McpSource[]): Promise<FolderServers> {
  const found: FolderServers = { servers: [], left: [], broken: [] };
  const names = new Set<string>();
  for (const source of [{ file: join(cwd, '.vscode', 'mcp.json') }, ...more]) {
    const from = 'file' in source ? source.file : source.name;
    const file = await contentOf(source).catch((error: unknown) => {
      found.broken.push(asOffdeskError(error, 'settings_invalid'));
      return undefined;
    });
    for (const [given, value] of file?.servers ?? []) {
      // In a dialog and a notice nothing in it may look like something else.
      const name = plainLine(given, limits.titleChars);
      if (name === '' || names.has(name)) continue;
      if (names.size >= limits.mcpServers) {
        found.left.push({ name, why: `is one of more than ${limits.mcpServers}` });
        return found;
      }
      names.add(name);
      const one = await passable(name, value, { cwd, env: process.env, inputs: file!.inputs });
      if ('why' in one) found.left.push(one);
      else found.servers.push({ ...one, name, what: plainLine(one.shown), from });
    }
  }
  return found;
}

function contentOf(source: McpSource): Promise<McpFile | undefined> {
  if ('file' in source) return readMcpFile(source.file);
  // Not `async` alone: what is thrown is to be a rejection, too.
  return Promise.resolve().then(() =>
    source.value == null ? undefined : mcpFileOf(source.value, source.name),
  );
}
