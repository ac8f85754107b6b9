/** What a start opens: the session that was wished for, those that were left open here, or else a new one. */
import { asOffdeskError, type OffdeskError } from '../base/error.ts';
import { limits } from '../protocol/limits.ts';
import type { OwnSessions } from '../session/agent-port.ts';
import { candidates, type AgentCandidate } from './agent-command.ts';
import type { AgentChoice, HostPorts, SessionWish } from './api.ts';
import type { ToolsOf } from './agent-tools.ts';
import type { McpOf } from './mcp/mcp-folders.ts';
import { lookElsewhere } from './live-elsewhere.ts';
import { forkOf, ownSessions } from './own-sessions.ts';
import { PastSessions } from './past-sessions.ts';
import type { Run } from './run.ts';
import { SessionMaker, type LiveSession } from './session-maker.ts';
import { SessionStore, type StoredSession } from './session-store.ts';
import { quiet } from './wished-live.ts';
import { findOwn, findStored, unknownSession } from './wished-session.ts';

type OwnSession = OwnSessions['sessions'][number];

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
    const fork = wish?.live === 'fork' ? wished?.agentSession : undefined;
    if (wished && fork === undefined) await this.#openWished(wished);
    for (const stored of store.openIn(cwd)) {
      run.check();
      if (stored.id === wished?.id && fork === undefined) continue;
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
    else if (wish && fork !== undefined)
      await this.#openOwn({ ...wish, kind: 'id', id: fork }, wished!.agent.choice as AgentChoice);
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
      run.trying.add(tried);
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
        run.trying.delete(tried);
      }
    }
  }

  async #openWished(stored: StoredSession): Promise<void> {
    const run = this.#run;
    await this.#quietStored(stored);
    await run.alone(stored.id, async () => {
      const live = await this.#maker.restore({ ...stored, open: true }, this.#wanted.agent, !stored.open);
      if (run.over) await live.kept.end(stored.open);
      run.check();
      this.#ports.add(live, true);
    });
  }

  /** One that the agent alone knows, or a copy: it is asked in a session that is not kept. */
  async #openOwn(wish: SessionWish, choice?: AgentChoice): Promise<void> {
    const run = this.#run;
    const found = this.#candidates(choice);
    for (const [index, candidate] of found.entries()) {
      const asked = await this.#maker.create(candidate);
      run.trying.add(asked);
      let adopt: OwnSession;
      try {
        run.check();
        await asked.session.startAgent();
        adopt = await this.#ownWished(wish, candidate, asked);
      } catch (error) {
        run.check();
        const { code } = asOffdeskError(error);
        const final = code === 'session_unknown' || code === 'session_live';
        if (final || index === found.length - 1) throw error;
        this.#wanted.skipped(asOffdeskError(error));
        continue;
      } finally {
        run.trying.delete(asked);
        await asked.kept.end(false);
      }
      run.check();
      this.#ports.add(await run.startWith(() => this.#maker.create(candidate, { adopt })));
      return;
    }
  }

  /** It is there, and may go on. */
  async #ownWished(wish: SessionWish, candidate: AgentCandidate, asked: LiveSession): Promise<OwnSession> {
    const run = this.#run;
    const { host, live } = this.#ports;
    const { session } = asked;
    const read = async () => {
      const own = (await ownSessions(session, host.clock)) ?? [];
      const others = own.filter(({ id }) => id !== session.agentSession);
      const wanted = findOwn(others, host.cwd, wish);
      if (!wanted) throw unknownSession(wish, host.cwd, run.store?.sorted ?? [], others);
      return { others, wanted };
    };
    let own = await read();
    let looked = false;
    await quiet(
      wish,
      async () => {
        // As the agent has it by now.
        if (looked) own = await read();
        looked = true;
        const ids = own.others.map(({ id }) => id);
        // The process that was asked is no other program either.
        const elsewhere = await lookElsewhere(candidate, host, [...live.values(), asked], ids);
        return elsewhere({ ...own.wanted, usedHere: undefined });
      },
      this.#quietPorts(),
    );
    if (wish.live !== 'fork') return own.wanted;
    return { ...own.wanted, id: await forkOf(session, own.wanted.id, host.clock), updatedAt: null };
  }

  /** The agent is not asked: what can be seen for certain counts. */
  async #quietStored({ agent, agentSession, updatedAt, process }: StoredSession): Promise<void> {
    const { wish } = this.#wanted;
    const { host, live } = this.#ports;
    const [candidate] = candidates(agent.choice as AgentChoice, host);
    if (!wish || !candidate || agentSession === undefined) return;
    const look = async () =>
      (await lookElsewhere(candidate, host, live.values(), [], process?.pid))({
        ...{ id: agentSession, updatedAt: undefined, usedHere: updatedAt },
      });
    await quiet(wish, look, this.#quietPorts());
  }

  #quietPorts() {
    const run = this.#run;
    const { clock } = this.#ports.host;
    return { clock, ended: run.ended, check: () => run.check(), waits: this.#wanted.skipped };
  }

  #candidates(choice?: AgentChoice) {
    const { host } = this.#ports;
    return candidates(choice ?? host.settings().agent, host);
  }
}
