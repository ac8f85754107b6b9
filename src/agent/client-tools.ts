/** What a client offers to an agent beside its conversation: terminals and the workspace's text files (ACP). */

export interface AgentTerminalWish {
  /** Run as it is with `args`; without any it may be a whole line for a shell. */
  command: string;
  args: string[];
  env: Record<string, string>;
  /** Absolute; the session's folder unless given. */
  cwd: string | undefined;
}

export interface AgentTerminal {
  readonly id: string;
  /** The tool call that runs in it, once it is known. */
  tool: string | undefined;
  /** All that it puts out, as it is. */
  onData(listener: (data: string) => void): unknown;
  readonly exited: Promise<{ code: number; signal?: string }>;
  /** All that runs in it is gone when it resolves. */
  kill(): Promise<void>;
}

export interface ClientTools {
  terminals?: {
    /** False where this computer has none: then an agent does better with its own. */
    available(): Promise<boolean>;
    /** Rejects with an OffdeskError. */
    open(wish: AgentTerminalWish): Promise<AgentTerminal>;
    /** Nobody needs it any more. */
    close(id: string): Promise<void>;
  };
  files?: {
    /** With what is in the editor and not saved; undefined where there is no such file. Rejects with an OffdeskError. */
    read(path: string): Promise<string | undefined>;
    write(path: string, content: string): Promise<void>;
  };
}

/** Which of them an agent is told of. */
export interface ToolsWanted {
  terminals: boolean;
  files: boolean;
}
