/** What carries messages between a client and a session; webview, phone and editor differ in this alone. */
import type { AnyMessage, Stream } from '@agentclientprotocol/sdk';
import type { Event } from '../base/emitter.ts';
import type { ErrorShape } from '../base/error.ts';

/** An ordered pipe of JSON texts. After `close`, `send` does nothing. */
export interface MessageTransport {
  /** `urgent` skips the wait for company (answers, cancel). */
  send(message: string, options?: { urgent?: boolean }): void;
  /** Subscribe before the first turn of the event loop ends; nothing is delivered earlier. */
  readonly onMessage: Event<string>;
  /** Fires once; `undefined` for an orderly end. */
  readonly onClose: Event<ErrorShape | undefined>;
  close(reason?: ErrorShape): void;
}

/** Methods whose messages must not wait for company. */
export const urgentMethods: ReadonlySet<string> = new Set([
  'session/cancel',
  '_offdesk/answer',
  '_offdesk/ack',
  // What is merged of a terminal's output was merged by its viewer.
  '_offdesk/terminal/input',
  '_offdesk/terminal/resize',
  '_offdesk/terminal/output',
  '_offdesk/terminal/ack',
]);

/**
 * A transport as the ACP SDK's stream of JSON-RPC messages. Messages that are no JSON close it. `taken` sees each as it
 * arrives: true for one that the SDK does not get.
 */
export function acpStream(
  transport: MessageTransport,
  taken: (message: AnyMessage) => boolean = () => false,
): Stream {
  let open = true;
  const readable = new ReadableStream<AnyMessage>({
    start(controller) {
      transport.onMessage((text) => {
        if (!open) return;
        let message: AnyMessage | null;
        try {
          message = JSON.parse(text) as AnyMessage | null;
        } catch {
          const words = 'The other side sent no valid JSON.';
          return transport.close({ code: 'frame_invalid', message: words, next: '' });
        }
        const isTaken = typeof message === 'object' && message !== null && taken(message);
        if (!isTaken && open) controller.enqueue(message as AnyMessage);
      });
      transport.onClose(() => {
        if (!open) return;
        open = false;
        controller.close();
      });
    },
    cancel() {
      open = false;
      transport.close();
    },
  });
  const writable = new WritableStream<AnyMessage>({
    write(message) {
      const urgent = 'method' in message && urgentMethods.has(message.method);
      transport.send(JSON.stringify(message), { urgent });
    },
    close() {
      transport.close();
    },
    abort() {
      transport.close();
    },
  });
  return { readable, writable };
}

/**
 * Takes notifications of one method out of a stream, raw and in order, before the SDK parses them:
 * its schemas would strip unknown fields and drop unknown kinds. `take` runs synchronously, so all
 * that came before a response was taken when the response is handled.
 */
export function tapNotifications(stream: Stream, method: string, take: (params: unknown) => void): Stream {
  const tap = new TransformStream<AnyMessage, AnyMessage>({
    transform(message, controller) {
      if ('method' in message && message.method === method && !('id' in message)) take(message.params);
      else controller.enqueue(message);
    },
  });
  return { readable: stream.readable.pipeThrough(tap), writable: stream.writable };
}
