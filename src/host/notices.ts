/** Sentences that the user at the desk should read once, the newest few, until they are dismissed or no longer true. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { ErrorCode } from '../base/error.ts';
import type { HostStatus } from '../protocol/host-status.ts';

export type Notice = HostStatus['notices'][number];

const kept = 10;

export class Notices {
  readonly #clock: Clock;
  #notices: Notice[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Oldest first. */
  get all(): Notice[] {
    return this.#notices;
  }

  add(severity: Notice['severity'], message: string, code: string): void {
    const notice = { id: randomUUID(), at: this.#clock.now(), severity, code, message };
    this.#notices = [...this.#notices, notice].slice(-kept);
  }

  dismiss(id: string): void {
    this.#notices = this.#notices.filter((notice) => notice.id !== id);
  }

  /** What happened since has made these untrue. */
  forget(code: ErrorCode): void {
    this.#notices = this.#notices.filter((notice) => notice.code !== code);
  }
}
