/** Puts fragments of messages together again, bounded, and reads what they say. */
import { concat, utf8 } from '../base/bytes.ts';
import { OffdeskError } from '../base/error.ts';
import { controlMessage, type ControlMessage } from './control.ts';
import { malformed, type Part } from './record.ts';

export type Arrival =
  | { kind: 'message'; text: string; bytes: number }
  | { kind: 'control'; message: ControlMessage; bytes: number }
  | { kind: 'other'; part: Part };

export class Assembly {
  #fragments: Part[] = [];
  #bytes = 0;

  /** What is complete now; throws `frame_invalid` or `message_too_large`. `limit`: bytes of one message. */
  take(parts: readonly Part[], limit: number): Arrival[] {
    const arrivals: Arrival[] = [];
    for (const part of parts) {
      const open = this.#fragments[0];
      // Senders never interleave: an open message is completed before anything else follows.
      if (open && open.kind !== part.kind) throw malformed();
      if (part.kind !== 'message' && part.kind !== 'control') {
        arrivals.push({ kind: 'other', part });
        continue;
      }
      this.#bytes += part.bytes.length;
      if (this.#bytes > limit) throw tooLarge();
      this.#fragments.push(part);
      if (part.more) continue;
      const bytes = concat(...this.#fragments.map((fragment) => fragment.bytes));
      this.#fragments = [];
      this.#bytes = 0;
      arrivals.push(part.kind === 'message' ? messageOf(bytes) : controlOf(bytes));
    }
    return arrivals;
  }
}

function messageOf(bytes: Uint8Array): Arrival {
  return { kind: 'message', text: textOf(bytes), bytes: bytes.length };
}

function controlOf(bytes: Uint8Array): Arrival {
  const text = textOf(bytes);
  let message: ControlMessage;
  try {
    message = controlMessage.parse(JSON.parse(text));
  } catch {
    // The cause is dropped: it could quote the message into a log.
    throw malformed();
  }
  return { kind: 'control', message, bytes: bytes.length };
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed();
  }
}

export function tooLarge(): OffdeskError {
  return new OffdeskError('message_too_large', 'A message was larger than allowed.', 'Connect again.');
}
