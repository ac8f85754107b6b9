/** Which sessions of a host share an agent's process: those that start it alike, where one serves several. */
import { realpathSync } from 'node:fs';
import { OffdeskError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import { hostFamily } from './host-mark.ts';
import type { Sharing } from './known/known-agent.ts';
import { startProcess, type AgentCommand, type AgentProcess } from './process.ts';
import { SharedProcess } from './shared-process.ts';

export interface JoinWish {
  agent: AgentCommand;
  /** All else that must be alike, such as what the agent is told of its client. */
  alike: unknown;
  sharing: Sharing;
  /** Of the session. */
  cwd: string;
  /** The agent's own session that it goes on with. */
  earlier: string | undefined;
  /** Processes that this session was in: it never comes back to one. */
  been: WeakSet<SharedProcess>;
  /** Ends the wait for a process that is just starting. */
  signal: AbortSignal;
  log: Log;
}

export class SharedProcesses {
  /** Where processes are started: a folder that stays, whatever becomes of the sessions' own. */
  readonly #folder: string;
  #running: { key: string; shared: SharedProcess }[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A process for the session, as if it were its own. Throws `agent_failed` for what cannot be a command. */
  async join(wish: JoinWish): Promise<AgentProcess> {
    const { agent, sharing, earlier, been, signal, log } = wish;
    const { name, command, args, env, folder } = agent;
    const key = JSON.stringify([name, command, args, Object.entries(env).sort(), folder, wish.alike]);
    const cwd = realFolder(wish.cwd);
    const fits = (shared: SharedProcess) =>
      !shared.over &&
      !been.has(shared) &&
      !(earlier !== undefined && shared.holds(earlier)) &&
      !(sharing === 'folders' && shared.wasIn(cwd));
    for (const { key: other, shared } of this.#running.toReversed()) {
      if (other !== key || !fits(shared)) continue;
      const more = await Promise.race([shared.takesMore(), aborted(signal)]);
      // Another may have come first meanwhile.
      if (more && fits(shared)) return this.#seat(shared, cwd, been);
      if (signal.aborted) throw new OffdeskError('closed', `${name} was stopped.`);
    }
    const started = startProcess(agent, this.#folder, log, hostFamily());
    const shared = new SharedProcess(name, started, log);
    const entry = { key, shared };
    this.#running.push(entry);
    void shared.exited.then(() => (this.#running = this.#running.filter((one) => one !== entry)));
    return this.#seat(shared, cwd, been);
  }

  #seat(shared: SharedProcess, cwd: string, been: WeakSet<SharedProcess>): AgentProcess {
    been.add(shared);
    return shared.join(cwd);
  }
}

/** Resolves with false. */
function aborted(signal: AbortSignal): Promise<false> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(false);
    else signal.addEventListener('abort', () => resolve(false), { once: true });
  });
}

/** One folder has one name, whichever links lead to it. */
function realFolder(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}
