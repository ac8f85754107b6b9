/** What stands in an `mcp.json` of VS Code, or in its setting `mcp`: servers by name, and inputs that VS Code asks for. */
import * as z from 'zod/v4';
import { OffdeskError } from '../../base/error.ts';
import { limits } from '../../protocol/limits.ts';
import { parseJsonc } from './jsonc.ts';
import { readSmallFile, type SmallFile } from '../small-file.ts';

const text = z.string().max(limits.mcpTextChars);
const texts = z.array(text).max(limits.mcpTexts);
/** VS Code takes numbers for values, too, and null to leave one out. */
const values = z.record(text, z.union([text, z.number(), z.null()]));

const local = z.object({
  type: z.literal('stdio').optional(),
  command: text.min(1),
  args: texts.optional(),
  env: values.optional(),
  envFile: text.optional(),
  cwd: text.optional(),
  sandboxEnabled: z.boolean().optional(),
});
const remote = z.object({
  type: z.enum(['http', 'sse']).optional(),
  url: text.min(1),
  headers: z.record(text, text).optional(),
});
/** Fields that are not named here have no form in ACP (`dev`, `gallery`, `version`, …) and are passed over. */
export const serverDefinition = z.union([local, remote]);
export type ServerDefinition = z.infer<typeof serverDefinition>;

const file = z.object({
  servers: z.record(z.string(), z.unknown()).optional(),
  inputs: z
    .array(z.object({ id: z.string(), default: z.unknown().optional(), password: z.boolean().optional() }))
    .optional()
    .catch([]),
});

export interface McpFile {
  /** By name, in the file's order; each still to be checked by `serverDefinition`. */
  servers: [string, unknown][];
  /** What an input is where nobody is asked: its default, unless it is a password. */
  inputs: ReadonlyMap<string, string>;
}

/** `name` is how the user knows it. Throws `settings_invalid`. */
export function mcpFileOf(value: unknown, name: string): McpFile {
  const parsed = file.safeParse(value);
  if (!parsed.success) throw invalid(name, 'its servers are not what VS Code writes');
  const { servers = {}, inputs = [] } = parsed.data;
  const known = inputs.flatMap(({ id, default: value, password }): [string, string][] =>
    typeof value === 'string' && !password ? [[id, value]] : [],
  );
  return { servers: Object.entries(servers), inputs: new Map(known) };
}

/** Undefined where there is none. Rejects with `settings_invalid`, which names the file. */
export async function readMcpFile(path: string): Promise<McpFile | undefined> {
  let read: SmallFile;
  try {
    read = await readSmallFile(path, limits.mcpFileBytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw invalid(path, `it can't be read (${code ?? 'unknown'})`);
  }
  if ('wrong' in read) throw invalid(path, `it ${read.wrong}`);
  let value: unknown;
  try {
    value = parseJsonc(read.text);
  } catch {
    // What the parser says would quote the file, which may hold secrets.
    throw invalid(path, 'it is no JSON');
  }
  return mcpFileOf(value, path);
}

function invalid(name: string, why: string): OffdeskError {
  return new OffdeskError(
    'settings_invalid',
    `No MCP servers are taken from ${name}: ${why}.`,
    'Correct it; it counts from the next start of the agent.',
  );
}
