/** What a surface does with whole sessions: starts one, closes it, opens it again, removes its worktree. */
import { signal, type ReadonlySignal } from '@preact/signals';
import { asOffdeskError, type ErrorShape } from '../../base/error.ts';
import { methods, type LiveChoice } from '../../protocol/methods.ts';
import {
  choicesResult,
  newSessionResult,
  reopenResult,
  type NewSessionParams,
  type ChoicesResult,
  type SpawnMode,
} from '../../protocol/new-session.ts';
import { askedId, heardOfAsked } from './asked-session.ts';
import type { HostClient, Phase } from './host-client.ts';
import { LiveSessions } from './live-asked.ts';
import { newId } from './outbox.ts';

export type SessionAct = 'close' | 'reopen' | 'rename' | 'removeWorktree';

/** A session by what it is called. */
export interface NamedSession {
  id: string;
  title: string;
}

export class SessionActs {
  /** As the computer said last; null until it did. */
  readonly choices = signal<ChoicesResult | null>(null);
  /** A session is being started. */
  readonly starting = signal(false);
  /** Why the choices are not there, or the last start did not work. */
  readonly error = signal<ErrorShape | null>(null);
  /** What is under way, by session. */
  readonly busy = signal<ReadonlyMap<string, SessionAct>>(new Map());
  /** The last that did not work. */
  readonly failed = signal<{ session: string; act: SessionAct; error: ErrorShape } | null>(null);
  /** Closed here just now: it can be opened again. */
  readonly closed = signal<NamedSession | null>(null);
  /** Of those that are over: another program has them open. */
  readonly live: LiveSessions;
  /** What came of the start that is under way, or of the last one. */
  coming: Promise<string | undefined> = Promise.resolve(undefined);
  readonly #host: HostClient;
  #start = new AbortController();

  constructor(host: HostClient) {
    this.#host = host;
    this.live = new LiveSessions({
      go: (id, live) => this.#reopen(id, live),
      failed: (session, error) => (this.failed.value = { session, act: 'reopen', error }),
      clock: host.clock,
    });
    host.whileKnown.add({ dispose: () => (this.giveUp(), this.live.leave()) });
  }

  async load(): Promise<void> {
    this.error.value = null;
    await this.#choices().catch((thrown: unknown) => this.#show(thrown));
  }

  /**
   * The new session; undefined where there is none, which `error` explains, where it was given up, or where one is being
   * started.
   */
  start(wish: NewSessionParams): Promise<string | undefined> {
    if (this.starting.value) return Promise.resolve(undefined);
    this.starting.value = true;
    this.error.value = null;
    this.#start = new AbortController();
    this.coming = this.#started(wish, this.#start.signal);
    return this.coming;
  }

  /** The computer is not asked again; it may have heard of it already. */
  giveUp(): void {
    this.#start.abort();
  }

  async #started(wish: NewSessionParams, signal: AbortSignal): Promise<string | undefined> {
    const { keep, clock } = this.#host;
    try {
      const session = await this.#begin({ ...wish, id: askedId(keep, wish, clock.now()) }, signal);
      if (session !== undefined) heardOfAsked(keep);
      return session;
    } catch (thrown) {
      if (asOffdeskError(thrown).code !== 'closed') heardOfAsked(keep);
      this.#show(thrown);
      // What it was refused for may have changed what there is to choose.
      await this.#choices().catch(() => {});
      return undefined;
    } finally {
      this.starting.value = false;
    }
  }

  /** Where new sessions of this computer work, unless one is told otherwise. */
  async setSpawn(mode: SpawnMode): Promise<void> {
    this.error.value = null;
    try {
      await this.#host.request(methods.sessionSpawn, { mode });
      await this.#choices();
    } catch (thrown) {
      this.#show(thrown);
    }
  }

  /** True when it is over. */
  async close(session: NamedSession): Promise<boolean> {
    const done = await this.#act(session.id, 'close', methods.sessionClose);
    if (!done) return false;
    this.closed.value = { id: session.id, title: session.title };
    await this.#pastAnew();
    return true;
  }

  /**
   * The session in which it goes on; undefined where that failed, or is to be chosen (`live`). `choice`: what becomes of
   * one that another program has open.
   */
  reopen(id: string, choice?: LiveChoice): Promise<string | undefined> {
    return this.#busyWith(id, 'reopen', () => this.live.go(id, choice));
  }

  async #reopen(id: string, live: LiveChoice): Promise<string> {
    const params = { sessionId: id, ...(live && { live }) };
    const { sessionId } = reopenResult.parse(await this.#host.request(methods.sessionReopen, params));
    if (this.closed.value?.id === id) this.closed.value = null;
    await this.#pastAnew();
    return sessionId;
  }

  rename(id: string, name: string): Promise<boolean> {
    return this.#act(id, 'rename', methods.sessionName, { name, change: newId() });
  }

  /** `confirmed`: the user was told what is lost, which `failed` says after a refusal. */
  async removeWorktree(id: string, confirmed: boolean): Promise<boolean> {
    const more = confirmed ? { confirmed } : {};
    const done = await this.#act(id, 'removeWorktree', methods.worktreeRemove, more);
    if (done) await this.#pastAnew();
    return done;
  }

  /** Somebody has read why it failed. */
  letGo(session: string): void {
    if (this.failed.value?.session === session) this.failed.value = null;
  }

  async #act(session: string, act: SessionAct, method: string, more: object = {}): Promise<boolean> {
    const done = this.#busyWith(session, act, async () => {
      try {
        await this.#host.request(method, { sessionId: session, ...more });
        return true;
      } catch (thrown) {
        this.failed.value = { session, act, error: asOffdeskError(thrown).toShape() };
        return false;
      }
    });
    return (await done) === true;
  }

  /** Undefined where something is under way with it. */
  async #busyWith<T>(session: string, act: SessionAct, work: () => Promise<T>): Promise<T | undefined> {
    if (this.busy.value.has(session)) return undefined;
    this.busy.value = new Map([...this.busy.value, [session, act]]);
    this.letGo(session);
    try {
      return await work();
    } finally {
      this.busy.value = new Map([...this.busy.value].filter(([id]) => id !== session));
    }
  }

  /** Asked for again on each new connection until it is answered: the computer knows it by its id. */
  async #begin(wish: NewSessionParams, signal: AbortSignal): Promise<string | undefined> {
    while (!signal.aborted) {
      const { phase } = this.#host;
      const before = phase.value;
      try {
        return newSessionResult.parse(await this.#host.request(methods.sessionNew, wish)).sessionId;
      } catch (thrown) {
        if (asOffdeskError(thrown).code !== 'closed') throw thrown;
        const next = await nextPhase(phase, before, signal);
        // No connection is taken any more, or none that understands.
        if (!signal.aborted && next.kind !== 'ready') throw thrown;
      }
    }
    return undefined;
  }

  async #choices(): Promise<void> {
    this.choices.value = choicesResult.parse(await this.#host.request(methods.sessionChoices, {}));
  }

  /** Nobody who has not looked at those that are over wants to hear of them now. */
  async #pastAnew(): Promise<void> {
    if (this.#host.past.state.value !== 'unread') await this.#host.past.load();
  }

  #show(thrown: unknown): void {
    this.error.value = asOffdeskError(thrown).toShape();
  }
}

/** Resolves on a connection that is not the one `before`, where there is none to be had, or when it is given up. */
function nextPhase(phase: ReadonlySignal<Phase>, before: Phase, signal: AbortSignal): Promise<Phase> {
  return new Promise((resolve) => {
    const over = new AbortController();
    const done = (now: Phase) => {
      resolve(now);
      over.abort();
    };
    const stop = phase.subscribe((now) => {
      if (now !== before && now.kind !== 'apart' && now.kind !== 'greeting') done(now);
    });
    if (over.signal.aborted) stop();
    else over.signal.addEventListener('abort', stop);
    if (signal.aborted) done(phase.value);
    else signal.addEventListener('abort', () => done(phase.value), { signal: over.signal });
  });
}

const all = new WeakMap<HostClient, SessionActs>();

/** One for each computer: what is under way outlives the part of the page that began it. */
export function actsOf(host: HostClient): SessionActs {
  const known = all.get(host) ?? new SessionActs(host);
  all.set(host, known);
  return known;
}
