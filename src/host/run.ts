/** Remote control from one start to the end that follows it: what it opened, and whether it may still open anything. */
import { OffdeskError } from '../base/error.ts';
import type { PastSessions } from './past-sessions.ts';
import type { LiveSession } from './session-maker.ts';
import type { SessionStore } from './session-store.ts';

export class Run {
  store: SessionStore | undefined;
  past: PastSessions | undefined;
  /** Those whose agents are tried, and that are no sessions yet. */
  readonly trying = new Set<LiveSession>();
  readonly #end = new AbortController();
  /** Aborted when it is over. */
  readonly ended = this.#end.signal;
  /** Resolves when all that was left open is open again, or is not to be. */
  readonly restored: Promise<void>;
  settle!: () => void;
  /** By session: resolves when it is open to go on, or is not to be. */
  readonly #opening = new Map<string, Promise<unknown>>();

  constructor() {
    this.restored = new Promise((resolve) => (this.settle = resolve));
  }

  /** What is under way goes no further. */
  get over(): boolean {
    return this.ended.aborted;
  }

  end(): void {
    this.#end.abort();
  }

  /** Throws `closed` when it is over. */
  check(): void {
    if (this.over) throw new OffdeskError('closed', 'Remote control was stopped.');
  }

  /**
   * `open` has the journal of this session for itself: it is read by nobody meanwhile. Whoever asks for the session
   * until then waits (`opened`), so it must be live when this resolves.
   */
  alone<T>(id: string, open: () => Promise<T>): Promise<T> {
    // Of several each waits for the one before it.
    const before = this.#opening.get(id) ?? Promise.resolve();
    const opened = before.then(() => this.past?.release(id)).then(open);
    const over = opened
      .catch(() => {})
      .then(() => {
        if (this.#opening.get(id) === over) this.#opening.delete(id);
      });
    this.#opening.set(id, over);
    return opened;
  }

  isOpening(id: string): boolean {
    return this.#opening.has(id);
  }

  /** Resolves when nobody opens this session to go on with it. */
  async opened(id: string): Promise<void> {
    for (let over = this.#opening.get(id); over; over = this.#opening.get(id)) await over;
  }

  /** A session with its agent running, or none: nothing is left of it where this rejects. */
  async startWith(open: () => Promise<LiveSession>): Promise<LiveSession> {
    const live = await open();
    this.trying.add(live);
    try {
      this.check();
      await live.session.startAgent();
      this.check();
      return live;
    } catch (error) {
      await live.kept.end(false);
      throw error;
    } finally {
      this.trying.delete(live);
    }
  }
}
