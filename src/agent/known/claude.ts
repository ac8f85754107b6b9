/**
 * Claude Code, through its adapter for ACP.
 *
 * What it does differently, seen with claude-agent-acp 0.100, and the rule for all agents that absorbs it:
 * - It begins sessions without a login, too, and refuses the prompt only: `loginCheck` asks beforehand.
 * - A second prompt waits in it, and a cancel ends both: one prompt at a time reaches an agent (session/turns).
 * - It asks by `elicitation/create`; where the client can't, its tool vanishes: it is offered to every agent.
 * - It sends what its commands print where `_meta.terminal_output` is offered: it is offered to every agent.
 * - It takes questions back by `$/cancel_request` on a cancel: they are withdrawn.
 * - What it replays holds user messages that nobody typed: a session that has a journal is told none of it (replay.ts).
 * - One process serves several sessions, each with a program of its own in its folder: `sharing`.
 * - Each of its programs says in a file of its own which session it has (seen with 2.1.316): `marks`.
 */
import { join } from 'node:path';
import { noFiles, noMethod, type KnownAgent } from './known-agent.ts';

export const claude: KnownAgent = {
  id: 'claude',
  title: 'Claude Code',
  commands: [
    {
      command: 'claude-agent-acp',
      args: [],
      // After `--cli` come arguments of Claude Code itself, whose version is the one that its users know.
      loginCheck: ['--cli', 'auth', 'status'],
      versionArgs: ['--cli', '--version'],
      quirks: { sharing: 'all' },
    },
    { command: 'claude-code-acp', args: [] },
  ],
  programs: ['claude', 'claude-code', 'claude-agent-acp', 'claude-code-acp'],
  marks: (env, home) => join(env['CLAUDE_CONFIG_DIR'] || join(home, '.claude'), 'sessions'),
  folders: ['.claude/local'],
  install: 'Install it with: npm install -g @agentclientprotocol/claude-agent-acp',
  login: 'Log in at the desk: run claude in a terminal and log in there, then try again.',
  // It says itself (`loginCheck`).
  loginSigns: { variables: [], files: noFiles },
  env: {},
  authMethod: noMethod,
};
