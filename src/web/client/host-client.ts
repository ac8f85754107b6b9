/** One host as a client sees it: greets it on each connection, knows its sessions and, at the desk, its status. */
import { computed, signal } from '@preact/signals';
import * as z from 'zod/v4';
import type { Clock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/emitter.ts';
import { asOffdeskError, OffdeskError, type ErrorShape } from '../../base/error.ts';
import { hostStatus, type HostStatus } from '../../protocol/host-status.ts';
import {
  clientState,
  methods,
  pastResult,
  type ClientState,
  type PastResult,
} from '../../protocol/methods.ts';
import { attachmentsIn } from '../../protocol/attachment-link.ts';
import type { MessageTransport } from '../../protocol/transport.ts';
import { openLink, sayHello, type AcpLink } from './acp-link.ts';
import type { HistoryCache } from './history-cache.ts';
import type { Keep } from './keep.ts';
import type { OutboxEntry } from './outbox.ts';
import { AgentSessions } from './agent-sessions.ts';
import { PagedList } from './paged-list.ts';
import { SessionClient } from './session-client.ts';

export type Phase =
  /** No connection; what carries us may be making one. */
  | { kind: 'apart' }
  | { kind: 'greeting' }
  | { kind: 'ready' }
  /** Which side is too old to talk. */
  | { kind: 'mismatch'; update: 'computer' | 'page' | 'unknown'; words: string }
  | { kind: 'refused'; error: ErrorShape };

export interface HostClientOptions {
  /** How this surface calls itself, such as `Pixel 9`. */
  name: string;
  keep: Keep;
  /** IndexedDB's name for files on their way, where they shall outlive the page. */
  database?: string | undefined;
  /** Conversations are kept there, where given. */
  cache?: HistoryCache;
  clock: Clock;
  frame: (call: () => void) => void;
}

/** Messages that were written in a session that is over, and never reached the computer. */
export interface Stranded {
  session: SessionClient;
  /** Undefined where nobody knows it any more. */
  title: string | undefined;
  entries: readonly OutboxEntry[];
}

type PastRow = PastResult['sessions'][number];

const outboxKey = 'outbox.';

const sessionOf = z.looseObject({ sessionId: z.string() });

export class HostClient implements Disposable {
  readonly phase = signal<Phase>({ kind: 'apart' });
  readonly state = signal<ClientState | null>(null);
  readonly status = signal<HostStatus | null>(null);
  /** What is shown in place of a session: the terminals, one of them where `id` names it. */
  readonly terminals = signal<{ session: string | null; id: string | null } | null>(null);
  readonly past: PagedList<PastRow>;
  readonly agentSessions: AgentSessions;
  /** Oldest first. */
  readonly stranded = computed(() => this.#strandedIn(this.#suspects.value));
  readonly keep: Keep;
  readonly clock: Clock;
  readonly #options: HostClientOptions;
  readonly #news = new Emitter<{ method: string; params: unknown }>();
  /** What ends with it. */
  readonly whileKnown = new DisposableStore();
  /** Notifications that are of no session, as they come. */
  readonly news = this.#news.event;
  /** With kept messages, and not among the open sessions. */
  readonly #suspects = signal<readonly SessionClient[]>([]);
  /** As they were when the host last told of them. */
  readonly #left = new Map<string, PastRow>();
  /** Kept messages whose files are on their way to another session. */
  readonly #moving = new Set<string>();
  readonly #sessions = new Map<string, SessionClient>();
  #link: AcpLink | undefined;

  constructor(options: HostClientOptions) {
    this.#options = options;
    this.keep = options.keep;
    this.clock = options.clock;
    this.past = new PagedList(async (request) => pastResult.parse(await this.request(methods.past, request)));
    this.agentSessions = new AgentSessions((method, params) => this.request(method, params), options.clock);
    this.whileKnown.add({ dispose: () => this.agentSessions.live.leave() });
  }

  /** Uses a new connection in place of the old one. Resolves when greeted or given up. */
  async connect(transport: MessageTransport): Promise<void> {
    this.disconnect();
    const link: AcpLink = openLink(transport, {
      notification: (method, params) => {
        if (this.#link === link) this.#notified(method, params);
      },
      resumed: (sessionId, result) => {
        if (this.#link === link) this.#sessions.get(sessionId)?.resumed(result);
      },
    });
    this.#link = link;
    this.phase.value = { kind: 'greeting' };
    link.onClose(() => {
      if (this.#link === link) this.disconnect();
    });
    try {
      const hello = await sayHello(link, this.#options.name);
      if (this.#link !== link) return;
      if (hello.kind === 'mismatch') {
        this.phase.value = { kind: 'mismatch', update: hello.update, words: '' };
        return;
      }
      this.phase.value = { kind: 'ready' };
      for (const session of this.#sessions.values()) void this.#attach(session, link);
    } catch (thrown) {
      const error = asOffdeskError(thrown);
      if (this.#link !== link || error.code === 'closed') return;
      this.phase.value =
        error.code === 'version_mismatch'
          ? { kind: 'mismatch', update: 'unknown', words: error.sentence }
          : { kind: 'refused', error: error.toShape() };
    }
  }

  disconnect(): void {
    const link = this.#link;
    this.#link = undefined;
    for (const session of this.#sessions.values()) session.detach();
    if (this.phase.value.kind !== 'mismatch') this.phase.value = { kind: 'apart' };
    link?.close();
  }

  /** The session's client, made on first use and attached as long as there is a connection. */
  session(id: string): SessionClient {
    const known = this.#sessions.get(id);
    if (known) return known;
    const { keep, cache, clock, frame, database } = this.#options;
    const title = () => this.row(id)?.title;
    const session = new SessionClient({ id, keep, cache, clock, frame, title, database });
    this.#sessions.set(id, session);
    if (this.#link && this.phase.value.kind === 'ready') void this.#attach(session, this.#link);
    return session;
  }

  /** What the host says of a session, open or over; undefined for what it has not told of. */
  row(id: string): PastRow | undefined {
    const known = this.state.value?.sessions.find((session) => session.id === id);
    return known ?? this.past.rows.value.find((session) => session.id === id) ?? this.#left.get(id);
  }

  /**
   * Moves messages of a session that is over to one that is open; they are new ones there. Rejects where what sends
   * files can't be loaded: those with files stay where they are.
   */
  async sendHere({ session, entries }: Stranded, here: SessionClient): Promise<void> {
    const moves = entries.map(async ({ id, prompt }) => {
      if (this.#moving.has(id)) return;
      this.#moving.add(id);
      try {
        // Files first: what belongs to no prompt any more is forgotten.
        if (attachmentsIn(prompt).length > 0) await session.uploads.moveTo(here.uploads, prompt);
      } finally {
        this.#moving.delete(id);
      }
      // Discarded meanwhile.
      if (!session.outbox.entries.value.some((entry) => entry.id === id)) return;
      session.outbox.remove(id);
      here.prompt(prompt);
    });
    await Promise.all(moves);
  }

  /** Writes down what a page that may die would lose. */
  flush(): void {
    for (const session of this.#sessions.values()) session.flush();
  }

  /** An `_offdesk/…` or ACP request; rejects with `closed` without a connection. */
  request<Result>(method: string, params: unknown): Promise<Result> {
    if (!this.#link) return Promise.reject(new OffdeskError('closed', 'There is no connection.'));
    return this.#link.request<Result>(method, params);
  }

  /** Lost without a connection. */
  notify(method: string, params: unknown): void {
    this.#link?.notify(method, params);
  }

  dispose(): void {
    this.whileKnown.dispose();
    this.disconnect();
    for (const session of this.#sessions.values()) session.dispose();
    this.#sessions.clear();
  }

  async #attach(session: SessionClient, link: AcpLink): Promise<void> {
    await session.attach(link);
    // The host's list may have named it while the refusal was on its way.
    if (this.#link === link && this.#isUnknownYet(session)) await session.attach(link);
  }

  /** A host that comes back takes connections before it has opened its sessions again. */
  #attachAgain(): void {
    const link = this.#link;
    if (!link || this.phase.value.kind !== 'ready') return;
    for (const session of this.#sessions.values()) if (this.#isUnknownYet(session)) void session.attach(link);
  }

  #isUnknownYet({ id, error }: SessionClient): boolean {
    const listed = this.state.value?.sessions.some((row) => row.id === id) ?? false;
    return listed && error.value?.code === 'session_unknown';
  }

  #notified(method: string, params: unknown): void {
    switch (method) {
      case 'session/update':
      case methods.reset: {
        const named = sessionOf.safeParse(params);
        const session = named.success ? this.#sessions.get(named.data.sessionId) : undefined;
        if (method === 'session/update') session?.take(params);
        else session?.reset();
        return;
      }
      case methods.state: {
        const parsed = clientState.safeParse(params);
        if (!parsed.success) return;
        for (const row of this.state.value?.sessions ?? []) this.#left.set(row.id, row);
        this.state.value = parsed.data;
        this.#deliver(parsed.data);
        this.#attachAgain();
        return;
      }
      case methods.host.status: {
        const parsed = hostStatus.safeParse(params);
        if (parsed.success) this.status.value = parsed.data;
        return;
      }
      default:
        this.#news.fire({ method, params });
    }
  }

  /** Kept messages go out without anyone opening their session; where that is over, they must be seen. */
  #deliver({ sessions }: ClientState): void {
    const kept = this.#options.keep.keys(outboxKey).map((key) => key.slice(outboxKey.length));
    const open = new Set(sessions.map(({ id }) => id));
    for (const id of kept) this.session(id);
    this.#suspects.value = kept.filter((id) => !open.has(id)).map((id) => this.session(id));
  }

  /** Only once the host had its say: it may have got them before the session ended. */
  #strandedIn(suspects: readonly SessionClient[]): Stranded[] {
    return suspects.flatMap((session) => {
      const lost = session.error.value !== null;
      const entries = session.outbox.entries.value.filter(({ state }) => lost || state === 'refused');
      if (entries.length === 0) return [];
      return [{ session, title: entries[0]?.session ?? this.row(session.id)?.title, entries }];
    });
  }
}
