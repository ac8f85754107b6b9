/** News of which only the latest counts: to a client that takes nothing, at most one is on its way. */
import type { Disposable } from '../base/disposable.ts';

export class Latest implements Disposable {
  readonly #send: () => void;
  readonly #behind: () => boolean;
  #changed = false;
  #planned = false;
  #onItsWay = false;
  #disposed = false;

  /** `behind`: the client has not acknowledged all that it was sent. */
  constructor(send: () => void, behind: () => boolean) {
    this.#send = send;
    this.#behind = behind;
  }

  /** Many changes in one turn of the event loop are one. */
  change(): void {
    this.#changed = true;
    if (this.#planned) return;
    this.#planned = true;
    queueMicrotask(() => {
      this.#planned = false;
      this.#flush();
    });
  }

  /** The client has acknowledged something, so that it has taken what was sent before. */
  taken(): void {
    this.#onItsWay = false;
    this.#flush();
  }

  dispose(): void {
    this.#disposed = true;
  }

  #flush(): void {
    if (this.#disposed || !this.#changed || (this.#onItsWay && this.#behind())) return;
    this.#changed = false;
    this.#onItsWay = true;
    this.#send();
  }
}
