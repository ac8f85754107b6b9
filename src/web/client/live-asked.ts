/** A past session that another program has open: what is asked about it, and the waiting until it is closed there. */
import { signal } from '@preact/signals';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import { asOffdeskError, type ErrorShape, type OffdeskError } from '../../base/error.ts';
import { limits } from '../../protocol/limits.ts';
import type { LiveChoice } from '../../protocol/methods.ts';

/** What is to become of it is to be chosen. */
export interface LiveAsked {
  id: string;
  /** What was seen, and what can be done. */
  error: ErrorShape;
  /** It is asked for again until it is closed there. */
  waits: boolean;
}

export interface LivePorts {
  /** Resolves with the session of Offdesk in which it goes on. */
  go(id: string, choice?: LiveChoice): Promise<string>;
  /** It will not go on, and not because of another program. */
  failed(id: string, error: ErrorShape): void;
  clock: Clock;
}

export class LiveSessions {
  readonly asked = signal<LiveAsked | null>(null);
  readonly #ports: LivePorts;
  #timer: Disposable | undefined;
  /** Ends the waiting, whatever is on its way. */
  #given: (() => void) | undefined;
  /** What was asked for last. */
  #going: object | undefined;

  constructor(ports: LivePorts) {
    this.#ports = ports;
  }

  /** In which it goes on; undefined when that failed, or is to be chosen. */
  async go(id: string, choice?: LiveChoice): Promise<string | undefined> {
    this.leave();
    const going = (this.#going = {});
    try {
      return await this.#ports.go(id, choice);
    } catch (thrown) {
      const error = asOffdeskError(thrown);
      // What is asked of another one meanwhile stays; this one is in the list, as before.
      if (this.#going === going || error.code !== 'session_live') this.#failed(id, error, false);
      return undefined;
    }
  }

  /** As `go`, once it is closed there; undefined also where nobody waits any more. */
  wait(): Promise<string | undefined> {
    const asked = this.asked.value;
    if (!asked) return Promise.resolve(undefined);
    this.leave();
    this.asked.value = { ...asked, waits: true };
    return new Promise((resolve) => {
      let over = false;
      this.#given = () => {
        over = true;
        resolve(undefined);
      };
      const look = async () => {
        try {
          const id = await this.#ports.go(asked.id);
          // Who gave up in that moment finds it in the list.
          if (over) return;
          this.#given = undefined;
          this.leave();
          resolve(id);
        } catch (thrown) {
          if (over) return;
          const error = asOffdeskError(thrown);
          // Without a connection it goes on waiting for one.
          if (error.code !== 'closed') this.#failed(asked.id, error, true);
          if (this.asked.value?.waits)
            this.#timer = this.#ports.clock.after(limits.liveLookMs, () => void look());
          else resolve(undefined);
        }
      };
      this.#timer = this.#ports.clock.after(limits.liveLookMs, () => void look());
    });
  }

  /** Nothing becomes of it, and nobody waits. */
  leave(): void {
    this.#timer?.dispose();
    this.#given?.();
    this.#given = undefined;
    this.asked.value = null;
  }

  #failed(id: string, error: OffdeskError, waits: boolean): void {
    const shape = error.toShape();
    if (error.code === 'session_live') {
      this.asked.value = { id, error: shape, waits };
      return;
    }
    if (this.asked.value?.id === id) this.leave();
    this.#ports.failed(id, shape);
  }
}
