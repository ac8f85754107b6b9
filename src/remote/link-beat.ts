/** Signs of life from the relay: a half-open connection is noticed within heartbeat plus timeout, or when asked. */
import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { limits } from '../protocol/limits.ts';

const markBytes = 8;

export class LinkBeat implements Disposable {
  readonly #ws: WebSocket;
  readonly #clock: Clock;
  readonly #silent: () => void;
  #timer: Disposable | undefined;
  /** Ends with its own pong alone: what was buffered before a sleep proves nothing. */
  #probe: { mark: Buffer; timer: Disposable } | undefined;
  #disposed = false;

  /** `silent`: nothing came in time; called once or more. */
  constructor(ws: WebSocket, clock: Clock, silent: () => void) {
    this.#ws = ws;
    this.#clock = clock;
    this.#silent = silent;
    ws.on('pong', this.#pong);
    this.#rest();
  }

  /** Asks now; no answer within `limits.probeTimeoutMs` counts as silence. */
  probe(): void {
    if (this.#probe || this.#disposed) return;
    const mark = randomBytes(markBytes);
    this.#probe = { mark, timer: this.#clock.after(limits.probeTimeoutMs, this.#silent) };
    this.#ws.ping(mark);
  }

  dispose(): void {
    this.#disposed = true;
    this.#ws.off('pong', this.#pong);
    this.#timer?.dispose();
    this.#probe?.timer.dispose();
  }

  readonly #pong = (data: Buffer): void => {
    if (this.#probe && data.equals(this.#probe.mark)) {
      this.#probe.timer.dispose();
      this.#probe = undefined;
    }
    this.#rest();
  };

  #rest(): void {
    this.#timer?.dispose();
    this.#timer = this.#clock.after(limits.heartbeatMs, () => {
      this.#ws.ping();
      this.#timer = this.#clock.after(limits.heartbeatTimeoutMs, this.#silent);
    });
  }
}
