/**
 * Codex, through its adapter for ACP.
 *
 * What it does differently, seen with codex-acp 2.6, and the rule for all agents that absorbs it:
 * - A second prompt runs after the first is cancelled: one prompt at a time reaches an agent (session/turns).
 * - It has models both ways: the option is taken, the older `models` are not offered twice (model-option.ts).
 * - It asks questions in its plan mode alone, which is an option of its own (`collaboration_mode`).
 * - A rejected permission ends the turn as cancelled: it is shown as such.
 * - It ends on SIGTERM, not when its input closes: an agent gets both (process.ts).
 * - It comes back in its default mode (session/agent-options.ts).
 * - A closed session stays locked to its process, so that none could go on in another: it has one process each.
 * - It holds its session's file and lock open, by whose names a session is known that runs elsewhere (sighting.ts).
 */
import { join } from 'node:path';
import { noMethod, type KnownAgent } from './known-agent.ts';

export const codex: KnownAgent = {
  id: 'codex',
  title: 'Codex',
  commands: [{ command: 'codex-acp', args: [] }],
  programs: ['codex', 'codex-acp'],
  install: 'Install it with: npm install -g @agentclientprotocol/codex-acp',
  login: 'Log in at the desk: run codex login in a terminal, then try again.',
  loginSigns: {
    variables: ['OPENAI_API_KEY', 'CODEX_API_KEY'],
    files: (env, home) => [join(env['CODEX_HOME'] || join(home, '.codex'), 'auth.json')],
  },
  // It would open a browser to log in, on a computer where nobody may sit.
  env: { NO_BROWSER: '1' },
  authMethod: noMethod,
};
