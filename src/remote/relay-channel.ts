/** One device's channel on the host's relay link: keeps frames until they are wanted, and waits for slow devices. */
import { Emitter, type Event } from '../base/emitter.ts';
import { OffdeskError, type ErrorShape } from '../base/error.ts';
import type { FrameLink } from '../channel/link.ts';
import { limits } from '../protocol/limits.ts';

export interface RelayChannelPorts {
  send(payload: Uint8Array): void;
  /** This side ended the channel; called once, not after `end`. */
  drop(): void;
}

export class RelayChannel implements FrameLink {
  #ports: RelayChannelPorts;
  #frames = new Emitter<Uint8Array>();
  #ends = new Emitter<ErrorShape | undefined>();
  #closed: { error: ErrorShape | undefined } | undefined;
  /** Frames that came before anyone listened; undefined from then on. */
  #backlog: Uint8Array[] | undefined = [];
  #backlogBytes = 0;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** What may be sent before the relay says that the device took some; negative by at most one frame. */
  #credit: number = limits.relayWindowBytes;

  constructor(ports: RelayChannelPorts) {
    this.#ports = ports;
  }

  readonly onFrame: Event<Uint8Array> = (listener) => {
    const subscription = this.#frames.event(listener);
    const backlog = this.#backlog ?? [];
    this.#backlog = undefined;
    for (const frame of backlog) this.#frames.fire(frame);
    return subscription;
  };

  /** A channel that ended before anyone listened says so to who listens late. */
  readonly onClose: Event<ErrorShape | undefined> = (listener) => {
    if (!this.#closed) return this.#ends.event(listener);
    const late = new Emitter<ErrorShape | undefined>();
    const subscription = late.event(listener);
    const { error } = this.#closed;
    queueMicrotask(() => late.fire(error));
    return subscription;
  };

  send(frame: Uint8Array): void {
    if (this.#closed) return;
    if (frame.length === 0 || frame.length > limits.relayFrameBytes) {
      // The relay would close the whole link for it.
      return this.#fail('message_too_large', 'A frame for the device had no allowed size.', '');
    }
    if (this.#waiting.length === 0 && this.#credit > 0) return this.#pass(frame);
    this.#waiting.push(frame);
    this.#waitingBytes += frame.length;
    if (this.#waitingBytes <= limits.linkBufferedBytes) return;
    this.#fail('relay_limit', 'The device is too slow for what it is sent.', 'It connects again by itself.');
  }

  close(): void {
    if (this.#closed) return;
    this.#ports.drop();
    this.end(undefined);
  }

  /** A frame from the device. */
  receive(frame: Uint8Array): void {
    if (this.#closed) return;
    if (!this.#backlog) return this.#frames.fire(frame);
    this.#backlog.push(frame);
    this.#backlogBytes += frame.length;
    if (this.#backlogBytes <= limits.linkBacklogBytes) return;
    this.#fail('relay_limit', 'The device sent more than anyone here wanted.', '');
  }

  /** The device's socket took so many bytes. */
  taken(bytes: number): void {
    this.#credit = Math.min(limits.relayWindowBytes, this.#credit + bytes);
    while (this.#credit > 0 && !this.#closed) {
      const frame = this.#waiting.shift();
      if (!frame) return;
      this.#waitingBytes -= frame.length;
      this.#pass(frame);
    }
  }

  /** The other side, or the link below, ended the channel. */
  end(error: ErrorShape | undefined): void {
    if (this.#closed) return;
    this.#closed = { error };
    this.#waiting = [];
    this.#backlog = undefined;
    this.#ends.fire(error);
    this.#ends.dispose();
    this.#frames.dispose();
  }

  #pass(frame: Uint8Array): void {
    this.#credit -= frame.length;
    this.#ports.send(frame);
  }

  #fail(code: 'relay_limit' | 'message_too_large', message: string, next: string): void {
    this.#ports.drop();
    this.end(new OffdeskError(code, message, next).toShape());
  }
}
