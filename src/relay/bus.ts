/** The bus: how the node that holds a device's socket talks to the node that holds the host's. */
import type { Disposable } from '../base/disposable.ts';

/**
 * Messages of one publisher arrive at one subscriber in the order of publishing, all subjects together;
 * none arrives before the publishing call has returned. Nothing is kept: who is not subscribed misses it.
 * Bytes belong to the bus after the call. After `close` nothing is delivered and calls do nothing.
 */
export interface Bus {
  publish(subject: string, bytes: Uint8Array): void;
  /** Every subscriber of a subject gets every message. */
  subscribe(subject: string, handler: (bytes: Uint8Array) => void): Disposable;
  /**
   * Asks whoever answers on `subject`. `answered` is called once: with the first answer, or with
   * undefined when nobody answers there (at once where the bus can tell, else after `ms`).
   */
  request(
    subject: string,
    bytes: Uint8Array,
    ms: number,
    answered: (bytes: Uint8Array | undefined) => void,
  ): void;
  /** The handler answers synchronously; undefined leaves the question to others. */
  answer(subject: string, handler: (bytes: Uint8Array) => Uint8Array | undefined): Disposable;
  /** Idempotent. */
  close(): void;
}
