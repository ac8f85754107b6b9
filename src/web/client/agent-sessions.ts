/** The agent's own past sessions; one is continued as a session of Offdesk. */
import { signal } from '@preact/signals';
import { asOffdeskError } from '../../base/error.ts';
import {
  agentSessionContinueResult,
  agentSessionsResult,
  methods,
  type AgentSessionsResult,
} from '../../protocol/methods.ts';
import { PagedList } from './paged-list.ts';

export type AgentSessionRow = AgentSessionsResult['sessions'][number];

export class AgentSessions extends PagedList<AgentSessionRow> {
  /** The agent's name; empty until it was asked. */
  readonly agent = signal('');
  /** False where the agent does not list its sessions. */
  readonly offered = signal(true);
  /** The one that is being continued. */
  readonly opening = signal<string | null>(null);
  readonly #ask: (method: string, params: object) => Promise<unknown>;

  constructor(ask: (method: string, params: object) => Promise<unknown>) {
    super(async (request) => {
      const page = agentSessionsResult.parse(await ask(methods.agentSessions, request));
      this.agent.value = page.agent;
      this.offered.value = page.offered;
      return page;
    });
    this.#ask = ask;
  }

  /** The session of Offdesk in which it goes on; undefined when that failed, which `error` says, or is under way. */
  async continue(id: string): Promise<string | undefined> {
    if (this.opening.value !== null) return undefined;
    this.opening.value = id;
    this.error.value = null;
    try {
      return agentSessionContinueResult.parse(await this.#ask(methods.agentSessionContinue, { id }))
        .sessionId;
    } catch (thrown) {
      this.error.value = asOffdeskError(thrown).toShape();
      return undefined;
    } finally {
      this.opening.value = null;
    }
  }
}

/** By folder, in the order of the newest of each. */
export function byFolder(rows: readonly AgentSessionRow[]): { cwd: string; rows: AgentSessionRow[] }[] {
  const folders = new Map<string, AgentSessionRow[]>();
  for (const row of rows) folders.set(row.cwd, [...(folders.get(row.cwd) ?? []), row]);
  return [...folders].map(([cwd, inside]) => ({ cwd, rows: inside }));
}
