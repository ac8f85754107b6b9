/** The command line as a shell of the host: settings from options, files by walking the folder. */
import { readdir } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { defaultHistory, type AgentChoice, type HostPorts, type SessionWish } from '../host/api.ts';
import type { ReachKind } from '../protocol/host-status.ts';
import { cliMcp } from './mcp.ts';
import { namedAgent } from './own-agents.ts';
import { splitCommand } from './split-command.ts';
import { stderrLog } from './stderr-log.ts';

export interface PortsOptions {
  cwd: string;
  agent?: string;
  agentCommand?: string;
  relay?: string;
  publicUrl?: string;
  port?: number;
  name?: string;
  historyDays?: number;
  historySize?: number;
  verbose?: boolean;
  /** The newest earlier session of the folder. */
  continue?: boolean;
  /** An earlier session by its id. */
  resume?: string;
  /** The agent gets the MCP servers that the folder names. */
  mcp?: boolean;
}

/** Which earlier session the options name. */
export function wishOf({ continue: newest, resume }: PortsOptions): SessionWish | undefined {
  if (resume !== undefined) return { kind: 'id', id: resume };
  return newest ? { kind: 'newest' } : undefined;
}

/** The program that runs now, which is also the demo agent. */
const program = process.argv[1] ?? '';

/** Where this machine keeps its identity, sessions and pairings. */
export function machineFolder(): string {
  return process.env['OFFDESK_HOME'] || join(homedir(), '.offdesk');
}

export function cliPorts(options: PortsOptions): HostPorts {
  const cwd = resolve(options.cwd);
  const settings = {
    agent: agentChoice(options),
    relay: options.relay ?? '',
    publicUrl: options.publicUrl ?? '',
    reach: reachOf(options),
    port: options.port ?? 0,
    history: {
      maxAgeDays: options.historyDays ?? defaultHistory.maxAgeDays,
      maxSizeMB: options.historySize ?? defaultHistory.maxSizeMB,
    },
  };
  return {
    clock: systemClock,
    log: stderrLog(options.verbose ?? false),
    machineFolder: machineFolder(),
    webFolder: join(__dirname, 'web'),
    demoAgent: { command: process.execPath, args: [program, 'demo-agent'], env: {} },
    hostName: options.name ?? hostname(),
    cwd,
    settings: () => settings,
    rememberReach: () => Promise.resolve(),
    mcp: cliMcp(options.mcp ?? false),
    registrationToken: () => Promise.resolve(process.env['OFFDESK_REGISTRATION_TOKEN'] || undefined),
    findFiles: (limit) => walk(cwd, limit),
    act: () => Promise.resolve(),
  };
}

function agentChoice({ agent, agentCommand }: PortsOptions): AgentChoice {
  if (agentCommand !== undefined) {
    const [command, ...args] = splitCommand(agentCommand);
    return { kind: 'command', command, args };
  }
  return agent === undefined || agent === 'auto' ? { kind: 'auto' } : namedAgent(agent, machineFolder());
}

function reachOf({ relay, publicUrl }: PortsOptions): Exclude<ReachKind, 'lan'> {
  if (relay) return 'relay';
  return publicUrl ? 'tunnel' : 'computer';
}

/** Without git: all files, hidden folders and `node_modules` left out. */
async function walk(folder: string, limit: number): Promise<string[]> {
  const found: string[] = [];
  const folders = [folder];
  for (let next = folders.shift(); next !== undefined && found.length < limit; next = folders.shift()) {
    const entries = await readdir(next, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) {
        if (!entry.name.startsWith('.') && entry.name !== 'node_modules') folders.push(path);
      } else if (entry.isFile()) found.push(relative(folder, path).split(sep).join('/'));
    }
  }
  return found.slice(0, limit);
}
