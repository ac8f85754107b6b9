/** When a client says what it has taken in: the host keeps room for what was not acknowledged (docs/SPEC.md, F). */
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import { limits } from '../../protocol/limits.ts';
import type { AcpLink } from './acp-link.ts';

export class Acks {
  readonly #clock: Clock;
  readonly #send: (link: AcpLink) => void;
  #link: AcpLink | undefined;
  #at = 0;
  /** Something came since: state facts after a gap do not move the cursor, and the host waits for their room, too. */
  #due = false;
  #timer: Disposable | undefined;

  constructor(clock: Clock, send: (link: AcpLink) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** What comes is on this connection from now on. */
  begin(link: AcpLink): void {
    this.stop();
    this.#link = link;
    this.#at = link.received;
  }

  /** Something came: it is acknowledged soon, or at once where it is much. */
  came(): void {
    this.#due = true;
    const link = this.#link;
    if (!link) return;
    if (link.received - this.#at >= limits.ackEveryBytes) this.#ack(link);
    else this.#timer ??= this.#clock.after(limits.ackEveryMs, () => this.#ack(link));
  }

  stop(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#link = undefined;
    this.#due = false;
  }

  #ack(link: AcpLink): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    if (this.#link !== link || !this.#due) return;
    this.#at = link.received;
    this.#due = false;
    this.#send(link);
  }
}
