/** The secure channel: an ordered, sealed pipe of messages over a frame link (docs/SPEC.md, C). */
import { concat } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import type { Event } from '../base/emitter.ts';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import { silentLog, type Log } from '../base/log.ts';
import { limits } from '../protocol/limits.ts';
import type { MessageTransport } from '../protocol/transport.ts';
import { nobleAead, type Aead } from './aead.ts';
import type { ControlMessage } from './control.ts';
import { FrameQueue } from './frame-queue.ts';
import {
  CHANNEL,
  patternOf,
  prologueOf,
  purposeByte,
  purposeOf,
  refusal,
  refusedVersion,
  type Purpose,
} from './handshake.ts';
import type { KeyPair } from './keys.ts';
import type { FrameLink } from './link.ts';
import { HandshakeState } from './noise.ts';
import { SecureChannel } from './secure-channel.ts';

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
  const { purpose, hostId, hostKey, keyPair, psk, aead = nobleAead, clock, log = silentLog } = options;
  return await bounded(link, clock, async (queue, onFailure) => {
    const handshake = new HandshakeState({
      pattern: patternOf[purpose],
      role: 'initiator',
      prologue: prologueOf(purpose, hostId),
      s: keyPair,
      rs: hostKey,
      aead,
      ...(psk && purpose === 'pair' ? { psk } : {}),
    });
    const offer = await handshake.writeMessage();
    link.send(concat(Uint8Array.of(purposeByte(purpose)), offer));
    const answer = await nextFrame(queue);
    const refused = refusedVersion(answer);
    if (refused !== undefined)
      throw otherVersion(refused > CHANNEL ? 'this page' : 'Offdesk on the computer');
    if ((await handshake.readMessage(answer)).length > 0) throw malformedHandshake();
    const channel = new SecureChannel({
      ...{ purpose, role: 'initiator', link, queue, keyPair, aead, clock, log },
      ciphers: handshake.split(),
      handshakeHash: handshake.hash,
      remoteStatic: hostKey.slice(),
    });
    onFailure.add({ dispose: () => channel.close() });
    if (purpose === 'pair') await channel.confirmed();
    return channel;
  });
}

export type AcceptedTransport = SecureTransport & { readonly purpose: Purpose };

/**
 * Host side. Resolves when the first transport message decrypted: only then is the peer proven to be
 * `remoteStatic` now, and (for `pair`) to hold the invite's secret. Rejects like connectSecure.
 */
export async function acceptSecure(link: FrameLink, options: AcceptOptions): Promise<AcceptedTransport> {
  const { hostId, keyPair, psk, aead = nobleAead, clock, log = silentLog } = options;
  return await bounded(link, clock, async (queue, onFailure) => {
    const first = await nextFrame(queue);
    const purpose = purposeOf(first[0]);
    if (purpose === 'otherVersion') {
      link.send(refusal);
      throw otherVersion(first[0]! >> 4 > CHANNEL ? 'Offdesk on the computer' : "the device's page");
    }
    if (!purpose || (purpose === 'pair' && !psk)) throw malformedHandshake();
    const handshake = new HandshakeState({
      pattern: patternOf[purpose],
      role: 'responder',
      prologue: prologueOf(purpose, hostId),
      s: keyPair,
      aead,
      ...(psk && purpose === 'pair' ? { psk } : {}),
    });
    if ((await handshake.readMessage(first.subarray(1))).length > 0) throw malformedHandshake();
    link.send(await handshake.writeMessage());
    const channel = new SecureChannel({
      ...{ purpose, role: 'responder', link, queue, keyPair, aead, clock, log },
      ciphers: handshake.split(),
      handshakeHash: handshake.hash,
      remoteStatic: handshake.remoteStatic!,
    });
    onFailure.add({ dispose: () => channel.close() });
    await channel.confirmed();
    return channel;
  });
}

/** Runs a handshake within limits.handshakeMs; whatever goes wrong, the link is closed afterwards. */
async function bounded<T>(
  link: FrameLink,
  clock: Clock,
  work: (queue: FrameQueue, onFailure: DisposableStore) => Promise<T>,
): Promise<T> {
  const queue = new FrameQueue(link, limits.strangerMessageBytes);
  const onFailure = new DisposableStore();
  let deadline: Disposable | undefined;
  const late = new Promise<never>((_, reject) => {
    deadline = clock.after(limits.handshakeMs, () =>
      reject(new OffdeskError('handshake_failed', 'The other side did not answer in time.', 'Try again.')),
    );
  });
  try {
    return await Promise.race([work(queue, onFailure), late]);
  } catch (error) {
    onFailure.dispose();
    queue.dispose();
    link.close();
    throw asOffdeskError(error, 'handshake_failed');
  } finally {
    deadline?.dispose();
  }
}

async function nextFrame(queue: FrameQueue): Promise<Uint8Array> {
  const item = await queue.next();
  if (item.kind === 'frame') return item.frame;
  if (item.kind === 'overflow') throw malformedHandshake();
  const { code, message, next } = item.reason ?? {
    code: 'handshake_failed',
    message: 'The other side ended the connection before it was secure.',
    next: 'Try again; if it stays, pair again.',
  };
  throw new OffdeskError(code, message, next);
}

function malformedHandshake(): OffdeskError {
  return new OffdeskError('handshake_failed', 'The other side sent something unexpected.', 'Try again.');
}

function otherVersion(outdated: string): OffdeskError {
  return new OffdeskError(
    'version_mismatch',
    'The two sides have different versions.',
    `Update ${outdated}.`,
  );
}
