/** Asks an agent whether it is logged in, where it can tell apart from a session (Claude Code). */
import { askProgram } from './ask-program.ts';
import type { AgentCommand } from './process.ts';

/** It starts a program of its own, which may be slow on a busy machine. */
const checkMs = 15_000;

export type LoginState = 'in' | 'out' | 'unknown';

/**
 * `args` make it print `{"loggedIn": boolean, …}`. Whatever else happens says nothing, and the agent itself may still
 * ask for a login. Never rejects.
 */
export async function loginState(
  agent: Pick<AgentCommand, 'command' | 'env'>,
  args: readonly string[],
  cwd: string,
): Promise<LoginState> {
  return stateIn(await askProgram(agent, args, { cwd, ms: checkMs }));
}

function stateIn(text: string): LoginState {
  try {
    const said: unknown = JSON.parse(text);
    if (typeof said !== 'object' || said === null || !('loggedIn' in said)) return 'unknown';
    return said.loggedIn === false ? 'out' : said.loggedIn === true ? 'in' : 'unknown';
  } catch {
    return 'unknown';
  }
}
