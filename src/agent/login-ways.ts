/** How an agent can be logged in, as its `initialize` says, and the error that carries it to the desk. */
import { OffdeskError } from '../base/error.ts';
import type { AgentCommand } from './process.ts';

export type LoginWay =
  /** The agent does it itself, by `authenticate`. */
  | { kind: 'call'; id: string; label: string }
  /** A program for a terminal: ends with code 0 when somebody has logged in. */
  | {
      kind: 'terminal';
      id: string;
      label: string;
      command: string;
      args: string[];
      env: Record<string, string>;
    };

/** The agent was refused for want of a login; `agent_login_required`. */
export class LoginRequired extends OffdeskError {
  readonly ways: readonly LoginWay[];
  readonly agent: AgentCommand;

  constructor(agent: AgentCommand & { loginHint: string }, ways: readonly LoginWay[]) {
    super('agent_login_required', `${agent.name} is not logged in.`, agent.loginHint);
    this.agent = agent;
    this.ways = ways;
  }
}

/** `methods`: ACP's AuthMethod. What asks for a key or an address is left out: only its user can set that. */
export function loginWays(methods: readonly unknown[] | null | undefined, agent: AgentCommand): LoginWay[] {
  return (methods ?? []).map(record).flatMap((method): LoginWay[] => {
    const { id, name, type, _meta } = method;
    if (typeof id !== 'string') return [];
    const label = typeof name === 'string' && name ? name : id;
    const meta = record(_meta);
    if (type === 'terminal') {
      const args = [...agent.args, ...texts(method['args'])];
      const env = { ...agent.env, ...textValues(method['env']) };
      return [{ kind: 'terminal', id, label, command: agent.command, args, env }];
    }
    const { command, args, env } = record(meta['terminal-auth']);
    if (typeof command === 'string' && command) {
      const given = { ...agent.env, ...textValues(env) };
      return [{ kind: 'terminal', id, label, command, args: texts(args), env: given }];
    }
    const asks = 'api-key' in meta || 'gateway' in meta;
    return asks || (type !== undefined && type !== 'agent') ? [] : [{ kind: 'call', id, label }];
  });
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function textValues(value: unknown): Record<string, string> {
  const entries = Object.entries(record(value));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
