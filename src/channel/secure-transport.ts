/** The secure channel: an ordered, sealed pipe of messages over a frame link (docs/spec/channel.md). */
import type { Clock } from '../base/clock.ts';
import type { Event } from '../base/emitter.ts';
import type { Log } from '../base/log.ts';
import type { MessageTransport } from '../protocol/transport.ts';
import type { Aead } from './aead.ts';
import type { ControlMessage } from './control.ts';
import type { Purpose } from './handshake.ts';
import type { KeyPair } from './keys.ts';
import type { FrameLink } from './link.ts';

export interface SecureTransport extends MessageTransport {
  /** The other side's static public key, 32 bytes: who it is. */
  readonly remoteStatic: Uint8Array;
  /** Six digits from the first handshake's hash, for people to compare. */
  readonly digits: string;
  /** Sends at once, in order with the messages. */
  sendControl(message: ControlMessage): void;
  /** In order with the messages; kept, bounded, until the first subscription. */
  readonly onControl: Event<ControlMessage>;
  /** The peer is allowed to be here: its messages may be as large as limits.messageBytes from now on. */
  trust(): void;
  /** Asks for a sign of life at once (the page became visible); closes with `heartbeat_missed` without one. */
  probe(): void;
}

export interface ConnectOptions {
  purpose: Purpose;
  hostId: string;
  /** The host's static public key, 32 bytes. */
  hostKey: Uint8Array;
  keyPair: KeyPair;
  /** 32 bytes (pskOf); required for `pair`. */
  psk?: Uint8Array;
  clock: Clock;
  log?: Log;
  aead?: Aead;
}

export interface AcceptOptions {
  hostId: string;
  keyPair: KeyPair;
  /** Of the slot that the relay named; without it pairing is refused. */
  psk?: Uint8Array;
  clock: Clock;
  log?: Log;
  aead?: Aead;
}

/**
 * Device side. For `pair` it resolves when the first transport message decrypted, for `connect` when the
 * host's handshake message did. Rejects with `handshake_failed`, `version_mismatch`, `closed` or the
 * link's own reason, and has closed the link then.
 */
export async function connectSecure(link: FrameLink, options: ConnectOptions): Promise<SecureTransport> {
  throw new Error(`not built yet ${String(link)} ${options.purpose}`);
}

export type AcceptedTransport = SecureTransport & { readonly purpose: Purpose };

/**
 * Host side. Resolves when the first transport message decrypted: only then is the peer proven to be
 * `remoteStatic` now, and (for `pair`) to hold the invite's secret. Rejects like connectSecure.
 */
export async function acceptSecure(link: FrameLink, options: AcceptOptions): Promise<AcceptedTransport> {
  throw new Error(`not built yet ${String(link)} ${options.hostId}`);
}
