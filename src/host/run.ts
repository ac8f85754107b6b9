/** Remote control from one start to the end that follows it: what it opened, and whether it may still open anything. */
import { OffdeskError } from '../base/error.ts';
import type { PastSessions } from './past-sessions.ts';
import type { LiveSession } from './session-maker.ts';
import type { SessionStore } from './session-store.ts';

export class Run {
  store: SessionStore | undefined;
  past: PastSessions | undefined;
  /** The session whose agent is tried, and is no session yet. */
  trying: LiveSession | undefined;
  /** What is under way goes no further. */
  over = false;
  /** Resolves when all that was left open is open again, or is not to be. */
  readonly restored: Promise<void>;
  settle!: () => void;

  constructor() {
    this.restored = new Promise((resolve) => (this.settle = resolve));
  }

  /** Throws `closed` when it is over. */
  check(): void {
    if (this.over) throw new OffdeskError('closed', 'Remote control was stopped.');
  }

  /** A session with its agent running, or none: nothing is left of it where this rejects. */
  async startWith(open: () => Promise<LiveSession>): Promise<LiveSession> {
    const live = await open();
    this.trying = live;
    try {
      this.check();
      await live.session.startAgent();
      this.check();
      return live;
    } catch (error) {
      await live.kept.end(false);
      throw error;
    } finally {
      this.trying = undefined;
    }
  }
}
