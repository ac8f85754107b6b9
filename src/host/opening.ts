/** What a start opens: the session that was wished for, those that were left open here, or else a new one. */
import { asOffdeskError, type OffdeskError } from '../base/error.ts';
import { limits } from '../protocol/limits.ts';
import type { OwnSessions } from '../session/agent-port.ts';
import { candidates } from './agent-command.ts';
import type { HostPorts, SessionWish } from './api.ts';
import type { ToolsOf } from './agent-tools.ts';
import type { McpOf } from './mcp/mcp-folders.ts';
import { ownSessions } from './own-sessions.ts';
import { PastSessions } from './past-sessions.ts';
import type { Run } from './run.ts';
import { SessionMaker, type LiveSession } from './session-maker.ts';
import { SessionStore, type StoredSession } from './session-store.ts';
import { findOwn, findStored, unknownSession } from './wished-session.ts';

export interface OpeningPorts {
  host: HostPorts;
  mcp: McpOf | undefined;
  tools?: ToolsOf;
  live: ReadonlyMap<string, LiveSession>;
  /** `back`: it was there before. */
  add(live: LiveSession, back?: boolean): void;
  /** All that was left open is open again. */
  restored(): void;
}

export interface OpeningWish {
  /** Start agents, too. */
  agent: boolean;
  /** Why one was not opened, or an agent did not start. */
  skipped: (error: OffdeskError) => void;
  wish: SessionWish | undefined;
}

/** As `Sessions.open`. */
export async function openSessions(ports: OpeningPorts, run: Run, wanted: OpeningWish): Promise<void> {
  const { host, mcp, tools } = ports;
  const store = await SessionStore.open(host.machineFolder, host.log);
  run.check();
  run.store = store;
  run.past = new PastSessions(store, host.clock, host.log);
  const maker = new SessionMaker(host, store, mcp, tools);
  await new Opening(ports, run, maker, wanted).open(store);
}

class Opening {
  readonly #ports: OpeningPorts;
  readonly #run: Run;
  readonly #maker: SessionMaker;
  readonly #wanted: OpeningWish;

  constructor(ports: OpeningPorts, run: Run, maker: SessionMaker, wanted: OpeningWish) {
    this.#ports = ports;
    this.#run = run;
    this.#maker = maker;
    this.#wanted = wanted;
  }

  async open(store: SessionStore): Promise<void> {
    const { host, live, add, restored } = this.#ports;
    const { agent, skipped, wish } = this.#wanted;
    const run = this.#run;
    const { cwd } = host;
    void this.#maker.endOrphans(cwd);
    const wished = wish && findStored(store.sorted, cwd, wish);
    if (wished) await this.#openWished(wished);
    for (const stored of store.openIn(cwd)) {
      run.check();
      if (stored.id === wished?.id) continue;
      try {
        const early = live.size < limits.agentsAtStart;
        const back = await this.#maker.restore(stored, early && (agent || stored.agentRuns));
        if (run.over) await back.kept.end(true);
        else add(back, true);
      } catch (error) {
        // It stays where it is: what is wrong with it may be put right.
        skipped(asOffdeskError(error, 'storage_failed'));
      }
    }
    run.settle();
    run.check();
    restored();
    if (wish && !wished) await this.#openOwn(wish);
    else if (live.size === 0) await this.#openNew();
    else if (agent) {
      const early = [...live.values()].slice(0, limits.agentsAtStart);
      await Promise.all(early.map(({ session }) => session.startAgent()));
    }
  }

  async #openNew(): Promise<void> {
    const { live, add } = this.#ports;
    const { agent, skipped } = this.#wanted;
    const run = this.#run;
    const found = this.#candidates();
    for (const [index, candidate] of found.entries()) {
      run.check();
      const tried = await this.#maker.create(candidate);
      run.trying = tried;
      const last = index === found.length - 1;
      try {
        run.check();
        // The last one stays, so that every surface shows what happened and a prompt can try again.
        if (!agent || last) add(tried);
        if (!agent) return;
        await tried.session.startAgent();
        run.check();
        if (!last) add(tried);
        return;
      } catch (error) {
        const stays = live.has(tried.session.id);
        if (!stays) await tried.kept.end(false);
        run.check();
        if (stays) throw error;
        skipped(asOffdeskError(error));
      } finally {
        run.trying = undefined;
      }
    }
  }

  #openWished(stored: StoredSession): Promise<void> {
    const run = this.#run;
    return run.alone(stored.id, async () => {
      const live = await this.#maker.restore({ ...stored, open: true }, this.#wanted.agent, !stored.open);
      if (run.over) await live.kept.end(stored.open);
      run.check();
      this.#ports.add(live, true);
    });
  }

  /** One that the agent alone knows: it is asked in a session that is not kept. */
  async #openOwn(wish: SessionWish): Promise<void> {
    const run = this.#run;
    const { cwd } = this.#ports.host;
    const found = this.#candidates();
    for (const [index, candidate] of found.entries()) {
      const asked = await this.#maker.create(candidate);
      run.trying = asked;
      let own: OwnSessions['sessions'];
      try {
        run.check();
        await asked.session.startAgent();
        own = (await ownSessions(asked.session, this.#ports.host.clock)) ?? [];
        own = own.filter(({ id }) => id !== asked.session.agentSession);
      } catch (error) {
        run.check();
        if (index === found.length - 1) throw error;
        this.#wanted.skipped(asOffdeskError(error));
        continue;
      } finally {
        run.trying = undefined;
        await asked.kept.end(false);
      }
      run.check();
      const wanted = findOwn(own, cwd, wish);
      if (!wanted) throw unknownSession(wish, cwd, run.store?.sorted ?? [], own);
      this.#ports.add(await run.startWith(() => this.#maker.create(candidate, { adopt: wanted })));
      return;
    }
  }

  #candidates() {
    const { host } = this.#ports;
    return candidates(host.settings().agent, host);
  }
}
