/** An agent that was refused for want of a login: how it can be had, and the start that follows it. */
import { authenticate } from '../agent/authenticate.ts';
import { LoginRequired } from '../agent/login-ways.ts';
import type { Session } from '../session/session.ts';
import type { AgentLogin, HostPorts } from './api.ts';

/** Of the first session that waits for a login; undefined where none does. */
export function agentLogin(
  sessions: () => readonly Session[],
  { cwd, log }: Pick<HostPorts, 'cwd' | 'log'>,
): AgentLogin | undefined {
  const waiting = () => sessions().filter(({ agentState }) => agentState.error instanceof LoginRequired);
  const error = waiting()[0]?.agentState.error;
  if (!(error instanceof LoginRequired)) return undefined;
  const { agent, ways, next: hint } = error;
  return {
    ...{ name: agent.name, ways, hint },
    call: (id, ports) => authenticate(agent, cwd, id, ports, log),
    async again() {
      const before = waiting();
      await Promise.all(before.map((session) => session.startAgent()));
    },
  };
}
