/** What Offdesk knows of an agent beforehand; all else is read from what the agent itself answers. */

export interface AgentProgram {
  command: string;
  args: string[];
  /** Arguments with which it prints whether it is logged in, as `{"loggedIn": boolean}`. */
  loginCheck?: string[];
  /** Arguments with which it prints its version; `--version` unless given. */
  versionArgs?: string[];
  quirks?: AgentQuirks;
}

/** What the upstream must know of an agent beyond what its answers show; each is explained where it is set. */
export interface AgentQuirks {
  /** It forgets a session that it is asked for in the minute of the clock in which that session began. */
  forgetsWithinMinute?: true;
  /** It passes over the MCP servers on stdio that a client names. */
  ignoresLocalMcp?: true;
  /** It runs its commands in a client's terminals, and reads and writes text through a client, and gains by it. */
  usesClientTerminals?: true;
  usesClientFiles?: true;
  /** One process of it serves several sessions (shared-processes.ts). */
  sharing?: Sharing;
}

/** How many sessions one process of an agent may have at a time; else one. Measured again by test/agents/shared.test.ts. */
export type Sharing =
  /** Any. */
  | 'all'
  /** One of each folder: what somebody allows for good in one holds in all of that folder. */
  | 'folders';

/** What shows without asking it that somebody has logged in; nothing of it says that nobody has. */
export interface LoginSigns {
  /** Of the environment, such as an API key. */
  variables: string[];
  /** Full paths of files, or of folders with files. They are never opened. */
  files(env: NodeJS.ProcessEnv, home: string): string[];
}

export interface KnownAgent {
  /** In settings and on the command line. */
  id: string;
  /** Shown to the user. */
  title: string;
  /** Tried in this order; the first that is found is taken. */
  commands: [AgentProgram, ...AgentProgram[]];
  /** Names under which its programs run, with and without ACP, as program-name.ts has them. */
  programs: string[];
  /** The folder in which each of its programs that runs says which session it has (session-marks.ts). */
  marks?(env: NodeJS.ProcessEnv, home: string): string;
  /** Where its own installer puts it, from the user's folder. */
  folders?: string[];
  install: string;
  /** For all surfaces: on a phone it can't be done. */
  login: string;
  loginSigns: LoginSigns;
  env: Record<string, string>;
  /** A method of `authenticate` that needs nobody, where the environment allows it. */
  authMethod(env: NodeJS.ProcessEnv): string | undefined;
}

/** Of agents that keep their login elsewhere, such as in the keychain. */
export const noFiles = (): string[] => [];

/** Of agents that log in with somebody there, or in their own way. */
export const noMethod = (): undefined => undefined;
