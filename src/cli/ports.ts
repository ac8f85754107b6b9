/** The command line as a shell of the host: settings from options. */
import { homedir, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { systemClock } from '../base/clock.ts';
import {
  defaultHistory,
  type AgentChoice,
  type HostPorts,
  type RememberedReach,
  type SessionWish,
} from '../host/api.ts';
import { limits } from '../protocol/limits.ts';
import type { SpawnMode } from '../protocol/new-session.ts';
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
  spawn?: SpawnMode;
  capacity?: number;
  /** Beside `cwd`, absolute: new sessions may have them. */
  folder?: string[];
  verbose?: boolean;
  /** The newest earlier session of the folder. */
  continue?: boolean;
  /** An earlier session by its id. */
  resume?: string;
  /** What becomes of that one where it is open in another program. */
  ifLive?: NonNullable<SessionWish['live']>;
  /** The agent gets the MCP servers that the folder names. */
  mcp?: boolean;
}

/** Which earlier session the options name. */
export function wishOf({ continue: newest, resume, ifLive: live }: PortsOptions): SessionWish | undefined {
  if (resume !== undefined) return { kind: 'id', id: resume, live };
  return newest ? { kind: 'newest', live } : undefined;
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
    spawn: options.spawn ?? 'same-dir',
    capacity: options.capacity ?? limits.openSessions,
    folders: options.folder ?? [],
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

function reachOf({ relay, publicUrl }: PortsOptions): RememberedReach {
  if (relay) return 'relay';
  return publicUrl ? 'tunnel' : 'computer';
}
