/** The sessions of this host and the clients that are connected to them. */
import { pathToFileURL } from 'node:url';
import { plainLine } from '../base/plain-text.ts';
import { disposable, type Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import { FileIndex } from '../files/file-index.ts';
import { gitFiles } from '../files/git-files.ts';
import { limits } from '../protocol/limits.ts';
import type { AgentSessionsParams, AgentSessionsResult, PastResult } from '../protocol/methods.ts';
import { BUILD } from '../protocol/version.ts';
import type { OwnSessions } from '../session/agent-port.ts';
import type { ClientIdentity, SessionDirectory } from '../session/client-port.ts';
import type { Session } from '../session/session.ts';
import { candidates } from './agent-command.ts';
import { defaultHistory, type AgentChoice, type HostPorts, type SessionWish } from './api.ts';
import { PastSessions } from './past-sessions.ts';
import { removeOld } from './retention.ts';
import { SessionMaker, type LiveSession } from './session-maker.ts';
import { SessionStore, type StoredSession } from './session-store.ts';
import { Vitals } from './vitals.ts';
import { findOwn, findStored, unknownSession } from './wished-session.ts';

/** What `open` is asked for. */
interface Opening {
  agent: boolean;
  skipped: (error: OffdeskError) => void;
  wish: SessionWish | undefined;
}

/** From one start to the end that follows it. */
class Run {
  store: SessionStore | undefined;
  past: PastSessions | undefined;
  /** The session whose agent is tried, and is no session yet. */
  trying: LiveSession | undefined;
  /** What is under way goes no further. */
  over = false;
  /** Resolves when all that was left open is open again, or is not to be. */
  readonly restored: Promise<void>;
  settle!: () => void;

  constructor() {
    this.restored = new Promise((resolve) => (this.settle = resolve));
  }

  check(): void {
    if (this.over) throw new OffdeskError('closed', 'Remote control was stopped.');
  }
}

export class Sessions implements SessionDirectory {
  readonly #ports: HostPorts;
  readonly #live = new Map<string, LiveSession>();
  readonly #clients = new Set<ClientIdentity>();
  readonly #files = new Map<string, FileIndex>();
  readonly #vitals: Vitals;
  readonly #changed = new Emitter<void>();
  readonly #added = new Emitter<{ session: Session; back: boolean }>();
  #run = new Run();
  #opening: Promise<unknown> = Promise.resolve();
  #continuing: Promise<unknown> = Promise.resolve();
  readonly onChange = this.#changed.event;
  /** `back`: it was left open by a host before this one. */
  readonly onSession = this.#added.event;

  constructor(ports: HostPorts) {
    this.#ports = ports;
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
    if (run.over || run.trying?.session.id === id) return this.get(id);
    return this.get(id) ?? run.past?.find(id);
  }

  past(before: string | undefined, limit: number): Promise<PastResult> {
    const { past, store } = this.#run;
    // What is being opened just now is not over either.
    const isLive = (id: string) => this.#live.has(id) || store?.opensIn(this.#ports.cwd, id) === true;
    return Promise.resolve(past?.list(before, limit, isLive) ?? { sessions: [], next: null });
  }

  /** What keeps the sessions from being written, a sentence each. */
  get warnings(): string[] {
    return [...new Set(this.list().flatMap(({ journal }) => journal.trouble?.sentence ?? []))];
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
        ...this.#vitals.of(session.id),
      })),
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
    const opened = this.#open(run, { agent, skipped, wish }).finally(() => run.settle());
    this.#opening = opened.catch(() => {});
    return opened;
  }

  async agentSessions({ before, limit }: AgentSessionsParams): Promise<AgentSessionsResult> {
    const [live] = this.#live.values();
    if (!live) throw noSession();
    const agent = live.session.agentName;
    const all = await ownSessions(live.session);
    if (!all) return { agent, offered: false, sessions: [], next: null };
    const last = before === undefined ? -1 : all.findIndex(({ id }) => id === before);
    // One that is gone meanwhile leads nowhere, rather than to the beginning.
    const from = before !== undefined && last < 0 ? all.length : last + 1;
    const page = all.slice(from, from + limit);
    const sessions = page.map((one) => ({
      ...one,
      here: one.cwd === this.#ports.cwd,
      open: this.#openAs(one.id)?.session.id ?? null,
    }));
    return { agent, offered: true, sessions, next: from + limit < all.length ? page.at(-1)!.id : null };
  }

  continueAgentSession(id: string): Promise<string> {
    // One after the other: what is asked for twice is opened once.
    const continued = this.#continuing.then(() => this.#continue(this.#run, id));
    this.#continuing = continued.catch(() => {});
    return continued;
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
    this.#vitals.look();
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
    this.#run.over = true;
    this.#run.settle();
    void trying?.kept.end(back && this.#live.has(trying.session.id));
  }

  /** All agents are gone when it resolves. The sessions are over, unless they shall come `back`. */
  async closeAll(back: boolean): Promise<void> {
    const run = this.#run;
    this.cancelOpening(back);
    const live = [...this.#live.values()];
    this.#live.clear();
    this.#vitals.stop();
    await Promise.all(live.map(({ kept }) => kept.end(back)));
    await this.#opening;
    await this.#continuing;
    await run.past?.close();
    if (!back && run.store) await this.#closeRest(run.store);
    run.past = undefined;
    this.#changed.fire();
  }

  async #open(run: Run, { agent, skipped, wish }: Opening): Promise<void> {
    const { machineFolder, cwd, clock, log } = this.#ports;
    const store = await SessionStore.open(machineFolder, log);
    run.check();
    run.store = store;
    run.past = new PastSessions(store, clock, log);
    const maker = new SessionMaker(this.#ports, store);
    void maker.endOrphans(cwd);
    const wished = wish && findStored(store.sorted, cwd, wish);
    if (wished) await this.#openWished(run, maker, wished, agent);
    for (const stored of store.openIn(cwd)) {
      run.check();
      if (stored.id === wished?.id) continue;
      try {
        const live = await maker.restore(stored, agent || stored.agentRuns);
        if (run.over) await live.kept.end(true);
        else this.#add(live, true);
      } catch (error) {
        // It stays where it is: what is wrong with it may be put right.
        skipped(asOffdeskError(error, 'storage_failed'));
      }
    }
    run.settle();
    run.check();
    void this.removeOld();
    if (wish && !wished) await this.#openOwn(run, maker, wish, skipped);
    else if (this.#live.size === 0) await this.#openNew(run, maker, agent, skipped);
    else if (agent) await Promise.all(this.list().map((session) => session.startAgent()));
  }

  async #openNew(
    run: Run,
    maker: SessionMaker,
    agent: boolean,
    skipped: (error: OffdeskError) => void,
  ): Promise<void> {
    const found = candidates(this.#ports.settings().agent, this.#ports.demoAgent);
    for (const [index, candidate] of found.entries()) {
      run.check();
      const live = await maker.create(candidate);
      run.trying = live;
      const last = index === found.length - 1;
      try {
        run.check();
        // The last one stays, so that every surface shows what happened and a prompt can try again.
        if (!agent || last) this.#add(live);
        if (!agent) return;
        await live.session.startAgent();
        run.check();
        if (!last) this.#add(live);
        return;
      } catch (error) {
        const stays = this.#live.has(live.session.id);
        if (!stays) await live.kept.end(false);
        run.check();
        if (stays) throw error;
        skipped(asOffdeskError(error));
      } finally {
        run.trying = undefined;
      }
    }
  }

  async #openWished(run: Run, maker: SessionMaker, stored: StoredSession, agent: boolean): Promise<void> {
    const live = await maker.restore({ ...stored, open: true }, agent);
    if (run.over) await live.kept.end(stored.open);
    run.check();
    this.#add(live, true);
  }

  /** One that the agent alone knows: it is asked in a session that is not kept. */
  async #openOwn(
    run: Run,
    maker: SessionMaker,
    wish: SessionWish,
    skipped: (error: OffdeskError) => void,
  ): Promise<void> {
    const { cwd, demoAgent } = this.#ports;
    const found = candidates(this.#ports.settings().agent, demoAgent);
    for (const [index, candidate] of found.entries()) {
      const asked = await maker.create(candidate);
      run.trying = asked;
      let own: OwnSessions['sessions'];
      try {
        run.check();
        await asked.session.startAgent();
        own = (await ownSessions(asked.session)) ?? [];
        own = own.filter(({ id }) => id !== asked.session.agentSession);
      } catch (error) {
        run.check();
        if (index === found.length - 1) throw error;
        skipped(asOffdeskError(error));
        continue;
      } finally {
        run.trying = undefined;
        await asked.kept.end(false);
      }
      run.check();
      const wanted = findOwn(own, cwd, wish);
      if (!wanted) throw unknownSession(wish, cwd, run.store?.sorted ?? [], own);
      this.#add(await this.#adopt(run, () => maker.create(candidate, wanted)));
      return;
    }
  }

  /** With its agent running, or not at all. */
  async #adopt(run: Run, open: () => Promise<LiveSession>): Promise<LiveSession> {
    const live = await open();
    run.trying = live;
    try {
      run.check();
      await live.session.startAgent();
      run.check();
      return live;
    } catch (error) {
      await live.kept.end(false);
      throw error;
    } finally {
      run.trying = undefined;
    }
  }

  /** Sessions that are over, by age and size. */
  async removeOld(): Promise<void> {
    const { store, past } = this.#run;
    if (!store) return;
    const { clock, log } = this.#ports;
    const settings = this.#ports.settings().history ?? defaultHistory;
    const inUse = (id: string) => this.#live.has(id) || (past?.isOpen(id) ?? false);
    await removeOld({ store, settings, inUse, clock, log });
  }

  #openAs(agentSession: string): LiveSession | undefined {
    return [...this.#live.values()].find(({ session }) => session.agentSession === agentSession);
  }

  async #continue(run: Run, id: string): Promise<string> {
    await run.restored;
    const open = this.#openAs(id);
    if (open) return open.session.id;
    const [first] = this.#live.values();
    if (!first || !run.store) throw noSession();
    const { cwd, demoAgent } = this.#ports;
    const own = (await ownSessions(first.session))?.find((one) => one.id === id);
    if (!own || own.cwd !== cwd) {
      throw new OffdeskError(
        'session_unknown',
        own ? `That session works in ${own.cwd}.` : 'The agent does not know that session any more.',
        own ? 'Start remote control in that folder.' : 'Reload the list.',
      );
    }
    run.check();
    const known = run.store.sorted.find((stored) => stored.agentSession === id && stored.cwd === cwd);
    const maker = new SessionMaker(this.#ports, run.store);
    const [candidate] = candidates(first.kept.stored.agent.choice as AgentChoice, demoAgent);
    if (known) await run.past?.release(known.id);
    const live = await this.#adopt(run, () =>
      known ? maker.restore({ ...known, open: true }, false) : maker.create(candidate!, own),
    );
    this.#add(live, known !== undefined);
    return live.session.id;
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

  #add(live: LiveSession, back = false): void {
    const { session } = live;
    this.#live.set(session.id, live);
    session.onChange(() => this.#changed.fire());
    this.#vitals.look();
    session.journal.onTrouble(() => this.#changed.fire());
    this.#added.fire({ session, back });
    this.#changed.fire();
  }
}

/** All that the agent tells of, within a bound, the one used last first; undefined where it does not list any. */
async function ownSessions(session: Session): Promise<OwnSessions['sessions'] | undefined> {
  const all: OwnSessions['sessions'] = [];
  let before: string | undefined;
  do {
    const page = await session.agentSessions(before);
    if (!page) return undefined;
    all.push(...page.sessions);
    before = page.next ?? undefined;
  } while (before !== undefined && all.length < limits.agentSessions);
  const shown = new Map(all.slice(0, limits.agentSessions).map((one) => [one.id, one]));
  return [...shown.values()]
    .map((one) => ({ ...one, title: plainLine(one.title, limits.titleChars) }))
    .sort((a, b) => (b.updatedAt ?? 0) - (a.updatedAt ?? 0));
}

function noSession(): OffdeskError {
  return new OffdeskError('session_unknown', 'No session is open.', 'Start remote control again.');
}
