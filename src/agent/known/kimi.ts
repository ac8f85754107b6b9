/**
 * Kimi Code.
 *
 * What it does differently, seen with 2.1.0 (which wants Node 22), and the rule for all agents that absorbs it:
 * - A second prompt is refused as busy (-32600): one prompt at a time reaches an agent (session/turns).
 * - Without `elicitation` it asks by permission request: elicitation is offered to every agent.
 * - It uses a client's files and terminals, and its output is then text that must only grow (plain-output.ts).
 * - It can leave tool calls open after a cancel: they are closed for it (session/open-tool-calls.ts).
 * - What it replays holds user messages that nobody typed: a session that has a journal is told none of it (replay.ts).
 * - It comes back in its default mode (session/agent-options.ts).
 * - One process serves several sessions: `sharing`.
 */
import { join } from 'node:path';
import { noMethod, type KnownAgent } from './known-agent.ts';

export const kimi: KnownAgent = {
  id: 'kimi',
  title: 'Kimi Code',
  commands: [
    {
      ...{ command: 'kimi', args: ['acp'] },
      quirks: { usesClientTerminals: true, usesClientFiles: true, sharing: 'all' },
    },
  ],
  programs: ['kimi', 'kimi-code'],
  install: 'Install it with: npm install -g @moonshot-ai/kimi-code',
  login: 'Log in at the desk: run kimi in a terminal and type /login, then try again.',
  loginSigns: {
    variables: [],
    files: (env, home) => [join(env['KIMI_CODE_HOME'] || join(home, '.kimi-code'), 'credentials')],
  },
  env: {},
  authMethod: noMethod,
};
