/** The agent's own past sessions, page by page, the one used last first; one is continued as a session of Offdesk. */
import { signal } from '@preact/signals';
import { asOffdeskError, type ErrorShape } from '../../base/error.ts';
import { limits } from '../../protocol/limits.ts';
import {
  agentSessionContinueResult,
  agentSessionsResult,
  methods,
  type AgentSessionsResult,
} from '../../protocol/methods.ts';

export type AgentSessionRow = AgentSessionsResult['sessions'][number];

export class AgentSessions {
  readonly rows = signal<readonly AgentSessionRow[]>([]);
  /** The agent's name; empty until it was asked. */
  readonly agent = signal('');
  /** `unread`: nobody asked yet; `more`: there are older ones; `none`: the agent does not list them. */
  readonly state = signal<'unread' | 'loading' | 'more' | 'all' | 'none'>('unread');
  readonly error = signal<ErrorShape | null>(null);
  /** The one that is being continued. */
  readonly opening = signal<string | null>(null);
  readonly #ask: (method: string, params: object) => Promise<unknown>;
  #next: string | undefined;

  constructor(ask: (method: string, params: object) => Promise<unknown>) {
    this.#ask = ask;
  }

  /** From the first again: there may be newer ones. */
  async load(): Promise<void> {
    this.#next = undefined;
    await this.#page([]);
  }

  async more(): Promise<void> {
    if (this.state.value === 'more') await this.#page(this.rows.value);
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

  async #page(known: readonly AgentSessionRow[]): Promise<void> {
    if (this.state.value === 'loading') return;
    const before = this.state.value;
    this.state.value = 'loading';
    this.error.value = null;
    try {
      const cursor = this.#next === undefined ? {} : { before: this.#next };
      const params = { ...cursor, limit: limits.pastSessions };
      const page = agentSessionsResult.parse(await this.#ask(methods.agentSessions, params));
      const ids = new Set(known.map(({ id }) => id));
      this.agent.value = page.agent;
      this.rows.value = [...known, ...page.sessions.filter(({ id }) => !ids.has(id))];
      this.#next = page.next ?? undefined;
      this.state.value = !page.offered ? 'none' : page.next === null ? 'all' : 'more';
    } catch (thrown) {
      this.state.value = before;
      this.error.value = asOffdeskError(thrown).toShape();
    }
  }
}

/** By folder, in the order of the newest of each. */
export function byFolder(rows: readonly AgentSessionRow[]): { cwd: string; rows: AgentSessionRow[] }[] {
  const folders = new Map<string, AgentSessionRow[]>();
  for (const row of rows) folders.set(row.cwd, [...(folders.get(row.cwd) ?? []), row]);
  return [...folders].map(([cwd, inside]) => ({ cwd, rows: inside }));
}
