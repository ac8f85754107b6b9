/** The pipe between webview and session: texts over postMessage. */
import { Emitter } from '../base/emitter.ts';
import type { ErrorShape } from '../base/error.ts';
import { limits } from '../protocol/limits.ts';
import type { MessageTransport } from '../protocol/transport.ts';

/** True for the message that begins an ACP connection: the page was (re)loaded. */
export function beginsConnection(text: string): boolean {
  if (!text.includes('"initialize"')) return false;
  try {
    const message: unknown = JSON.parse(text);
    return (
      typeof message === 'object' &&
      message !== null &&
      'method' in message &&
      message.method === 'initialize'
    );
  } catch {
    return false;
  }
}

/** One page's connection. Messages wait, bounded, until `open`, so that the host may load meanwhile. */
export class WebviewTransport implements MessageTransport {
  readonly #post: (message: string) => void;
  readonly #message = new Emitter<string>();
  readonly #end = new Emitter<ErrorShape | undefined>();
  #waiting: string[] | undefined = [];
  #waitingChars = 0;
  #closed = false;

  constructor(post: (message: string) => void) {
    this.#post = post;
  }

  readonly onMessage = this.#message.event;
  readonly onClose = this.#end.event;

  get closed(): boolean {
    return this.#closed;
  }

  send(message: string): void {
    if (!this.#closed) this.#post(message);
  }

  /** What the page posted; anything but text is not for the session. */
  receive(message: unknown): void {
    if (this.#closed || typeof message !== 'string') return;
    if (message.length + this.#waitingChars > limits.messageBytes) {
      this.close({ code: 'message_too_large', message: 'The view sent too much at once.', next: '' });
    } else if (this.#waiting) {
      this.#waiting.push(message);
      this.#waitingChars += message.length;
    } else {
      this.#message.fire(message);
    }
  }

  /** Hands over what waited, after the current turn of the event loop: subscribe before. */
  open(): void {
    setImmediate(() => {
      const waiting = this.#waiting ?? [];
      this.#waiting = undefined;
      this.#waitingChars = 0;
      for (const message of waiting) if (!this.#closed) this.#message.fire(message);
    });
  }

  close(reason?: ErrorShape): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting = undefined;
    this.#end.fire(reason);
    this.#message.dispose();
    this.#end.dispose();
  }
}
