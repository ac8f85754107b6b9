/** What is installed of the agents that Offdesk knows, in which version, and whether somebody is logged in. */
import { readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { limits } from '../protocol/limits.ts';
import { askProgram } from './ask-program.ts';
import { findAgent, type FoundProgram } from './find.ts';
import type { KnownAgent } from './known/known-agent.ts';
import { loginState, type LoginState } from './login-check.ts';
import type { Surroundings } from './places.ts';

export interface AgentLook {
  agent: KnownAgent;
  /** Undefined where it is not installed. */
  found: FoundProgram | undefined;
}

export interface AgentDetails {
  /** Such as `2.1.4`; undefined where it does not say. */
  version: string | undefined;
  /** `out` is what it says itself; `unknown` where its login is out of sight. */
  login: LoginState;
}

/** Looks into folders alone. */
export function lookFor(agent: KnownAgent, where: Surroundings): AgentLook {
  return { agent, found: findAgent(agent, where) };
}

/** Runs it for a moment, twice at most. Never rejects. */
export async function inspectAgent(
  { agent, found }: AgentLook,
  where: Surroundings,
): Promise<AgentDetails | undefined> {
  if (!found) return undefined;
  const [version, login] = await Promise.all([versionOf(agent, found), loginOf(agent, found, where)]);
  return { version, login };
}

/** By program file as it was when it was asked: starting some takes seconds. */
const versions = new Map<string, Promise<string | undefined>>();

function versionOf(
  agent: KnownAgent,
  { command, versionArgs, env }: FoundProgram,
): Promise<string | undefined> {
  const stat = statSync(command, { throwIfNoEntry: false });
  const key = `${command} ${stat?.mtimeMs ?? 0} ${stat?.size ?? 0}`;
  const known = versions.get(key);
  if (known) return known;
  const asked = askVersion({ command, env: { ...agent.env, ...env } }, versionArgs ?? ['--version']);
  versions.set(key, asked);
  void asked.then((version) => {
    // It may have been busy.
    if (version === undefined) versions.delete(key);
  });
  return asked;
}

async function askVersion(
  program: { command: string; env: Record<string, string> },
  args: string[],
): Promise<string | undefined> {
  const text = await askProgram(program, args, { ms: limits.agentAskMs });
  return /\bv?(\d+\.\d+(?:\.\d+)?(?:-[\w.]+)?)/.exec(stripVTControlCharacters(text))?.[1];
}

async function loginOf(agent: KnownAgent, { command, loginCheck, env }: FoundProgram, where: Surroundings) {
  const said = loginCheck
    ? await loginState({ command, env: { ...agent.env, ...env } }, loginCheck, dirname(command))
    : 'unknown';
  if (said !== 'unknown') return said;
  const { variables, files } = agent.loginSigns;
  const signed =
    variables.some((name) => where.env[name]) ||
    files(where.env, where.home).some((path) => holdsSomething(path));
  return signed ? 'in' : 'unknown';
}

/** A file with something in it, or a folder with a file. */
function holdsSomething(path: string): boolean {
  try {
    const stat = statSync(path);
    return stat.isDirectory() ? readdirSync(path).length > 0 : stat.size > 0;
  } catch {
    return false;
  }
}
