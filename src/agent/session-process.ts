/** The process that an agent's session runs in: one of its own, or one that it shares with others of its host. */
import type { Log } from '../base/log.ts';
import type { ToolsWanted } from './client-tools.ts';
import type { AgentQuirks } from './known/known-agent.ts';
import type { ProcessIdentity } from './orphan.ts';
import { startProcess, type AgentCommand, type AgentProcess } from './process.ts';
import type { SharedProcess } from './shared-process.ts';
import type { SharedProcesses } from './shared-processes.ts';

export interface SessionProcessOptions extends AgentCommand {
  /** Of the session. */
  cwd: string;
  quirks?: AgentQuirks;
  authMethod: string | undefined;
  /** Begins the mark of its own processes: what `endFamily` (orphan.ts) needs. */
  family?: string;
  /** Processes that it may share with other sessions; without it, it has one of its own. */
  shared?: SharedProcesses;
  /**
   * Told before anything is asked of a process, and `undefined` once the session has left it: what `endOrphan`
   * (orphan.ts) needs where this host is killed.
   */
  onProcess?: (process: ProcessIdentity | undefined) => void;
}

export class SessionProcess {
  readonly #options: SessionProcessOptions;
  readonly #log: Log;
  /** Shared ones that it was in. */
  readonly #been = new WeakSet<SharedProcess>();
  #now: AgentProcess | undefined;

  constructor(options: SessionProcessOptions, log: Log) {
    this.#options = options;
    this.#log = log;
  }

  /** The one that it began in and was not stopped here. */
  get now(): AgentProcess | undefined {
    return this.#now;
  }

  /** A process in which the session is not yet. `signal` ends the wait for one that is just starting. */
  async begin(earlier: string | undefined, wanted: ToolsWanted, signal: AbortSignal): Promise<AgentProcess> {
    const { onProcess } = this.#options;
    const begun = await this.#begin(earlier, wanted, signal);
    this.#now = begun;
    const identity = await begun.identity();
    if (identity && onProcess) {
      onProcess(identity);
      void begun.exited.then(() => {
        if (this.#now === begun || !this.#now) onProcess(undefined);
      });
    }
    return begun;
  }

  async stop(): Promise<void> {
    const stopping = this.#now;
    await stopping?.stop();
    if (this.#now === stopping) this.#now = undefined;
  }

  async #begin(earlier: string | undefined, wanted: ToolsWanted, signal: AbortSignal): Promise<AgentProcess> {
    const { shared, quirks, cwd, family, authMethod } = this.#options;
    const agent = this.#options;
    const log = this.#log;
    if (!shared || !quirks?.sharing) return startProcess(agent, cwd, log, family);
    const alike = { wanted, authMethod };
    const been = this.#been;
    return await shared.join({ agent, alike, sharing: quirks.sharing, cwd, earlier, been, signal, log });
  }
}
