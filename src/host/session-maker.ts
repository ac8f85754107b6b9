/** Makes sessions with their journals and agents: new ones, and those that a host before this one left open. */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { endAbandoned, endFamily, endOrphan, type OrphanEnd, type ProcessIdentity } from '../agent/orphan.ts';
import { SharedProcesses } from '../agent/shared-processes.ts';
import { withoutLocal } from '../agent/mcp-supply.ts';
import { Upstream } from '../agent/upstream.ts';
import { OffdeskError } from '../base/error.ts';
import { DiskJournal } from '../session/disk-journal/disk-journal.ts';
import { Session } from '../session/session.ts';
import type { ForAgent } from '../session/session-agent.ts';
import { candidates, type AgentCandidate } from './agent-command.ts';
import type { AgentChoice, HostPorts } from './api.ts';
import { forAgent } from './attachments/for-agent.ts';
import { KeptSession } from './kept-session.ts';
import { LateAgent } from './late-agent.ts';
import { sameFolderAs } from './same-folder.ts';
import type { ToolsOf } from './agent-tools.ts';
import type { McpOf } from './mcp/mcp-folders.ts';
import { homeOf, type SessionStore, type StoredSession } from './session-store.ts';

export interface LiveSession {
  session: Session;
  kept: KeptSession;
}

/** What a new session begins with. */
export interface Beginning {
  /** The agent's own session to go on with. */
  adopt?: { id: string; title: string; updatedAt: number | null };
  /** Where it works, and what was made for it there; else the host's folder. */
  place?: { cwd: string; worktree?: StoredSession['worktree'] };
  /** By which its client asked for it. */
  wish?: string | undefined;
}

/** All sessions of a host share their agents' processes, whoever makes them. */
const sharedBy = new WeakMap<HostPorts, SharedProcesses>();

export class SessionMaker {
  readonly #ports: HostPorts;
  readonly #store: SessionStore;
  readonly #mcp: McpOf | undefined;
  readonly #tools: ToolsOf | undefined;

  constructor(ports: HostPorts, store: SessionStore, mcp?: McpOf, tools?: ToolsOf) {
    this.#tools = tools;
    this.#ports = ports;
    this.#store = store;
    this.#mcp = mcp;
  }

  /** Rejects with `storage_failed`. */
  async create(candidate: AgentCandidate, { adopt, place, wish }: Beginning = {}): Promise<LiveSession> {
    const { cwd: home, clock, hostName } = this.#ports;
    const { cwd, worktree } = place ?? { cwd: home };
    const id = randomUUID();
    const now = clock.now();
    const stored: StoredSession = {
      ...{
        version: 1,
        id,
        cwd,
        title: adopt?.title || `${hostName} · ${basename(cwd) || cwd}`,
        open: true,
        agentRuns: false,
      },
      ...(cwd !== home && { home }),
      ...(worktree && { worktree }),
      ...(wish !== undefined && { wish }),
      agent: { choice: candidate.choice, title: candidate.title, demo: candidate.demo },
      ...{ createdAt: now, updatedAt: now },
      ...(adopt && { agentSession: adopt.id }),
    };
    const journal = await this.#begin(stored);
    const kept = this.#keep(stored);
    const session = new Session({ ...this.#optionsOf(stored), agent: this.#agent(candidate, kept), journal });
    kept.watch(session);
    return { session, kept };
  }

  /**
   * With its own agent, whatever the settings name now; `agent` starts it beside. Rejects with `storage_failed` where
   * its journal can't be read, and with `agent_missing` where nobody knows its agent any more. `catchUp`: it was over,
   * and its agent may have gone on elsewhere.
   */
  async restore(stored: StoredSession, agent: boolean, catchUp = false): Promise<LiveSession> {
    const { clock, log } = this.#ports;
    const [candidate] = candidates(stored.agent.choice as AgentChoice, this.#ports);
    if (!candidate) throw new OffdeskError('agent_missing', `${stored.agent.title} is not known any more.`);
    const { process, ...rest } = stored;
    const kept = this.#keep(stored);
    // It would go on writing to the agent's session, and hold what the next one needs.
    const orphan = endAll(process, stored.id).then((end) => {
      if (end !== 'none') log.write('info', 'an orphaned agent', { end });
    });
    const journal = await DiskJournal.open(this.#store.folderOf(stored.id), { clock, log });
    const upstream = this.#agent(candidate, kept);
    const options = { ...this.#optionsOf(rest), journal, catchUp };
    const late = new LateAgent(upstream, orphan);
    const session = await Session.restore({ ...options, agent: late }).catch(async (error: unknown) => {
      await journal.close().catch(() => {});
      throw error;
    });
    // A failure is the session's to show.
    if (agent) session.startAgent().catch(() => {});
    kept.watch(session);
    return { session, kept };
  }

  /** Agents that a killed host left behind in other folders: nobody else would end them. Never rejects. */
  async endOrphans(except: string): Promise<void> {
    const { log } = this.#ports;
    const here = sameFolderAs(except);
    for (const stored of [...this.#store.sorted]) {
      const { process, ...rest } = stored;
      if (!process || (stored.open && here(homeOf(stored)))) continue;
      const end = await endOrphan(process);
      if (end !== 'none') log.write('info', 'an orphaned agent', { end });
      // Removed or changed meanwhile: then it is no longer this one's to write.
      if (end === 'left' || this.#store.get(stored.id) !== stored) continue;
      await this.#store.save(rest).catch(() => {});
    }
  }

  /** Of a new session: description and journal, or nothing. */
  async #begin(stored: StoredSession): Promise<DiskJournal> {
    const { clock, log } = this.#ports;
    try {
      await this.#store.save(stored);
      return await DiskJournal.open(this.#store.folderOf(stored.id), { clock, log });
    } catch (error) {
      // It would come back as an empty session, one more at each try.
      await this.#store.remove(stored.id).catch(() => {});
      throw error;
    }
  }

  #keep(stored: StoredSession): KeptSession {
    const { clock, log } = this.#ports;
    return new KeptSession(stored, { store: this.#store, clock, log });
  }

  #agent({ options }: AgentCandidate, kept: KeptSession): Upstream {
    const { cwd, id } = kept.stored;
    const { log } = this.#ports;
    const supply = this.#mcp?.(kept.stored);
    const mcp = options.quirks?.ignoresLocalMcp && supply ? withoutLocal(supply) : supply;
    // Where a host is killed before it has recorded the process, the next one finds it by its family.
    const tools = this.#tools?.(kept.stored);
    const onProcess = (now: ProcessIdentity | undefined) => kept.process(now);
    const shared = this.#shared();
    return new Upstream({
      ...options,
      cwd,
      log,
      family: id,
      mcp,
      onProcess,
      shared,
      ...(tools && { tools }),
    });
  }

  #shared(): SharedProcesses {
    const shared = sharedBy.get(this.#ports) ?? new SharedProcesses(this.#ports.cwd);
    sharedBy.set(this.#ports, shared);
    return shared;
  }

  #optionsOf({ id, cwd, title, promptTitle, agent, agentSession: adopt }: StoredSession) {
    const { clock, log } = this.#ports;
    const folder = this.#store.folderOf(id);
    return {
      ...{ id, cwd, title, promptTitle, agentName: agent.title, demo: agent.demo, adopt, clock, log },
      forAgent: (...prompt: Parameters<ForAgent>) => forAgent(folder, ...prompt),
    };
  }
}

/** The agent on record, and one that was started after it, which its host did not live to record. */
async function endAll(recorded: ProcessIdentity | undefined, family: string): Promise<OrphanEnd> {
  const end = recorded ? await endOrphan(recorded) : 'none';
  const unrecorded = [await endFamily(family), await endAbandoned()];
  return unrecorded.find((one) => one !== 'none') ?? end;
}
