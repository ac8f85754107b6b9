/** The agents that Offdesk knows by name: how each is started as an ACP agent, found, and logged in. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { OffdeskError } from '../base/error.ts';

export interface AgentProgram {
  command: string;
  args: string[];
  /** Arguments with which it prints whether it is logged in, as `{"loggedIn": boolean}`. */
  loginCheck?: string[];
  quirks?: AgentQuirks;
}

/** What the upstream must know of an agent beyond what its answers show; each is explained where it is set. */
export interface AgentQuirks {
  /** It forgets a session that it is asked for in the minute of the clock in which that session began. */
  forgetsWithinMinute?: true;
}

export interface KnownAgent {
  /** In settings and on the command line. */
  id: string;
  /** Shown to the user. */
  title: string;
  /** Tried in this order; the first that is on PATH is taken. */
  commands: [AgentProgram, ...AgentProgram[]];
  install: string;
  login: string;
  env: Record<string, string>;
  /** A method of `authenticate` that needs nobody, where the environment allows it. */
  authMethod(env: NodeJS.ProcessEnv): string | undefined;
}

const noMethod = () => undefined;

export const knownAgents: readonly KnownAgent[] = [
  {
    id: 'claude',
    title: 'Claude Code',
    commands: [
      // It begins sessions without a login, too, and refuses the prompt only.
      { command: 'claude-agent-acp', args: [], loginCheck: ['--cli', 'auth', 'status'] },
      { command: 'claude-code-acp', args: [] },
    ],
    install: 'Install it with: npm install -g @agentclientprotocol/claude-agent-acp',
    login: 'Run claude in a terminal and log in there, then try again.',
    env: {},
    authMethod: noMethod,
  },
  {
    id: 'copilot',
    title: 'Copilot CLI',
    commands: [{ command: 'copilot', args: ['--acp', '--no-auto-update'] }],
    install: 'Install it with: npm install -g @github/copilot',
    login: 'Run copilot in a terminal and type /login, then try again.',
    env: {},
    authMethod: noMethod,
  },
  {
    id: 'gemini',
    title: 'Gemini CLI',
    commands: [
      {
        command: 'gemini',
        args: ['--acp'],
        // Gemini CLI 0.61 names a session's file by its id and the minute, and begins that file anew before it reads
        // it: asked for in the minute in which it began, the session is overwritten by an empty one.
        quirks: { forgetsWithinMinute: true },
      },
    ],
    install: 'Install it with: npm install -g @google/gemini-cli',
    login: 'Run gemini in a terminal and log in there, then try again.',
    env: {},
    // Without it Gemini CLI refuses session/new even when the key is in the environment.
    authMethod: (env) => (env['GEMINI_API_KEY'] ? 'gemini-api-key' : undefined),
  },
  {
    id: 'kimi',
    title: 'Kimi Code',
    commands: [{ command: 'kimi', args: ['acp'] }],
    install: 'Install it with: npm install -g @moonshot-ai/kimi-code',
    login: 'Run kimi in a terminal and type /login, then try again.',
    env: {},
    authMethod: noMethod,
  },
  {
    id: 'codex',
    title: 'Codex',
    commands: [{ command: 'codex-acp', args: [] }],
    install: 'Install it with: npm install -g @agentclientprotocol/codex-acp',
    login: 'Run codex login in a terminal, then try again.',
    env: { NO_BROWSER: '1' },
    authMethod: noMethod,
  },
  {
    id: 'opencode',
    title: 'opencode',
    commands: [{ command: 'opencode', args: ['acp'] }],
    install: 'Install it with: npm install -g opencode-ai',
    login: 'Run opencode auth login in a terminal, then try again.',
    env: {},
    authMethod: noMethod,
  },
];

export const demoAgentId = 'demo';
export const agentNames: readonly string[] = [...knownAgents.map((agent) => agent.id), demoAgentId];

export function knownAgent(id: string): KnownAgent {
  const agent = knownAgents.find((known) => known.id === id);
  if (agent) return agent;
  throw new OffdeskError(
    'agent_missing',
    `No agent is called ${id}.`,
    `Use one of: ${agentNames.join(', ')}.`,
  );
}

/** The full path of the first of an agent's commands that is on PATH. */
export function findOnPath(
  agent: KnownAgent,
  env: NodeJS.ProcessEnv = process.env,
): AgentProgram | undefined {
  // A relative folder would lead into the workspace, which may hold anything.
  const folders = (env['PATH'] ?? '').split(delimiter).filter(isAbsolute);
  const endings = process.platform === 'win32' ? ['.cmd', '.exe', ''] : [''];
  for (const { command, ...program } of agent.commands) {
    for (const folder of folders) {
      for (const ending of endings) {
        const path = join(folder, command + ending);
        if (isExecutable(path)) return { ...program, command: path };
      }
    }
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
