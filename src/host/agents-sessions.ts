/** Sessions that the agent itself remembers, wherever they were held: listed, and continued here, each once. */
import { isDeepStrictEqual } from 'node:util';
import { OffdeskError } from '../base/error.ts';
import type { AgentSessionsParams, AgentSessionsResult, LiveChoice } from '../protocol/methods.ts';
import { candidates } from './agent-command.ts';
import type { AgentChoice, HostPorts } from './api.ts';
import type { ToolsOf } from './agent-tools.ts';
import type { McpOf } from './mcp/mcp-folders.ts';
import { liveError, liveNext, lookElsewhere, type Look } from './live-elsewhere.ts';
import { ownSessions } from './own-sessions.ts';
import type { Run } from './run.ts';
import { sameFolderAs } from './same-folder.ts';
import { beginCopy } from './session-copy.ts';
import { SessionMaker, type LiveSession } from './session-maker.ts';
import type { SessionRoom } from './session-room.ts';
import type { StoredSession } from './session-store.ts';

export interface AgentsSessionsPorts {
  host: HostPorts;
  mcp: McpOf | undefined;
  tools?: ToolsOf;
  room: SessionRoom;
  live: ReadonlyMap<string, LiveSession>;
  run(): Run;
  /** `back`: its journal was there. */
  add(live: LiveSession, back: boolean): void;
}

export class AgentsSessions {
  readonly #ports: AgentsSessionsPorts;
  #continuing: Promise<unknown> = Promise.resolve();

  constructor(ports: AgentsSessionsPorts) {
    this.#ports = ports;
  }

  /** Resolves when none is being opened. */
  get idle(): Promise<unknown> {
    return this.#continuing;
  }

  async list({ before, limit }: AgentSessionsParams): Promise<AgentSessionsResult> {
    const [live] = this.#ports.live.values();
    if (!live) throw noSession();
    const agent = live.session.agentName;
    const { clock, cwd } = this.#ports.host;
    const all = await ownSessions(live.session, clock);
    if (!all) return { agent, offered: false, sessions: [], next: null };
    const last = before === undefined ? -1 : all.findIndex(({ id }) => id === before);
    // One that is gone meanwhile leads nowhere, rather than to the beginning.
    const from = before !== undefined && last < 0 ? all.length : last + 1;
    const page = all.slice(from, from + limit);
    const here = sameFolderAs(cwd);
    const { agent: kind } = live.kept.stored;
    const elsewhere = await this.#look(kind, all);
    const sessions = page.map((one) => {
      const open = this.#openAs(one.id, kind)?.session.id ?? null;
      const isLive = open === null && here(one.cwd) && elsewhere(this.#wanted(one, kind)) !== undefined;
      return { ...one, here: here(one.cwd), open, ...(isLive && { live: true }) };
    });
    const forks = live.session.agentForks && { forks: true };
    const next = from + limit < all.length ? page.at(-1)!.id : null;
    return { agent, offered: true, ...forks, sessions, next };
  }

  /**
   * Resolves with the id of the session in which it is open. `choice`: what becomes of one that is open in another
   * program, which else is `session_live`.
   */
  continue(id: string, choice?: LiveChoice): Promise<string> {
    // One after the other: what is asked for twice is opened once.
    const continued = this.#continuing.then(() => this.#continue(this.#ports.run(), id, choice));
    this.#continuing = continued.catch(() => {});
    return continued;
  }

  async #continue(run: Run, id: string, choice: LiveChoice): Promise<string> {
    await run.restored;
    const [first] = this.#ports.live.values();
    if (!first || !run.store) throw noSession();
    const { agent } = first.kept.stored;
    const open = this.#openAs(id, agent);
    if (open && choice !== 'fork') return open.session.id;
    const { host, mcp, tools } = this.#ports;
    const here = sameFolderAs(host.cwd);
    const all = await ownSessions(first.session, host.clock);
    const own = all?.find((one) => one.id === id);
    if (!own || !here(own.cwd)) {
      throw new OffdeskError(
        'session_unknown',
        own ? `That session works in ${own.cwd}.` : 'The agent does not know that session any more.',
        own ? 'Start remote control in that folder.' : 'Reload the list.',
      );
    }
    run.check();
    if (choice === undefined) {
      const seen = (await this.#look(agent, all!))(this.#wanted(own, agent));
      if (seen) throw liveError(seen, liveNext(first.session.agentForks));
      run.check();
    }
    const maker = new SessionMaker(host, run.store, mcp, tools);
    const [candidate] = candidates(agent.choice as AgentChoice, host);
    if (choice === 'fork')
      return this.#ports.room.taken(async () => {
        const live = await beginCopy({ run, maker, clock: host.clock }, candidate!, own);
        this.#ports.add(live, false);
        return live.session.id;
      });
    const known = run.store.sorted.find((stored) => isOf(stored, id, agent) && here(stored.cwd));
    const begin = async () => {
      const live = await run.startWith(() =>
        known
          ? maker.restore({ ...known, open: true }, false, true)
          : maker.create(candidate!, { adopt: own }),
      );
      this.#ports.add(live, known !== undefined);
      return live.session.id;
    };
    return this.#ports.room.taken(() => (known ? run.alone(known.id, begin) : begin()));
  }

  /** What runs now; `all`: what the agent told of. */
  #look(agent: StoredSession['agent'], all: readonly { id: string }[]): Promise<Look> {
    const { host, live } = this.#ports;
    const [candidate] = candidates(agent.choice as AgentChoice, host);
    const ids = all.map(({ id }) => id);
    return lookElsewhere(candidate!, host, live.values(), ids);
  }

  #wanted({ id, updatedAt }: { id: string; updatedAt: number | null }, agent: StoredSession['agent']) {
    const stored = this.#ports.run().store?.sorted.find((one) => isOf(one, id, agent));
    return { id, updatedAt, usedHere: stored?.updatedAt };
  }

  #openAs(agentSession: string, agent: StoredSession['agent']): LiveSession | undefined {
    return [...this.#ports.live.values()].find(({ session, kept }) =>
      isOf({ agent: kept.stored.agent, agentSession: session.agentSession }, agentSession, agent),
    );
  }
}

/** Ids of two agents' sessions may be the same. */
function isOf(
  session: { agent: StoredSession['agent']; agentSession?: string | undefined },
  id: string,
  agent: StoredSession['agent'],
): boolean {
  return session.agentSession === id && isDeepStrictEqual(session.agent.choice, agent.choice);
}

function noSession(): OffdeskError {
  return new OffdeskError('session_unknown', 'No session is open.', 'Start remote control again.');
}
