/** The device's side of pairing: from an invite to a ticket. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Scope } from '../protocol/methods.ts';
import type { Aead } from './aead.ts';
import type { Invite } from './invite.ts';
import type { KeyPair } from './keys.ts';
import type { WebSocketPort } from './relay-socket.ts';

export interface PairOptions {
  invite: Invite;
  keyPair: KeyPair;
  /** Shown at the desk. */
  name: string;
  /** What this device asks for. */
  scope: Scope;
  /** Whether the page is a secure context. */
  protectedPage: boolean;
  /** Called once, with the six digits that the desk shows too. */
  onDigits(digits: string): void;
  clock: Clock;
  signal?: AbortSignal;
  log?: Log;
  aead?: Aead;
  openWebSocket?: (url: string) => WebSocketPort;
}

export interface PairResult {
  ticket: string;
  scope: Scope;
  hostName: string;
}
