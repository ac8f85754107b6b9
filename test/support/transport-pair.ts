/** Two ends of an in-memory MessageTransport; messages arrive in a later microtask, in order. */
import { Emitter } from '../../src/base/emitter.ts';
import type { ErrorShape } from '../../src/base/error.ts';
import type { MessageTransport } from '../../src/protocol/transport.ts';

export interface TestTransport extends MessageTransport {
  /** While paused, what the other side sends is kept back. */
  pause(): void;
  resume(): void;
  readonly sent: string[];
}

export function transportPair(): [TestTransport, TestTransport] {
  const a = new End();
  const b = new End();
  a.other = b;
  b.other = a;
  return [a, b];
}

class End implements TestTransport {
  other!: End;
  readonly sent: string[] = [];
  readonly #message = new Emitter<string>();
  readonly #close = new Emitter<ErrorShape | undefined>();
  readonly onMessage = this.#message.event;
  readonly onClose = this.#close.event;
  #inbox: string[] = [];
  #paused = false;
  #closed = false;

  send(message: string): void {
    if (this.#closed) return;
    this.sent.push(message);
    this.other.#receive(message);
  }

  close(reason?: ErrorShape): void {
    if (this.#closed) return;
    this.#closed = true;
    this.other.close(reason);
    this.#close.fire(reason);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#flush();
  }

  #receive(message: string): void {
    this.#inbox.push(message);
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    while (!this.#paused && !this.#closed && this.#inbox.length > 0) this.#message.fire(this.#inbox.shift()!);
  }
}
