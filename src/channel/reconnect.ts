/** The device's connection that comes back by itself. */
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Event } from '../base/emitter.ts';
import type { ErrorShape } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import type { Aead } from './aead.ts';
import type { Welcome } from './control.ts';
import type { KeyPair } from './keys.ts';
import type { WebSocketPort } from './relay-socket.ts';
import type { SecureTransport } from './secure-transport.ts';

export type ConnectionState =
  | { state: 'connecting' }
  /** The relay is reached, the computer is not. `since`: ms since the Unix epoch. */
  | { state: 'hostAway'; since: number }
  /** Sealed, welcomed; a new transport each time. */
  | { state: 'live'; transport: SecureTransport; welcome: Welcome }
  /** Tries again at `until` (ms since the Unix epoch), or on wake(). */
  | { state: 'waiting'; until: number; error: ErrorShape }
  /** For good: `device_revoked` (sealed; wipe keys and cache), `device_unknown` or `version_mismatch`. */
  | { state: 'stopped'; error: ErrorShape };

export interface ReconnectOptions {
  /** Base URL, http(s), ending with `/`. */
  relay: string;
  hostId: string;
  hostKey: Uint8Array;
  keyPair: KeyPair;
  /** The stored one; renewed at each connection. */
  ticket: string;
  /** Called at each connection with the renewed ticket and this device's scope, to be stored. */
  onWelcome?(welcome: Welcome): void;
  clock: Clock;
  log?: Log;
  /** 0 to 1, for the jitter. */
  random?: () => number;
  aead?: Aead;
  openWebSocket?: (url: string) => WebSocketPort;
}

export interface ReconnectingConnection extends Disposable {
  readonly state: ConnectionState;
  readonly onState: Event<ConnectionState>;
  /** Online, visible or shown again: connects or probes at once. */
  wake(): void;
}
