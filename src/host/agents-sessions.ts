/** Sessions that the agent itself remembers, wherever they were held: listed, and continued here, each once. */
import type { McpSupply } from '../agent/mcp-supply.ts';
import { isDeepStrictEqual } from 'node:util';
import { plainLine } from '../base/plain-text.ts';
import { OffdeskError } from '../base/error.ts';
import { limits } from '../protocol/limits.ts';
import type { AgentSessionsParams, AgentSessionsResult } from '../protocol/methods.ts';
import type { OwnSessions } from '../session/agent-port.ts';
import type { Session } from '../session/session.ts';
import { candidates } from './agent-command.ts';
import type { AgentChoice, HostPorts } from './api.ts';
import type { Run } from './run.ts';
import { SessionMaker, type LiveSession } from './session-maker.ts';
import type { StoredSession } from './session-store.ts';

export interface AgentsSessionsPorts {
  host: HostPorts;
  mcp: McpSupply | undefined;
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
    const all = await ownSessions(live.session);
    if (!all) return { agent, offered: false, sessions: [], next: null };
    const last = before === undefined ? -1 : all.findIndex(({ id }) => id === before);
    // One that is gone meanwhile leads nowhere, rather than to the beginning.
    const from = before !== undefined && last < 0 ? all.length : last + 1;
    const page = all.slice(from, from + limit);
    const sessions = page.map((one) => ({
      ...one,
      here: one.cwd === this.#ports.host.cwd,
      open: this.#openAs(one.id, live.kept.stored.agent)?.session.id ?? null,
    }));
    return { agent, offered: true, sessions, next: from + limit < all.length ? page.at(-1)!.id : null };
  }

  /** Resolves with the id of the session in which it is open. */
  continue(id: string): Promise<string> {
    // One after the other: what is asked for twice is opened once.
    const continued = this.#continuing.then(() => this.#continue(this.#ports.run(), id));
    this.#continuing = continued.catch(() => {});
    return continued;
  }

  async #continue(run: Run, id: string): Promise<string> {
    await run.restored;
    const [first] = this.#ports.live.values();
    if (!first || !run.store) throw noSession();
    const { agent } = first.kept.stored;
    const open = this.#openAs(id, agent);
    if (open) return open.session.id;
    const { host, mcp } = this.#ports;
    const { cwd } = host;
    const own = (await ownSessions(first.session))?.find((one) => one.id === id);
    if (!own || own.cwd !== cwd) {
      throw new OffdeskError(
        'session_unknown',
        own ? `That session works in ${own.cwd}.` : 'The agent does not know that session any more.',
        own ? 'Start remote control in that folder.' : 'Reload the list.',
      );
    }
    run.check();
    const known = run.store.sorted.find((stored) => stored.cwd === cwd && isOf(stored, id, agent));
    const maker = new SessionMaker(host, run.store, mcp);
    const [candidate] = candidates(agent.choice as AgentChoice, host);
    if (known) await run.past?.release(known.id);
    const live = await run.startWith(() =>
      known ? maker.restore({ ...known, open: true }, false, true) : maker.create(candidate!, own),
    );
    this.#ports.add(live, known !== undefined);
    return live.session.id;
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

/** All that the agent tells of, within a bound, the one used last first; undefined where it does not list any. */
export async function ownSessions(session: Session): Promise<OwnSessions['sessions'] | undefined> {
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
