/** Settings of the user alone: what a workspace, folder or dev container says about Offdesk is never read. */
import { isAbsolute } from 'node:path';
import { defaultHistory, type AgentChoice, type HostSettings } from '../host/api.ts';
import { readOwnAgents, type OwnAgents } from '../host/own-agents.ts';
import { limits } from '../protocol/limits.ts';
import type { SpawnMode } from '../protocol/new-session.ts';

/** The part of vscode.WorkspaceConfiguration that is used, so that nothing else can be. */
export interface UserSettings {
  inspect(key: string): { globalValue?: unknown; defaultValue?: unknown } | undefined;
}

/** The user's own value, else the manifest's default. `get()` would merge the workspace's values in. */
function own(settings: UserSettings, key: string): unknown {
  const found = settings.inspect(key);
  return found?.globalValue ?? found?.defaultValue;
}

function text(settings: UserSettings, key: string): string {
  const value = own(settings, key);
  return typeof value === 'string' ? value.trim() : '';
}

/** Zero is no bound; what is no number is the default. */
function bound(settings: UserSettings, key: string, otherwise: number): number {
  const value = own(settings, key);
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : otherwise;
}

export function onByDefault(settings: UserSettings): boolean {
  return own(settings, 'onByDefault') === true;
}

/** Empty where the machine's own name shall be shown. */
export function hostNameSetting(settings: UserSettings): string {
  return text(settings, 'hostName').slice(0, 64);
}

/** What can't be understood counts as not set: it never widens what was chosen. */
export function readSettings(settings: UserSettings): HostSettings {
  const port = own(settings, 'port');
  return {
    agent: readAgent(settings),
    relay: text(settings, 'relayUrl'),
    publicUrl: text(settings, 'publicUrl'),
    reach: readReach(text(settings, 'reach')),
    history: {
      maxAgeDays: bound(settings, 'history.maxAgeDays', defaultHistory.maxAgeDays),
      maxSizeMB: bound(settings, 'history.maxSizeMB', defaultHistory.maxSizeMB),
    },
    port: typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0,
    spawn: readSpawn(text(settings, 'spawn')),
    capacity: readCapacity(own(settings, 'capacity')),
    folders: readFolders(own(settings, 'folders')),
    agents: ownAgentsSetting(settings).agents,
  };
}

function readSpawn(value: string): SpawnMode {
  return value === 'worktree' || value === 'session' ? value : 'same-dir';
}

function readCapacity(value: unknown): number {
  const isOne = typeof value === 'number' && Number.isInteger(value) && value >= 1;
  return isOne ? Math.min(value, limits.mostSessions) : limits.openSessions;
}

/** What is no absolute path allows nothing. */
function readFolders(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((path): path is string => typeof path === 'string' && isAbsolute(path));
}

function readReach(value: string): HostSettings['reach'] {
  return value === 'computer' || value === 'relay' || value === 'tunnel' || value === 'tailscale'
    ? value
    : undefined;
}

function readAgent(settings: UserSettings): AgentChoice {
  const name = text(settings, 'agent');
  if (name === 'custom') return readCommand(own(settings, 'agentCommand'));
  const { agents, problems } = ownAgentsSetting(settings);
  const agent = agents.find((one) => one.name === name);
  if (agent) return { kind: 'command', ...agent };
  const problem = problems.get(name);
  if (problem) return { kind: 'invalid', error: problem.toShape() };
  // Another agent than the one that was chosen must not start.
  return name === '' || name === 'auto' ? { kind: 'auto' } : { kind: 'named', name };
}

/** The agents that the user has added. */
export function ownAgentsSetting(settings: UserSettings): OwnAgents {
  return readOwnAgents(own(settings, 'agents'));
}

/** An empty command stays one, so that the host can say that it is missing. */
function readCommand(value: unknown): AgentChoice {
  const { command, args, env } = isRecord(value) ? value : {};
  const choice: AgentChoice = {
    kind: 'command',
    command: typeof command === 'string' ? command : '',
    args: Array.isArray(args) ? args.filter((arg) => typeof arg === 'string') : [],
  };
  if (!isRecord(env)) return choice;
  const entries = Object.entries(env).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return { ...choice, env: Object.fromEntries(entries) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
