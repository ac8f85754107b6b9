/** The agent's own past sessions; one is continued as a session of Offdesk, also one that another program has open. */
import { signal } from '@preact/signals';
import { systemClock, type Clock } from '../../base/clock.ts';
import {
  agentSessionContinueResult,
  agentSessionsResult,
  methods,
  type AgentSessionsResult,
  type LiveChoice,
} from '../../protocol/methods.ts';
import { LiveSessions } from './live-asked.ts';
import { PagedList } from './paged-list.ts';

export type AgentSessionRow = AgentSessionsResult['sessions'][number];

export class AgentSessions extends PagedList<AgentSessionRow> {
  /** The agent's name; empty until it was asked. */
  readonly agent = signal('');
  /** False where the agent does not list its sessions. */
  readonly offered = signal(true);
  /** It can go on with a copy of one. */
  readonly forks = signal(false);
  /** The one that is being continued. */
  readonly opening = signal<string | null>(null);
  /** Those that another program has open. */
  readonly live: LiveSessions;

  constructor(ask: (method: string, params: object) => Promise<unknown>, clock: Clock = systemClock) {
    super(async (request) => {
      const page = agentSessionsResult.parse(await ask(methods.agentSessions, request));
      this.agent.value = page.agent;
      this.offered.value = page.offered;
      this.forks.value = page.forks === true;
      return page;
    });
    this.live = new LiveSessions({
      async go(id, live) {
        const params = { id, ...(live && { live }) };
        return agentSessionContinueResult.parse(await ask(methods.agentSessionContinue, params)).sessionId;
      },
      failed: (_, error) => (this.error.value = error),
      clock,
    });
  }

  /**
   * The session of Offdesk in which it goes on; undefined when that failed, which `error` says, is under way, or is to
   * be chosen by `live`. `choice`: what becomes of one that another program has open.
   */
  async continue(id: string, choice?: LiveChoice): Promise<string | undefined> {
    if (this.opening.value !== null) return undefined;
    this.opening.value = id;
    this.error.value = null;
    try {
      return await this.live.go(id, choice);
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
