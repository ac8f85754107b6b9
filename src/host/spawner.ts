/** Sessions that a client begins, closes, and opens again; each in an allowed folder, or in a worktree of its own. */
import { realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import { plainLine } from '../base/plain-text.ts';
import type { Origin } from '../protocol/facts.ts';
import type { LiveChoice } from '../protocol/methods.ts';
import type {
  ChoicesResult,
  NewSessionParams,
  RemoveWorktreeResult,
  SpawnMode,
  SpawnState,
} from '../protocol/new-session.ts';
import type { SessionSpawner } from '../session/client-port.ts';
import { agentChoices, chosenAgent } from './agent-choices.ts';
import type { AllowedFolders } from './allowed-folders.ts';
import type { HostPorts } from './api.ts';
import type { ToolsOf } from './agent-tools.ts';
import type { McpOf } from './mcp/mcp-folders.ts';
import { reopen } from './reopening.ts';
import type { Run } from './run.ts';
import { sameFolderAs } from './same-folder.ts';
import { SessionMaker, type Beginning, type LiveSession } from './session-maker.ts';
import type { SessionRoom } from './session-room.ts';
import type { SessionStore, StoredSession } from './session-store.ts';
import { branchOf } from './vitals.ts';
import type { Worktree, Worktrees } from './worktrees.ts';

export interface SpawnerPorts {
  host: HostPorts;
  mcp: McpOf | undefined;
  tools?: ToolsOf;
  live: ReadonlyMap<string, LiveSession>;
  run(): Run;
  room: SessionRoom;
  allowed: AllowedFolders;
  worktrees: Worktrees;
  /** `back`: its journal was there. */
  add(live: LiveSession, back: boolean): void;
  /** It is over. */
  drop(id: string): void;
  changed(): void;
}

export class Spawner implements SessionSpawner {
  readonly #ports: SpawnerPorts;
  /** What is under way; a host that ends waits for it. */
  readonly #busy = new Set<Promise<unknown>>();
  /** Sessions on their way, by the id with which their client asked for them. */
  readonly #wished = new Map<string, Promise<string>>();

  constructor(ports: SpawnerPorts) {
    this.#ports = ports;
  }

  get state(): SpawnState {
    return this.#ports.room.state;
  }

  /** Resolves when nothing is being opened, closed or removed. */
  async idle(): Promise<void> {
    while (this.#busy.size > 0) await Promise.allSettled(this.#busy);
  }

  choose(mode: SpawnMode, desk: boolean): void {
    this.#ports.room.choose(mode, desk);
    this.#ports.changed();
  }

  choices(): Promise<ChoicesResult> {
    const { host, room } = this.#ports;
    const folders = sharedFolders(host).map((path) => ({
      ...{ path, name: basename(path) || path },
      git: branchOf(path) !== undefined,
    }));
    const agents = agentChoices(host, this.#newest()?.agent.choice).map(({ choice: _, ...agent }) => agent);
    return Promise.resolve({ agents, folders, spawn: room.state });
  }

  create(wish: NewSessionParams, origin: Origin): Promise<string> {
    const { id } = wish;
    if (id === undefined) return this.#done(() => this.#create(wish, origin));
    const coming = this.#wished.get(id);
    if (coming) return coming;
    const made = this.#done(() => this.#create(wish, origin)).finally(() => this.#wished.delete(id));
    this.#wished.set(id, made);
    return made;
  }

  async #create(wish: NewSessionParams, origin: Origin): Promise<string> {
    const { host, mcp, tools, room, run: runOf } = this.#ports;
    const run = runOf();
    await run.restored;
    const { store } = run;
    if (!store) throw notOn();
    // Asked for before, by a client that did not hear what became of it.
    const known = wish.id === undefined ? undefined : store.sorted.find((stored) => stored.wish === wish.id);
    if (known) return known.id;
    return room.taken(async () => {
      const candidate = chosenAgent(host, wish.agent, this.#newest()?.agent.choice);
      const place = await this.#placeOf(wish, candidate.title);
      let live: LiveSession;
      try {
        run.check();
        live = await new SessionMaker(host, store, mcp, tools).create(candidate, { place, wish: wish.id });
      } catch (error) {
        if (place.worktree) await this.#ports.worktrees.remove(place.worktree, false).catch(() => {});
        throw error;
      }
      await this.#begun(run, live, false);
      const { name } = wish;
      if (name?.trim()) await live.session.rename(name, origin).catch(() => {});
      return live.session.id;
    });
  }

  close(id: string): Promise<void> {
    return this.#done(async () => {
      const run = this.#ports.run();
      await run.opened(id);
      const live = this.#ports.live.get(id);
      // It is over already.
      if (!live && run.store?.get(id)) return;
      if (!live) throw unknown();
      await this.#end(run, live);
    });
  }

  reopen(id: string, choice?: LiveChoice): Promise<string> {
    return this.#done(async () => {
      const { host, mcp, tools, room, run: runOf, live, allowed } = this.#ports;
      const run = runOf();
      await run.restored;
      await run.opened(id);
      if (live.has(id)) return id;
      const { store } = run;
      if (!store) throw unknown();
      const stored = async () => {
        const found = store.get(id);
        if (!found) throw unknown();
        await assertFolder(found.cwd);
        await allowed.allowedPath(found.cwd);
        return found;
      };
      await stored();
      const maker = new SessionMaker(host, store, mcp, tools);
      const begun = (one: LiveSession, back: boolean) => this.#begun(run, one, back);
      return room.taken(() => reopen({ host, live, run, maker, stored, begun }, id, choice));
    });
  }

  removeWorktree(id: string, confirmed: boolean): Promise<RemoveWorktreeResult> {
    return this.#done(async () => {
      const { live, worktrees, run: runOf, changed } = this.#ports;
      const run = runOf();
      await run.restored;
      await run.opened(id);
      const { store } = run;
      const worktree = store?.get(id)?.worktree;
      if (!store || !worktree) throw noWorktree();
      await this.#assertUnused(worktree, id);
      const open = live.get(id);
      if (open && !confirmed) await this.#assertClean(worktree, open);
      // What works there could make it dirty at any moment.
      if (open) await this.#end(run, open);
      // Alone: nobody opens it again while it goes.
      return run.alone(id, async () => {
        await this.#assertUnused(worktree);
        const commit = await worktrees.remove(worktree, confirmed);
        await this.#forget(store, id);
        changed();
        return { branch: worktree.branch, commit };
      });
    });
  }

  /** `but`: a session that may work there. */
  async #assertUnused({ path }: Worktree, but?: string): Promise<void> {
    const real = await realOf(path);
    let others = 0;
    for (const { session } of this.#ports.live.values())
      if (session.id !== but && isIn(real, await realOf(session.cwd))) others++;
    if (others > 0) throw inUse(others);
  }

  async #assertClean(worktree: Worktree, { session }: LiveSession): Promise<void> {
    if (session.state === 'working' || session.state === 'waiting')
      throw new OffdeskError(
        'worktree_dirty',
        `${session.agentName} still works in the worktree of ${worktree.branch}.`,
        'Stop it first, or confirm that its work is not needed.',
      );
    await this.#ports.worktrees.assertClean(worktree);
  }

  /** A session that has nothing but its worktree goes with it. */
  async #forget(store: SessionStore, id: string): Promise<void> {
    const stored = store.get(id);
    if (!stored) return;
    const { worktree: _, ...rest } = stored;
    await (stored.empty ? store.remove(id) : store.save(rest));
  }

  /** An agent that does not start is the session's to show. */
  async #begun(run: Run, live: LiveSession, back: boolean): Promise<void> {
    if (run.over) await live.kept.end(back);
    run.check();
    this.#ports.add(live, back);
    live.session.startAgent().catch(() => {});
  }

  async #end(run: Run, { session, kept }: LiveSession): Promise<void> {
    // Nobody reads its journal anew before it is closed.
    await run.alone(session.id, async () => {
      await kept.end(false, true);
      this.#ports.drop(session.id);
    });
  }

  async #placeOf(
    { folder, spawn, name }: NewSessionParams,
    agent: string,
  ): Promise<NonNullable<Beginning['place']>> {
    const { host, allowed, room, worktrees } = this.#ports;
    const asked = folder ?? host.cwd;
    const real = await allowed.allowedPath(asked);
    await assertFolder(real);
    // The host's own folder is known by the path with which it was opened.
    const cwd = sameFolderAs(host.cwd)(real) ? host.cwd : real;
    const { mode } = room.state;
    if ((spawn ?? mode) !== 'worktree') return { cwd };
    return worktrees.add(cwd, name?.trim() || agent);
  }

  #newest(): StoredSession | undefined {
    return [...this.#ports.live.values()].at(-1)?.kept.stored;
  }

  #done<T>(work: () => Promise<T>): Promise<T> {
    const done = work();
    this.#busy.add(done);
    done.catch(() => {}).finally(() => this.#busy.delete(done));
    return done;
  }
}

/** The folders that new sessions may have, those of the workspace first. */
export function sharedFolders(host: HostPorts): string[] {
  const open = host.workspace?.folders().map(({ path }) => path) ?? [];
  const all = [host.cwd, ...open, ...(host.settings().folders ?? [])];
  return all.filter((folder, i) => !all.slice(0, i).some(sameFolderAs(folder)));
}

function isIn(folder: string, path: string): boolean {
  return path === folder || (path.startsWith(folder) && /^[\\/]/.test(path.slice(folder.length)));
}

/** A session can have come to a folder by a link. */
const realOf = (path: string): Promise<string> => realpath(path).catch(() => path);

async function assertFolder(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => asOffdeskError(error));
  if (!(found instanceof OffdeskError) && found.isDirectory()) return;
  throw new OffdeskError(
    'folder_missing',
    `${plainLine(path)} is no folder any more.`,
    'Choose another folder, or bring it back.',
  );
}

function unknown(): OffdeskError {
  return new OffdeskError(
    'session_unknown',
    'This session is not here any more.',
    'Go back to the list of sessions.',
  );
}

function noWorktree(): OffdeskError {
  return new OffdeskError('worktree_failed', 'This session has no worktree any more.', 'Reload the list.');
}

function inUse(others: number): OffdeskError {
  return new OffdeskError(
    'worktree_failed',
    others === 1
      ? 'Another session works in this worktree.'
      : `${others} other sessions work in this worktree.`,
    'Close it first.',
  );
}

function notOn(): OffdeskError {
  return new OffdeskError('closed', 'Remote control is off.', 'Start it first.');
}
