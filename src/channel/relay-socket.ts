/** The device's socket to the relay: joins, and yields a fresh frame link each time the relay says `open`. */
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Event } from '../base/emitter.ts';
import type { ErrorShape } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import type { FrameLink } from './link.ts';

/** What is used of a WebSocket; the browser's and `ws` both fit. */
export interface WebSocketPort {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
}

export interface RelaySocketOptions {
  /** Base URL, http(s), ending with `/`. */
  relay: string;
  hostId: string;
  credential: { slot: string } | { ticket: string };
  clock: Clock;
  log?: Log;
  /** Opens a WebSocket to a ws(s) URL; the browser's own by default. */
  openWebSocket?: (url: string) => WebSocketPort;
}

export interface RelaySocketEnd {
  error: ErrorShape;
  /** Whether trying again can help. */
  retry: boolean;
}

export interface RelaySocket extends Disposable {
  /** A fresh channel to the host. */
  readonly onLink: Event<FrameLink>;
  /** The host is not connected to the relay; a link follows when it is. */
  readonly onAway: Event<void>;
  /** Fires once, not after dispose. */
  readonly onEnd: Event<RelaySocketEnd>;
  /** Asks for a sign of life now. */
  probe(): void;
}
