/** Which sessions' worktrees have changes that are in no commit: git is asked when something may have changed, and its answer kept. */
import type { Clock } from '../base/clock.ts';
import { limits } from '../protocol/limits.ts';
import type { RowWorktree } from '../protocol/new-session.ts';
import type { Session } from '../session/session.ts';
import { hasChanges } from './worktrees.ts';

export interface WorktreeChangesPorts {
  clock: Clock;
  /** Something is known of one that was not. */
  changed(): void;
}

interface Known {
  dirty: boolean;
  /** When git was asked. */
  at: number;
}

interface Row {
  worktree?: RowWorktree | undefined;
}

export class WorktreeChanges {
  readonly #ports: WorktreeChangesPorts;
  /** By their folders, the one asked about last is last. */
  readonly #known = new Map<string, Known>();
  /** Those whose turn has not come. */
  readonly #waiting = new Map<string, Promise<void>>();
  readonly #lanes = Array.from({ length: limits.worktreeLooks }, () => Promise.resolve());
  #lane = 0;
  #running = new AbortController();

  constructor(ports: WorktreeChangesPorts) {
    this.#ports = ports;
  }

  /** As far as it is known now. */
  marked<R extends Row>(row: R): R {
    const { worktree } = row;
    const dirty = worktree && this.#known.get(worktree.path)?.dirty;
    return dirty ? { ...row, worktree: { ...worktree, dirty } } : row;
  }

  /** The same of all; those that nothing is known of are waited for, `worktreeWaitMs` at the most. */
  async seen<R extends Row>(rows: readonly R[]): Promise<R[]> {
    const strange = rows.flatMap(({ worktree }) =>
      worktree && !this.#known.has(worktree.path) ? [worktree.path] : [],
    );
    this.look(rows);
    if (strange.length > 0) {
      const all = Promise.all(strange.flatMap((path) => this.#waiting.get(path) ?? []));
      await new Promise<void>((resolve) => {
        const late = this.#ports.clock.after(limits.worktreeWaitMs, resolve);
        void all.then(() => (late.dispose(), resolve()));
      });
    }
    return rows.map((row) => this.marked(row));
  }

  /** Somebody looks at these: git is asked about those that it was not asked about just now. */
  look(rows: Iterable<Row>): void {
    for (const { worktree } of rows) {
      const known = worktree && this.#known.get(worktree.path);
      const isFresh = known && this.#ports.clock.now() - known.at < limits.worktreeFreshMs;
      if (worktree && !isFresh) this.#ask(worktree.path);
    }
  }

  /** Now, and after each of its turns. */
  watch(session: Session, path: string): void {
    let worked = false;
    session.onChange(() => {
      const works = session.state === 'working' || session.state === 'waiting';
      if (worked && !works) this.#ask(path);
      worked = works;
    });
    this.#ask(path);
  }

  /** Nothing is asked any more until somebody looks again. */
  stop(): void {
    this.#running.abort();
    this.#running = new AbortController();
    this.#known.clear();
    this.#waiting.clear();
  }

  #ask(path: string): void {
    if (this.#waiting.has(path)) return;
    const { signal } = this.#running;
    const lane = this.#lane++ % this.#lanes.length;
    const asked = this.#lanes[lane]!.then(async () => {
      if (signal.aborted) return;
      this.#waiting.delete(path);
      const at = this.#ports.clock.now();
      // Of one that is not there any more nothing is said.
      const dirty = await hasChanges(path, signal).catch(() => undefined);
      if (!signal.aborted) this.#keep(path, dirty, at);
    });
    this.#lanes[lane] = asked;
    this.#waiting.set(path, asked);
  }

  #keep(path: string, dirty: boolean | undefined, at: number): void {
    const before = this.#known.get(path)?.dirty ?? false;
    this.#known.delete(path);
    if (dirty !== undefined) this.#known.set(path, { dirty, at });
    const [oldest] = this.#known.keys();
    if (this.#known.size > limits.worktreesKnown && oldest !== undefined) this.#known.delete(oldest);
    if (before !== (dirty ?? false)) this.#ports.changed();
  }
}
