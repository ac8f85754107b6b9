/** The sessions of this host and the clients that are connected to them. */
import { join } from 'node:path';
import { disposable, type Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { asOffdeskError, type OffdeskError } from '../base/error.ts';
import type {
  AgentSessionsParams,
  AgentSessionsResult,
  FilesParams,
  LiveChoice,
  PastResult,
} from '../protocol/methods.ts';
import type { RowWorktree } from '../protocol/new-session.ts';
import { BUILD } from '../protocol/version.ts';
import type { ClientIdentity, SessionDirectory } from '../session/client-port.ts';
import type { Session } from '../session/session.ts';
import { AgentsSessions } from './agents-sessions.ts';
import { agentTools, type ToolsOf } from './agent-tools.ts';
import { AllowedFolders } from './allowed-folders.ts';
import { AttachmentStore } from './attachments/attachment-store.ts';
import { defaultHistory, type HostPorts, type SessionWish } from './api.ts';
import type { McpOf } from './mcp/mcp-folders.ts';
import { openSessions } from './opening.ts';
import { removeOld } from './retention.ts';
import { Run } from './run.ts';
import { HostTerminals } from './terminals.ts';
import type { LiveSession } from './session-maker.ts';
import { SessionRoom } from './session-room.ts';
import { rowOf } from './session-row.ts';
import type { SessionStore } from './session-store.ts';
import { sharedFolders, Spawner } from './spawner.ts';
import { Vitals } from './vitals.ts';
import { WorkspaceFiles } from './workspace-files.ts';
import { WorktreeChanges } from './worktree-changes.ts';
import { Worktrees } from './worktrees.ts';

export class Sessions implements SessionDirectory {
  readonly #ports: HostPorts;
  readonly #mcp: McpOf | undefined;
  readonly #live = new Map<string, LiveSession>();
  readonly #clients = new Set<ClientIdentity>();
  readonly attachments: AttachmentStore;
  readonly #files: WorkspaceFiles;
  readonly terminals: HostTerminals;
  readonly #tools: ToolsOf;
  readonly #agents: AgentsSessions;
  readonly #room: SessionRoom;
  readonly spawner: Spawner;
  readonly #vitals: Vitals;
  readonly #changes: WorktreeChanges;
  readonly #changed = new Emitter<void>();
  readonly #added = new Emitter<{ session: Session; back: boolean }>();
  #tidying: Disposable | undefined;
  #run = new Run();
  #opening: Promise<unknown> = Promise.resolve();
  readonly onChange = this.#changed.event;
  /** `back`: it was left open by a host before this one. */
  readonly onSession = this.#added.event;

  constructor(ports: HostPorts, mcp?: McpOf) {
    this.#ports = ports;
    this.#mcp = mcp;
    const { clock } = ports;
    this.attachments = new AttachmentStore({ folder: join(ports.machineFolder, 'sessions'), clock });
    this.terminals = new HostTerminals(ports);
    this.terminals.onChange(() => this.#changed.fire());
    this.#changed.event(() => this.terminals.keepOf((id) => this.#live.has(id)));
    const allowed = new AllowedFolders(() => this.#folders());
    this.#tools = agentTools(ports, this.terminals, allowed);
    const { log, workspace } = ports;
    this.#files = new WorkspaceFiles({
      ...{ log, folders: () => this.#folders() },
      ...(workspace && { workspace }),
    });
    this.#room = new SessionRoom(ports, () => this.#live.size);
    this.#agents = new AgentsSessions({
      ...{ host: ports, mcp, tools: this.#tools, live: this.#live, run: () => this.#run, room: this.#room },
      add: (live, back) => this.#add(live, back),
    });
    this.spawner = new Spawner({
      ...{ host: ports, mcp, tools: this.#tools, live: this.#live, run: () => this.#run, room: this.#room },
      allowed,
      worktrees: new Worktrees(ports.machineFolder, ports.log),
      add: (live, back) => this.#add(live, back),
      drop: (id) => {
        this.#live.delete(id);
        this.#changed.fire();
      },
      changed: () => this.#changed.fire(),
    });
    this.#vitals = new Vitals({
      clock: ports.clock,
      watched: () =>
        this.#clients.size === 0
          ? []
          : [...this.#live.values()].map(({ session, kept }) => ({
              ...{ id: session.id, cwd: session.cwd, pid: kept.stored.process?.pid },
            })),
      changed: () => this.#changed.fire(),
    });
    this.#changes = new WorktreeChanges({ clock, changed: () => this.#changed.fire() });
    this.#run.settle();
  }

  list(): Session[] {
    return [...this.#live.values()].map(({ session }) => session);
  }

  get(id: string): Session | undefined {
    return this.#live.get(id)?.session;
  }

  async find(id: string): Promise<Session | undefined> {
    const run = this.#run;
    // A journal has one writer: what is being opened, tried or closed here is not opened again to be read.
    await run.restored;
    await run.opened(id);
    const tried = [...run.trying].some(({ session }) => session.id === id);
    if (run.over || tried) return this.get(id);
    return this.get(id) ?? run.past?.find(id);
  }

  async past(before: string | undefined, limit: number): Promise<PastResult> {
    const { past, store } = this.#run;
    // What is being opened just now is not over either.
    const isLive = (id: string) => this.#live.has(id) || store?.opensIn(this.#ports.cwd, id) === true;
    const page = past?.list(before, limit, isLive) ?? { sessions: [], next: null };
    return { ...page, sessions: await this.#changes.seen(page.sessions) };
  }

  /** What keeps the sessions from being written, a sentence each. */
  get warnings(): string[] {
    return [...new Set(this.list().flatMap(({ journal }) => journal.trouble?.sentence ?? []))];
  }

  /** Of a session that is open. */
  worktreeOf(id: string): RowWorktree | undefined {
    const live = this.#live.get(id);
    return live && this.#rowOf(live).worktree;
  }

  describe() {
    return {
      host: { name: this.#ports.hostName, build: BUILD },
      sessions: [...this.#live.values()].map((live) => ({
        ...this.#rowOf(live),
        ...this.#vitals.of(live.session.id),
      })),
      spawn: this.#room.state,
      terminals: this.terminals.rows(),
      warnings: this.warnings,
    };
  }

  /**
   * Opens the sessions that were left open in this host's folder, and without any a new one. With `agent` agents are
   * started: of a new session one after the other until one starts, and `skipped` hears why others did not; without,
   * only those that ran when the host before this one ended, and else with the first prompt. Rejects with why an agent
   * did not start, with `storage_failed`, or with `closed` when it was cancelled. `wish`: that one comes first, and no
   * new one in its place.
   */
  open(agent: boolean, skipped: (error: OffdeskError) => void, wish?: SessionWish): Promise<void> {
    const run = (this.#run = new Run());
    const ports = {
      host: this.#ports,
      ...{ mcp: this.#mcp, tools: this.#tools },
      live: this.#live,
      add: (live: LiveSession, back?: boolean) => this.#add(live, back),
      restored: () => {
        void this.removeOld();
        this.#tidying?.dispose();
        this.#tidying = this.attachments.tidy();
      },
    };
    const opened = openSessions(ports, run, { agent, skipped, wish }).finally(() => run.settle());
    this.#opening = opened.catch(() => {});
    return opened;
  }

  agentSessions(params: AgentSessionsParams): Promise<AgentSessionsResult> {
    return this.#agents.list(params);
  }

  continueAgentSession(id: string, live?: LiveChoice): Promise<string> {
    return this.#agents.continue(id, live);
  }

  files(session: Session, client: ClientIdentity, params: FilesParams, signal: AbortSignal) {
    return this.#files.search(session.cwd, client, params, signal);
  }

  filesLinked(session: Session, uris: readonly string[]): Promise<void> {
    return this.#files.linked(session.cwd, uris);
  }

  /** Registers a connected client; `others` names everyone but itself. */
  join(client: ClientIdentity): Disposable & { others(): string[] } {
    this.#clients.add(client);
    this.#vitals.look();
    this.#changes.look([...this.#live.values()].map(rowOf));
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

  /** What `open` does is ended, and no other agent is tried; `back` as below. */
  cancelOpening(back: boolean): void {
    const { trying } = this.#run;
    this.#tidying?.dispose();
    this.#run.end();
    this.#run.settle();
    for (const { kept, session } of trying) void kept.end(back && this.#live.has(session.id));
  }

  /** All agents are gone when it resolves. The sessions are over, unless they shall come `back`. */
  async closeAll(back: boolean): Promise<void> {
    const run = this.#run;
    this.cancelOpening(back);
    const live = [...this.#live.values()];
    this.#live.clear();
    this.#vitals.stop();
    this.#changes.stop();
    this.#files.stop();
    await Promise.all([...live.map(({ kept }) => kept.end(back)), this.terminals.closeAll()]);
    await this.#opening;
    await this.#agents.idle;
    await this.spawner.idle();
    await run.past?.close();
    if (!back && run.store) await this.#closeRest(run.store);
    run.past = undefined;
    this.#changed.fire();
  }

  /** Sessions that are over, by age and size, with what was attached in them; and what was never sent. */
  async removeOld(): Promise<void> {
    const run = this.#run;
    const { store, past } = run;
    if (!store) return;
    const { clock, log } = this.#ports;
    const settings = this.#ports.settings().history ?? defaultHistory;
    const inUse = (id: string) => this.#live.has(id) || run.isOpening(id) || (past?.isOpen(id) ?? false);
    await removeOld({ store, settings, inUse, clock, log });
    await this.attachments.removeUnsent();
  }

  /** In which sessions may work, and from which clients may have files. */
  #folders(): string[] {
    const known = [...(this.#run.store?.sorted ?? [])];
    return [
      ...sharedFolders(this.#ports),
      ...known.flatMap(({ worktree }) => (worktree ? [worktree.path] : [])),
    ];
  }

  /** Those of this folder that could not be restored, or not yet. */
  async #closeRest(store: SessionStore): Promise<void> {
    for (const stored of store.openIn(this.#ports.cwd)) {
      await store.save({ ...stored, open: false }).catch((error: unknown) => {
        const { code } = asOffdeskError(error);
        this.#ports.log.write('warn', 'a session was not ended on disk', { id: stored.id, code });
      });
    }
  }

  #rowOf(live: LiveSession) {
    return this.#changes.marked(rowOf(live));
  }

  #add(live: LiveSession, back = false): void {
    const { session } = live;
    this.#live.set(session.id, live);
    session.onChange(() => this.#changed.fire());
    const { worktree } = live.kept.stored;
    if (worktree) this.#changes.watch(session, worktree.path);
    this.#vitals.look();
    session.journal.onTrouble(() => this.#changed.fire());
    this.#added.fire({ session, back });
    this.#changed.fire();
  }
}
