/** Sessions that are over: listed from memory, each opened to be read and closed when nobody reads it any more. */
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import { limits } from '../protocol/limits.ts';
import type { PastResult } from '../protocol/methods.ts';
import { DiskJournal } from '../session/disk-journal/disk-journal.ts';
import { Session } from '../session/session.ts';
import { worktreeRow } from './session-row.ts';
import type { SessionStore, StoredSession } from './session-store.ts';

interface OpenPast {
  session: Promise<Session>;
  idle: Disposable;
}

export class PastSessions {
  readonly #store: SessionStore;
  readonly #clock: Clock;
  readonly #log: Log;
  /** The one asked for last is last. */
  readonly #open = new Map<string, OpenPast>();
  /** Their files are not closed yet. */
  readonly #closing = new Map<string, Promise<void>>();
  #closed = false;

  constructor(store: SessionStore, clock: Clock, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** Those open for reading. */
  isOpen(id: string): boolean {
    return this.#open.has(id) || this.#closing.has(id);
  }

  /** The one used last first; `isLive`: those that are not over. */
  list(before: string | undefined, limit: number, isLive: (id: string) => boolean): PastResult {
    const place = before === undefined ? undefined : placeOf(before);
    const rows: StoredSession[] = [];
    for (const session of this.#store.sorted) {
      if (isLive(session.id) || (place && !follows(session, place))) continue;
      // Nobody would look for one in which nothing was asked, but for its worktree.
      if (session.empty && !session.worktree) continue;
      rows.push(session);
      if (rows.length > limit) break;
    }
    const sessions = rows.slice(0, limit).map(rowOf);
    const last = sessions.at(-1);
    return { sessions, next: last && rows.length > limit ? `${last.updatedAt}.${last.id}` : null };
  }

  /** Undefined where there is none; rejects with `storage_failed` where its journal can't be read. */
  async find(id: string): Promise<Session | undefined> {
    const stored = this.#store.get(id);
    if (!stored || this.#closed) return undefined;
    const known = this.#open.get(id);
    known?.idle.dispose();
    const session = known?.session ?? this.#read(stored);
    this.#open.delete(id);
    this.#open.set(id, { session, idle: this.#clock.after(limits.pastIdleMs, () => void this.#close(id)) });
    session.catch(() => void this.#close(id));
    const [oldest] = this.#open.keys();
    if (this.#open.size > limits.pastOpen && oldest !== undefined) void this.#close(oldest);
    return session;
  }

  /** It is about to be opened to go on: its journal has one writer. */
  release(id: string): Promise<void> {
    return this.#close(id);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#open.keys(), ...this.#closing.keys()].map((id) => this.#close(id)));
  }

  async #read(stored: StoredSession): Promise<Session> {
    const log = this.#log;
    const { id, cwd, title, promptTitle, agent } = stored;
    await this.#closing.get(id);
    const journal = await DiskJournal.open(this.#store.folderOf(id), { clock: this.#clock, log });
    try {
      return await Session.over({
        ...{ id, cwd, title, promptTitle, agentName: agent.title, demo: agent.demo },
        ...{ journal, clock: this.#clock, log },
      });
    } catch (error) {
      await journal.close().catch(() => {});
      throw error;
    }
  }

  /** Resolves when its files are closed, whoever began that. */
  #close(id: string): Promise<void> {
    const open = this.#open.get(id);
    if (!open) return this.#closing.get(id) ?? Promise.resolve();
    this.#open.delete(id);
    open.idle.dispose();
    const closed = this.#end(id, open.session).then(() => {
      if (this.#closing.get(id) === closed) this.#closing.delete(id);
    });
    this.#closing.set(id, closed);
    return closed;
  }

  async #end(id: string, session: Promise<Session>): Promise<void> {
    try {
      await (await session).journal.close();
    } catch (error) {
      this.#log.write('warn', 'a past session was not read well', { id, code: asOffdeskError(error).code });
    }
  }
}

interface Place {
  updatedAt: number;
  id: string;
}

/** A cursor is a place in the order, so that what comes and goes meanwhile moves nothing. */
function placeOf(cursor: string): Place {
  const [, updatedAt, id] = /^(\d+(?:\.\d+)?)\.([\w-]+)$/.exec(cursor) ?? [];
  if (updatedAt !== undefined && id !== undefined) return { updatedAt: Number(updatedAt), id };
  throw new OffdeskError('invalid_params', 'The request was not understood.', 'Reload the page.');
}

function follows(session: Place, place: Place): boolean {
  if (session.updatedAt !== place.updatedAt) return session.updatedAt < place.updatedAt;
  return session.id > place.id;
}

function rowOf(stored: StoredSession): PastResult['sessions'][number] {
  const { id, title, cwd, agent, updatedAt, worktree } = stored;
  return {
    ...{ id, title, cwd, agent: { name: agent.title, demo: agent.demo }, state: 'ended', updatedAt },
    ...(worktree && { worktree: worktreeRow(worktree) }),
  };
}
