/** Agents of the user's own: a list of names and commands from the settings, checked entry by entry. */
import { isAbsolute } from 'node:path';
import { OffdeskError } from '../base/error.ts';
import { agentNames } from './agent-names.ts';
import type { AgentCommandLine } from './api.ts';

export type OwnAgent = AgentCommandLine & { name: string };

export interface OwnAgents {
  agents: OwnAgent[];
  /** Of entries that can't be used, by their name or, without one, their number; `settings_invalid`. */
  problems: Map<string, OffdeskError>;
}

const longestName = 64;
/** Words that the setting `agent` has a meaning for. */
const taken = new Set([...agentNames, 'auto', 'custom']);

/**
 * `value`: a list of `{name, command, args?, env?, cwd?}`, or an object with the names as its keys. What is no such
 * thing at all counts as not set. `place`: where it is written, for the user.
 */
export function readOwnAgents(value: unknown, place = 'the setting offdesk.agents'): OwnAgents {
  const found: OwnAgents = { agents: [], problems: new Map() };
  const seen = new Set<string>();
  for (const [at, entry] of entriesOf(value).entries()) {
    const given = isRecord(entry) && typeof entry['name'] === 'string' ? entry['name'].trim() : '';
    const called = given || `number ${String(at + 1)}`;
    const problem = problemOf(entry, given, seen);
    seen.add(given);
    if (problem === undefined) found.agents.push(agentOf(entry as Record<string, unknown>, given));
    else if (!found.problems.has(called)) found.problems.set(called, invalid(called, problem, place));
  }
  return found;
}

function entriesOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (!isRecord(value)) return [];
  return Object.entries(value).map(([name, entry]) => (isRecord(entry) ? { ...entry, name } : { name }));
}

/** Ends the sentence `The agent X in the settings …`. */
function problemOf(entry: unknown, name: string, seen: ReadonlySet<string>): string | undefined {
  if (!isRecord(entry)) return 'is no object with name and command';
  const { command, args, env, cwd } = entry;
  if (!name) return 'has no name';
  if (name.length > longestName || /\p{Cc}/u.test(name))
    return 'has a name that is too long or not plain text';
  if (taken.has(name)) return 'has a name that Offdesk uses itself';
  if (seen.has(name)) return 'is there twice';
  if (typeof command !== 'string' || !command.trim()) return 'has no command';
  if (args !== undefined && !(Array.isArray(args) && args.every(isText)))
    return 'has args that are no list of texts';
  if (env !== undefined && !(isRecord(env) && Object.values(env).every(isText)))
    return 'has an env with values that are no texts';
  if (cwd !== undefined && !(isText(cwd) && isAbsolute(cwd))) return 'has a cwd that is no absolute path';
  return undefined;
}

function agentOf({ command, args, env, cwd }: Record<string, unknown>, name: string): OwnAgent {
  return {
    ...{ name, command: (command as string).trim(), args: (args as string[] | undefined) ?? [] },
    ...(env === undefined ? {} : { env: env as Record<string, string> }),
    ...(cwd === undefined ? {} : { folder: cwd as string }),
  };
}

function invalid(called: string, problem: string, place: string): OffdeskError {
  return new OffdeskError(
    'settings_invalid',
    `The agent ${called} in the settings ${problem}.`,
    `Correct ${place}, then start again.`,
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
