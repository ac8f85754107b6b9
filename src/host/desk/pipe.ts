/** A transport within one process: what one end sends the other gets, in order and in a later turn. */
import { Emitter } from '../../base/emitter.ts';
import type { ErrorShape } from '../../base/error.ts';
import type { MessageTransport } from '../../protocol/transport.ts';

class End implements MessageTransport {
  readonly #message = new Emitter<string>();
  readonly #end = new Emitter<ErrorShape | undefined>();
  readonly onMessage = this.#message.event;
  readonly onClose = this.#end.event;
  other!: End;
  #open = true;

  send(message: string): void {
    if (this.#open) setImmediate(() => this.other.#take(message));
  }

  close(reason?: ErrorShape): void {
    if (!this.#open) return;
    this.#open = false;
    this.#end.fire(reason);
    setImmediate(() => this.other.close(reason));
  }

  #take(message: string): void {
    if (this.#open) this.#message.fire(message);
  }
}

export function pipe(): [MessageTransport, MessageTransport] {
  const [here, there] = [new End(), new End()];
  here.other = there;
  there.other = here;
  return [here, there];
}
