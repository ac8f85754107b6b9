/** From a definition of VS Code to a server as ACP names it, or why it cannot be passed on. */
import { isAbsolute, relative, resolve } from 'node:path';
import { homedir } from 'node:os';
import type { McpServer } from '../../agent/mcp-supply.ts';
import { executableOnPath } from '../../agent/find.ts';
import { leadsElsewhere } from '../../base/network-path.ts';
import { limits } from '../../protocol/limits.ts';
import { serverDefinition, type ServerDefinition } from './mcp-file.ts';
import { readSmallFile } from '../small-file.ts';
import { Unresolved, withVariables, type VariablePlaces } from './mcp-variables.ts';

export interface PassableServer {
  server: McpServer;
  /** A command line with the names of what it is given in the environment, or an address; no value and no header. */
  shown: string;
  /** All that decides what it is and does, but for the environment's own values. */
  content: unknown;
}

/** `why` completes the sentence "… is not passed on: it …". */
export type Passable = PassableServer | { name: string; why: string };

export async function passable(name: string, value: unknown, places: VariablePlaces): Promise<Passable> {
  const parsed = serverDefinition.safeParse(value);
  if (!parsed.success) return { name, why: 'is not understood' };
  try {
    return 'command' in parsed.data
      ? await local(name, parsed.data, places)
      : remote(name, parsed.data, places);
  } catch (error) {
    if (error instanceof Unresolved) return { name, why: `needs ${error.message}` };
    throw error;
  }
}

type Local = Extract<ServerDefinition, { command: string }>;
type Remote = Exclude<ServerDefinition, Local>;

async function local(name: string, definition: Local, places: VariablePlaces): Promise<Passable> {
  const { command, args = [], env = {}, envFile, cwd, sandboxEnabled } = definition;
  const set = (text: string) => withVariables(text, places);
  // Without it the server could do more than its owner meant it to.
  if (sandboxEnabled) return { name, why: 'asks for a sandbox of VS Code' };
  // ACP has no folder for a server: an agent starts it where the session works.
  if (cwd !== undefined && relative(places.cwd, resolve(places.cwd, set(cwd))) !== '')
    return { name, why: 'works in another folder' };
  let file = '';
  if (envFile !== undefined) {
    const given = set(envFile);
    // It would be told who asks, before anybody said yes. A folder on a share names its own files.
    if (leadsElsewhere(given) && !given.startsWith(places.cwd))
      return { name, why: 'has an envFile on another computer' };
    const read = await readSmallFile(resolve(places.cwd, given), limits.mcpFileBytes).catch(() => undefined);
    if (!read) return { name, why: 'has an envFile that cannot be read' };
    if ('wrong' in read) return { name, why: `has an envFile that ${read.wrong}` };
    file = read.text;
  }
  const values = new Map(variablesIn(file));
  for (const [key, value] of Object.entries(env)) {
    if (value === null) values.delete(key);
    else values.set(key, typeof value === 'number' ? String(value) : set(value));
  }
  const show = (text: string) => quoted(withVariables(text, places, true));
  const shown = [...[...values.keys()].map((key) => `${key}=…`), ...[command, ...args].map(show)].join(' ');
  // Nobody should have to say yes to what does not fit on a screen.
  if (shown.length > limits.mcpShownChars)
    return { name, why: 'has a command line that is too long to be shown' };
  return {
    server: {
      name,
      command: program(set(command), places),
      args: args.map(set),
      env: [...values].map(([key, value]) => ({ name: key, value })),
    },
    shown,
    content: { name, ...definition, file, inputs: [...places.inputs] },
  };
}

function remote(
  name: string,
  { type = 'http', url, headers = {} }: Remote,
  places: VariablePlaces,
): Passable {
  const set = (text: string) => withVariables(text, places);
  const address = set(url);
  if (address.length > limits.mcpShownChars)
    return { name, why: 'has an address that is too long to be shown' };
  // A socket's path or a pipe has no form in ACP.
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    return { name, why: 'has an address that is not http or https' };
  return {
    server: {
      ...{ type, name, url: address },
      headers: Object.entries(headers).map(([key, value]) => ({ name: key, value: set(value) })),
    },
    shown: withVariables(url, places, true),
    content: { name, type, url, headers, inputs: [...places.inputs] },
  };
}

/** ACP wants a whole path; what is not found is left to the agent, which may look in other places. */
function program(command: string, { cwd, env }: VariablePlaces): string {
  const home = command.startsWith('~/') ? `${homedir()}${command.slice(1)}` : command;
  if (isAbsolute(home)) return home;
  if (/[/\\]/.test(home)) return resolve(cwd, home);
  return executableOnPath(home, env) ?? home;
}

/** As a shell shows it, so that an argument with a space is one. */
function quoted(text: string): string {
  return text !== '' && !/[\s"'\\]/.test(text) ? text : JSON.stringify(text);
}

/** `NAME=value` a line; quotes around a value are taken off, `#` begins a comment. */
export function variablesIn(text: string): [string, string][] {
  return text.split(/\r?\n/).flatMap((line): [string, string][] => {
    const [, name, value = ''] = /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name === undefined) return [];
    const [, , inner] = /^(["'])(.*)\1\s*(?:#.*)?$/.exec(value) ?? [];
    return [[name, inner ?? value.replace(/(^|\s)#.*$/, '').trim()]];
  });
}
