/** A pseudoterminal with a program in it, as a port: the real one is native (node-pty.ts), tests have their own. */
import type { Event } from '../base/emitter.ts';

export interface PtyWish {
  file: string;
  /** One text goes into the command line as it is (Windows). */
  args: string[] | string;
  /** Absolute. */
  cwd: string;
  env: Record<string, string>;
  cols: number;
  rows: number;
}

export interface PtyExit {
  code: number;
  /** Its name, such as `SIGKILL`, where one ended it. */
  signal?: string;
}

export interface Pty {
  readonly pid: number;
  /** Whole characters, in order; none after `onExit`. */
  readonly onData: Event<string>;
  /** Once, after all data. */
  readonly onExit: Event<PtyExit>;
  write(data: string): void;
  /** Written, and neither read by a program nor kept for it by the kernel, in UTF-16 units. */
  readonly unread: number;
  /** All that was written has been taken. */
  readonly onRead: Event<void>;
  resize(cols: number, rows: number): void;
  /** The program waits with what it puts out once the kernel's buffer is full. */
  pause(): void;
  resume(): void;
  /**
   * Asks all that runs in it to end, and ends what does not within limits.terminalStopMs: gone when it resolves. What
   * left the terminal of its own accord, such as a daemon, stays. Idempotent.
   */
  kill(): Promise<void>;
}

export interface PtyPort {
  available(): Promise<boolean>;
  /** Rejects with `terminals_missing` where this computer has none, with `terminal_failed` where it does not start. */
  spawn(wish: PtyWish): Promise<Pty>;
}
