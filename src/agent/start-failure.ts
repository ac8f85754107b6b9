/** A start that takes too long or fails, in words that say what to do. */
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import { limits } from '../protocol/limits.ts';
import { LoginRequired, type LoginWay } from './login-ways.ts';
import { isLoginError } from './open-session.ts';
import { garbage, type AgentCommand, type AgentProcess } from './process.ts';
import type { Replay } from './replay.ts';

/** Rejects when the process is gone first, and with `agent_timeout` or `agent_garbage` after the agent's `startMs`. */
export async function boundStart<T>(
  agent: AgentCommand & { startMs?: number },
  agentProcess: AgentProcess,
  replay: Replay,
  work: Promise<T>,
): Promise<T> {
  const { startMs = limits.agentStartMs } = agent;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const look = () => {
      // A slow machine must not cost the agent its memory: the earlier session has as long again.
      const left = replay.pending ? replay.askedAt + startMs - performance.now() : 0;
      if (left > 0) timer = setTimeout(look, left);
      else reject(agentProcess.garbageLines > 0 ? garbage(agent) : silence(agent.name, startMs));
    };
    timer = setTimeout(look, startMs);
  });
  const lost = agentProcess.exited.then((error) => Promise.reject(error));
  work.catch(() => {});
  lost.catch(() => {});
  try {
    return await Promise.race([work, late, lost]);
  } finally {
    clearTimeout(timer);
  }
}

/** What the user is told of a start that failed, whatever failed it. `ways`: how it can be logged in. */
export function startError(
  error: unknown,
  agent: AgentCommand & { loginHint: string },
  agentProcess: AgentProcess,
  ways: readonly LoginWay[],
): OffdeskError {
  if (isLoginError(error)) return new LoginRequired(agent, ways);
  if (error instanceof OffdeskError)
    return error.code === 'agent_exited' && agentProcess.garbageLines > 0 ? garbage(agent) : error;
  const { message } = asOffdeskError(error);
  return new OffdeskError(
    'agent_failed',
    `${agent.name} could not start a session: ${message}.`,
    'Try its command in a terminal, then start again.',
  );
}

export function isLoginRequired(error: unknown): boolean {
  return error instanceof OffdeskError && error.code === 'agent_login_required';
}

function silence(name: string, startMs: number): OffdeskError {
  return new OffdeskError(
    'agent_timeout',
    `${name} did not answer within ${startMs / 1000} seconds.`,
    'Try its command in a terminal, then start again.',
  );
}
