/** The sessions of this host and the clients that are connected to them. */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Upstream } from '../agent/upstream.ts';
import { disposable, type Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import { FileIndex } from '../files/file-index.ts';
import { gitFiles } from '../files/git-files.ts';
import { limits } from '../protocol/limits.ts';
import type { PastResult } from '../protocol/methods.ts';
import { BUILD } from '../protocol/version.ts';
import type { ClientIdentity, SessionDirectory } from '../session/client-port.ts';
import { MemoryJournal } from '../session/memory-journal.ts';
import { Session } from '../session/session.ts';
import { candidates, type AgentCandidate } from './agent-command.ts';
import type { HostPorts } from './api.ts';

export class Sessions implements SessionDirectory, Disposable {
  readonly #ports: HostPorts;
  readonly #sessions = new Map<string, Session>();
  readonly #clients = new Set<ClientIdentity>();
  readonly #files = new Map<string, FileIndex>();
  readonly #changed = new Emitter<void>();
  readonly #added = new Emitter<Session>();
  /** The session whose agent is being started by `open`. */
  #opening: Session | undefined;
  /** Counts what `open` may go on with: a call of it that is no longer the current one ends. */
  #run = 0;
  readonly onChange = this.#changed.event;
  readonly onSession = this.#added.event;

  constructor(ports: HostPorts) {
    this.#ports = ports;
  }

  list(): Session[] {
    return [...this.#sessions.values()];
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  find(id: string): Promise<Session | undefined> {
    return Promise.resolve(this.get(id));
  }

  past(_before: string | undefined, _limit: number): Promise<PastResult> {
    return Promise.resolve({ sessions: [], next: null });
  }

  describe() {
    return {
      host: { name: this.#ports.hostName, build: BUILD },
      sessions: this.list().map((session) => ({
        id: session.id,
        title: session.title,
        cwd: session.cwd,
        agent: { name: session.agentName, demo: session.demo },
        state: session.state,
        updatedAt: session.updatedAt,
      })),
      warnings: [],
    };
  }

  /**
   * Opens the session of this host. With `agent` the agents are tried until one starts, and `skipped` hears why
   * others did not; without, the first one found starts with the first prompt. Rejects with why the last one did
   * not start, or with `closed` when it was cancelled.
   */
  async open(agent: boolean, skipped: (error: OffdeskError) => void): Promise<Session> {
    const choice = this.#ports.settings().agent;
    const found = candidates(choice, this.#ports.demoAgent);
    const run = ++this.#run;
    for (const [index, candidate] of found.entries()) {
      if (run !== this.#run) break;
      const session = this.#create(candidate);
      if (!agent) return this.#add(session);
      const last = index === found.length - 1;
      if (last) this.#add(session);
      this.#opening = session;
      try {
        await session.startAgent();
        if (run !== this.#run) break;
        return this.#sessions.has(session.id) ? session : this.#add(session);
      } catch (error) {
        if (run !== this.#run) break;
        // The last one stays, so that every surface shows what happened and a prompt can try again.
        if (last) throw error;
        skipped(asOffdeskError(error));
        await session.close();
      } finally {
        if (this.#opening === session) this.#opening = undefined;
      }
    }
    // Candidates are never empty: only a run that was cancelled gets here.
    throw new OffdeskError('closed', 'Remote control was stopped.');
  }

  async files(session: Session, query: string, limit: number) {
    let index = this.#files.get(session.cwd);
    if (!index) {
      const list = async () =>
        (await gitFiles(session.cwd, limits.indexedFiles)) ?? this.#ports.findFiles(limits.indexedFiles);
      index = new FileIndex(list, this.#ports.clock);
      this.#files.set(session.cwd, index);
    }
    const base = pathToFileURL(`${session.cwd}/`).href;
    const found = await index.search(query, limit);
    return found.map((match) => ({
      ...match,
      uri: new URL(match.path.split('/').map(encodeURIComponent).join('/'), base).href,
    }));
  }

  /** Registers a connected client; `others` names everyone but itself. */
  join(client: ClientIdentity): Disposable & { others(): string[] } {
    this.#clients.add(client);
    this.#changed.fire();
    const left = disposable(() => {
      this.#clients.delete(client);
      this.#changed.fire();
    });
    return {
      dispose: () => left.dispose(),
      others: () => [...this.#clients].filter((other) => other !== client).map((other) => other.name),
    };
  }

  /** Something changed that clients see and that no session knows of, such as a device's scope. */
  announce(): void {
    this.#changed.fire();
  }

  /** An agent that is being started by `open` is ended, and no other is tried. */
  cancelOpening(): void {
    this.#run++;
    void this.#opening?.close();
  }

  /** All agents are gone when it resolves. */
  async closeAll(): Promise<void> {
    const sessions = [...new Set([...this.list(), ...(this.#opening ? [this.#opening] : [])])];
    this.#run++;
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.close()));
    this.#changed.fire();
  }

  dispose(): void {
    void this.closeAll();
  }

  #create(candidate: AgentCandidate): Session {
    const { cwd, clock, log } = this.#ports;
    const id = randomUUID();
    return new Session({
      id,
      cwd,
      title: `${this.#ports.hostName} · ${basename(cwd) || cwd}`,
      agentName: candidate.title,
      demo: candidate.demo,
      agent: new Upstream({ ...candidate.options, cwd, log }),
      journal: new MemoryJournal(randomUUID()),
      clock,
      log,
    });
  }

  #add(session: Session): Session {
    this.#sessions.set(session.id, session);
    session.onChange(() => this.#changed.fire());
    this.#added.fire(session);
    this.#changed.fire();
    return session;
  }
}
