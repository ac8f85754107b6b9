/** Keeps a session's description on disk as the session changes, so that a later host can go on with it. */
import type { ProcessIdentity } from '../agent/orphan.ts';
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { asOffdeskError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import { limits } from '../protocol/limits.ts';
import type { Session } from '../session/session.ts';
import type { SessionStore, StoredSession } from './session-store.ts';

export interface KeptSessionPorts {
  store: SessionStore;
  clock: Clock;
  log: Log;
}

export class KeptSession {
  readonly #ports: KeptSessionPorts;
  #stored: StoredSession;
  #session: Session | undefined;
  #changes: Disposable | undefined;
  #timer: Disposable | undefined;
  #ending: Promise<void> | undefined;
  /** Nothing is left of it, and nothing that comes late brings it back. */
  #discarded = false;

  constructor(stored: StoredSession, ports: KeptSessionPorts) {
    this.#stored = stored;
    this.#ports = ports;
  }

  get stored(): StoredSession {
    return this.#stored;
  }

  /** From now on as this session is. */
  watch(session: Session): void {
    this.#session = session;
    this.#changes = session.onChange(() => this.#changed(session));
    this.#changed(session);
  }

  /** Written at once: a host that is killed leaves it behind. */
  process(process: ProcessIdentity | undefined): void {
    const { process: _, ...rest } = this.#stored;
    this.#set(process ? { ...rest, process } : rest);
    void this.#save();
  }

  /**
   * Ends the session; `open`: it shall come back, as it was when this was called. Of one in which nothing was asked
   * nothing is left, unless it is to be kept, or has a worktree. Idempotent.
   */
  end(open: boolean, keep = false): Promise<void> {
    return (this.#ending ??= this.#end(open, keep));
  }

  async #end(open: boolean, keep: boolean): Promise<void> {
    const session = this.#session;
    this.#changes?.dispose();
    if (session) {
      // Whether its agent ran before this, which ends it.
      this.#set({ ...this.#stored, ...describe(session) });
      await (open ? session.suspend() : session.close());
    }
    this.#timer?.dispose();
    const { updatedAt = this.#stored.updatedAt } = session ?? {};
    const { empty: _, ...stored } = this.#stored;
    const empty = !open && !session?.prompted;
    this.#set({ ...stored, open, updatedAt, ...(empty && { empty }) });
    if (empty && !keep && !stored.worktree) await this.#discard();
    else await this.#save();
  }

  async #discard(): Promise<void> {
    this.#discarded = true;
    try {
      await this.#ports.store.remove(this.#stored.id);
    } catch (error) {
      this.#log('an empty session was not removed', error);
    }
  }

  #changed(session: Session): void {
    const before = this.#stored;
    this.#set({ ...before, ...describe(session) });
    const now = this.#stored;
    const { title, agentRuns, agentSession } = before;
    if (now.title !== title || now.agentRuns !== agentRuns || now.agentSession !== agentSession)
      void this.#save();
    else {
      this.#timer ??= this.#ports.clock.after(limits.sessionSaveMs, () => void this.#save());
    }
  }

  #set(stored: StoredSession): void {
    this.#stored = stored;
  }

  async #save(): Promise<void> {
    this.#timer?.dispose();
    this.#timer = undefined;
    if (this.#discarded) return;
    try {
      await this.#ports.store.save(this.#stored);
    } catch (error) {
      this.#log('a session was not described on disk', error);
    }
  }

  #log(what: string, error: unknown): void {
    this.#ports.log.write('warn', what, { id: this.#stored.id, code: asOffdeskError(error).code });
  }
}

function describe(session: Session) {
  const { title, promptTitle, updatedAt, agentState, agentSession } = session;
  const agentRuns = agentState.state === 'starting' || agentState.state === 'ready';
  return {
    ...{ title, updatedAt, agentRuns },
    ...(promptTitle === undefined ? {} : { promptTitle }),
    ...(agentSession === undefined ? {} : { agentSession }),
  };
}
