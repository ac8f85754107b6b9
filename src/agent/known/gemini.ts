/**
 * Gemini CLI.
 *
 * What it does differently, seen with 0.61, and the rule for all agents that absorbs it:
 * - A second prompt pre-empts the first: one prompt at a time reaches an agent (session/turns).
 * - With a client's file system it fails to create a file ("Resource not found"): none is offered (greet.ts).
 * - Models come by the older `models` and `session/set_model`: they are offered as an option (model-option.ts).
 * - After a permission it sends `tool_call_update` alone: one of an unknown call begins it (transcript/tool-item.ts).
 * - It can leave tool calls open after a cancel: they are closed for it (session/open-tool-calls.ts).
 * - It answers `session/load` first and tells what was said afterwards: loaded is what is quiet (replay.ts).
 * - It closes no session, so that none could leave a shared process: it has one process each.
 * - It lists no sessions, tells no usage, and comes back in its default mode (session/agent-options.ts).
 */
import { join } from 'node:path';
import type { KnownAgent } from './known-agent.ts';

export const gemini: KnownAgent = {
  id: 'gemini',
  title: 'Gemini CLI',
  commands: [
    {
      command: 'gemini',
      args: ['--acp'],
      // It names a session's file by its id and the minute, and begins that file anew before it reads it: asked for in
      // the minute in which it began, the session is overwritten by an empty one.
      quirks: { forgetsWithinMinute: true },
    },
  ],
  programs: ['gemini', 'gemini-cli'],
  install: 'Install it with: npm install -g @google/gemini-cli',
  login: 'Log in at the desk: run gemini in a terminal and log in there, then try again.',
  loginSigns: {
    variables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    files: (_env, home) => [join(home, '.gemini', 'oauth_creds.json')],
  },
  env: {},
  // Without it it refuses session/new even when the key is in the environment.
  authMethod: (env) => (env['GEMINI_API_KEY'] ? 'gemini-api-key' : undefined),
};
