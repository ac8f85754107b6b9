/**
 * opencode.
 *
 * What it does differently, seen with 1.18.33, and the rule for all agents that absorbs it:
 * - A second prompt waits in it, and a cancel ends both: one prompt at a time reaches an agent (session/turns).
 * - It has no modes but config options `mode`, `model` and `effort`: the first is offered as modes (mode-option.ts).
 * - Commands run in sessions of their own and go on when it is asked to end: they are ended with it (family.ts).
 * - One process serves several sessions, but what is allowed for good in one is allowed in all that it has or gets in that
 *   folder: `sharing`.
 * - It listens on 127.0.0.1:4096 on its own account (README).
 */
import { join } from 'node:path';
import { noMethod, type KnownAgent } from './known-agent.ts';

export const opencode: KnownAgent = {
  id: 'opencode',
  title: 'opencode',
  commands: [{ command: 'opencode', args: ['acp'], quirks: { sharing: 'folders' } }],
  programs: ['opencode'],
  folders: ['.opencode/bin'],
  install: 'Install it with: npm install -g opencode-ai',
  login: 'Log in at the desk: run opencode auth login in a terminal, then try again.',
  loginSigns: {
    variables: [],
    files: (env, home) => [
      join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'opencode', 'auth.json'),
    ],
  },
  env: {},
  authMethod: noMethod,
};
