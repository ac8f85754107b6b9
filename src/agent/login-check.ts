/** Asks an agent whether it is logged in, where it can tell apart from a session (Claude Code). */
import { execFile } from 'node:child_process';
import { agentEnvironment, type AgentCommand } from './process.ts';

/** It starts a program of its own, which may be slow on a busy machine. */
const checkMs = 15_000;

/**
 * True only where it says so: `args` make it print `{"loggedIn": boolean, …}`. Whatever else happens says nothing,
 * and the agent itself may still ask for a login. Never rejects.
 */
export function isLoggedOut(agent: AgentCommand, args: readonly string[], cwd: string): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { cwd, env: agentEnvironment(agent), timeout: checkMs, killSignal: 'SIGKILL' } as const;
    const child = execFile(agent.command, args, options, (_error, stdout) => resolve(saysLoggedOut(stdout)));
    // One that does not know the arguments may wait for a client there.
    child.stdin?.end();
  });
}

function saysLoggedOut(text: string): boolean {
  try {
    const said: unknown = JSON.parse(text);
    return typeof said === 'object' && said !== null && 'loggedIn' in said && said.loggedIn === false;
  } catch {
    return false;
  }
}
