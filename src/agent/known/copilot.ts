/**
 * GitHub Copilot CLI.
 *
 * What it does differently, seen with 1.0.102, and the rule for all agents that absorbs it:
 * - A second prompt pre-empts the first: one prompt at a time reaches an agent (session/turns).
 * - Ids of modes are URLs: risk looks at what they end with (session/risk.ts).
 * - It can leave tool calls open after a cancel: they are closed for it (session/open-tool-calls.ts).
 * - It begins sessions with MCP servers on stdio and never starts those (1.0.102; github/copilot-cli issue 3889): they are
 *   not named to it, and the desk is told (mcp-supply.ts).
 * - A closed session's command runs on, and a file that may be written for good may be in all sessions of its process: it
 *   has one process each.
 * - It only loads sessions, and refuses one that its own process has loaded: each load has a new process.
 * - It holds a file in its session's folder open, by which a session is known that runs elsewhere (sighting.ts).
 */
import { noFiles, noMethod, type KnownAgent } from './known-agent.ts';

export const copilot: KnownAgent = {
  id: 'copilot',
  title: 'Copilot CLI',
  // It would replace itself in the middle of a session.
  commands: [{ command: 'copilot', args: ['--acp', '--no-auto-update'], quirks: { ignoresLocalMcp: true } }],
  programs: ['copilot'],
  install: 'Install it with: npm install -g @github/copilot',
  login: 'Log in at the desk: run copilot in a terminal and type /login, then try again.',
  loginSigns: { variables: ['COPILOT_GITHUB_TOKEN', 'GH_TOKEN', 'GITHUB_TOKEN'], files: noFiles },
  env: {},
  authMethod: noMethod,
};
