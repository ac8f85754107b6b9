/** Notices half-open links and cut tails: sealed pings that name how many records went before them. */
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { OffdeskError } from '../base/error.ts';
import { limits } from '../protocol/limits.ts';
import { malformed } from './record.ts';

export interface HeartbeatPort {
  clock: Clock;
  /** Sends a ping naming the number of records sent before it, and returns that number. */
  ping(): number;
  /** Closes the channel. */
  missed(error: OffdeskError): void;
}

export class Heartbeat implements Disposable {
  readonly #port: HeartbeatPort;
  /** Counts of the pings that have no pong yet, oldest first. */
  #unanswered: number[] = [];
  #beat: Disposable;
  /** Ends with any record: what arrives was sealed after our ping or proves the link anyway. */
  #silence: Disposable | undefined;
  /** Ends with one pong alone: what was buffered before a phone slept proves nothing. */
  #probe: { count: number; timer: Disposable } | undefined;
  #disposed = false;

  constructor(port: HeartbeatPort) {
    this.#port = port;
    this.#beat = this.#schedule();
  }

  /** A record arrived and decrypted. */
  alive(): void {
    if (!this.#silence || this.#disposed) return;
    this.#silence.dispose();
    this.#silence = undefined;
    this.#beat = this.#schedule();
  }

  /** Throws `frame_invalid` for a pong that answers no ping. */
  pong(count: number): void {
    if (this.#unanswered.shift() !== count) throw malformed();
    if (this.#probe && this.#probe.count <= count) {
      this.#probe.timer.dispose();
      this.#probe = undefined;
    }
  }

  /** Asks without a deadline of its own; returns the count that the pong will name. */
  ping(): number {
    const count = this.#port.ping();
    this.#unanswered.push(count);
    return count;
  }

  probe(): void {
    if (this.#probe || this.#disposed) return;
    this.#probe = {
      count: this.ping(),
      timer: this.#port.clock.after(limits.probeTimeoutMs, () => this.#missed()),
    };
  }

  dispose(): void {
    this.#disposed = true;
    this.#beat.dispose();
    this.#silence?.dispose();
    this.#probe?.timer.dispose();
  }

  #schedule(): Disposable {
    return this.#port.clock.after(limits.heartbeatMs, () => {
      // While a pong is under way behind other traffic, silence alone is watched.
      if (this.#unanswered.length === 0) this.ping();
      this.#silence = this.#port.clock.after(limits.heartbeatTimeoutMs, () => this.#missed());
    });
  }

  #missed(): void {
    this.#port.missed(
      new OffdeskError(
        'heartbeat_missed',
        'The other side no longer answers.',
        'It reconnects by itself when the network is back.',
      ),
    );
  }
}
