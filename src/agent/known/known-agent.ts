/** What Offdesk knows of an agent beforehand; all else is read from what the agent itself answers. */

export interface AgentProgram {
  command: string;
  args: string[];
  /** Arguments with which it prints whether it is logged in, as `{"loggedIn": boolean}`. */
  loginCheck?: string[];
  quirks?: AgentQuirks;
}

/** What the upstream must know of an agent beyond what its answers show; each is explained where it is set. */
export interface AgentQuirks {
  /** It forgets a session that it is asked for in the minute of the clock in which that session began. */
  forgetsWithinMinute?: true;
}

export interface KnownAgent {
  /** In settings and on the command line. */
  id: string;
  /** Shown to the user. */
  title: string;
  /** Tried in this order; the first that is found is taken. */
  commands: [AgentProgram, ...AgentProgram[]];
  install: string;
  login: string;
  env: Record<string, string>;
  /** A method of `authenticate` that needs nobody, where the environment allows it. */
  authMethod(env: NodeJS.ProcessEnv): string | undefined;
}

/** Of agents that log in with somebody there, or in their own way. */
export const noMethod = (): undefined => undefined;
