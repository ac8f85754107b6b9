/** The host's end at the relay: admission, its pairing slots, and its channels to devices on any node. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import {
  ENVELOPE,
  hostToRelay,
  parseControl,
  type HostToRelay,
  type RelayToHost,
} from '../protocol/envelope.ts';
import { limits } from '../protocol/limits.ts';
import { sameSecret, verifyProof } from './admission.ts';
import type { Bus } from './bus.ts';
import {
  channelOf,
  frameHeaderBytes,
  isData,
  knock,
  pack,
  presence,
  subjects,
  toConnection,
  unpack,
  type Knock,
  type KnockAnswer,
} from './bus-messages.ts';
import type { Counts } from './limits-gate.ts';
import type { Peer } from './peer.ts';
import { speaksOtherVersion } from './version-check.ts';

export interface HostPeerOptions {
  bus: Bus;
  clock: Clock;
  hosts: Counts;
  isOwnOrigin: (origin: string) => boolean;
  registrationToken: string | undefined;
  onlyHost: string | undefined;
}

type State =
  { state: 'challenged'; nonce: string } | { state: 'verifying' } | { state: 'admitted'; hostId: string };

/** Above this a device's socket is no longer read, below that it is again. */
const holdBytes = limits.relayBufferedBytes / 8;
const goBytes = limits.relayBufferedBytes / 32;

export class HostPeer {
  #peer: Peer;
  #options: HostPeerOptions;
  #state: State = { state: 'challenged', nonce: randomBytes(24).toString('base64url') };
  #connection = randomBytes(16).toString('base64url');
  /** Slot id to the time at which it ends. */
  #slots = new Map<string, number>();
  #channels = new Map<string, { stranger: boolean; held: boolean }>();

  constructor(peer: Peer, options: HostPeerOptions) {
    this.#peer = peer;
    this.#options = options;
    peer.handle({
      text: (text) => this.#receive(text),
      binary: (frame) => this.#receiveFrame(frame),
      closed: () => this.#closed(),
    });
    peer.add(
      options.clock.after(limits.relayHelloMs, () => {
        if (this.#state.state !== 'admitted') peer.close('unauthorized', 'no admission in time');
      }),
    );
    if (this.#state.state === 'challenged') {
      this.#send({ t: 'challenge', v: ENVELOPE, nonce: this.#state.nonce });
    }
  }

  #send(message: RelayToHost): void {
    this.#peer.send(JSON.stringify(message));
  }

  #receive(text: string): void {
    const message = parseControl(hostToRelay, text);
    if (!message) return this.#peer.close(speaksOtherVersion(text) ? 'versionMismatch' : 'invalid');
    if (this.#state.state === 'challenged' && message.t === 'admit') {
      const { nonce } = this.#state;
      this.#state = { state: 'verifying' };
      void this.#admit(message, nonce);
    } else if (this.#state.state === 'admitted' && message.t !== 'admit') {
      this.#obey(message);
    } else {
      this.#peer.close('invalid', `unexpected ${message.t}`);
    }
  }

  async #admit(message: Extract<HostToRelay, { t: 'admit' }>, nonce: string): Promise<void> {
    const { registrationToken, isOwnOrigin, onlyHost, hosts } = this.#options;
    if (registrationToken !== undefined && !sameSecret(message.registration ?? '', registrationToken)) {
      return this.#peer.close('unauthorized', 'registration');
    }
    const hostId = await verifyProof(message.proof, nonce, isOwnOrigin);
    if (this.#peer.ended) return;
    if (hostId === undefined || (onlyHost !== undefined && hostId !== onlyHost)) {
      return this.#peer.close('unauthorized', 'proof');
    }
    // A host that comes back is let in before its old connection is gone.
    if (hosts.of(hostId) === 0 && hosts.total >= limits.relayHosts) return this.#peer.close('limited');
    this.#peer.add(hosts.take(hostId));
    this.#state = { state: 'admitted', hostId };
    this.#peer.setRate(limits.relayFramesPerSecond);
    this.#join(hostId);
    this.#send({ t: 'admitted', host: hostId });
  }

  #join(hostId: string): void {
    const { bus } = this.#options;
    this.#peer.add(
      bus.subscribe(subjects.presence(hostId), (bytes) => {
        const change = unpack(presence, bytes);
        // Who was admitted later says `up` later: the same host, come back or started twice.
        if (change?.type === 'up' && change.connection !== this.#connection) this.#peer.close('replaced');
      }),
    );
    this.#peer.add(
      bus.subscribe(subjects.connection(this.#connection), (bytes) => this.#receiveFromDevices(bytes)),
    );
    this.#peer.add(
      bus.answer(subjects.host(hostId), (bytes) => {
        const question = unpack(knock, bytes);
        return question && pack(this.#answerKnock(question));
      }),
    );
    bus.publish(subjects.presence(hostId), pack({ type: 'up', connection: this.#connection }));
  }

  #obey(message: Exclude<HostToRelay, { t: 'admit' }>): void {
    switch (message.t) {
      case 'slot': {
        const now = this.#options.clock.now();
        for (const [id, until] of this.#slots) if (until <= now) this.#slots.delete(id);
        if (!this.#slots.has(message.id) && this.#slots.size >= limits.relaySlotsPerHost) {
          return this.#peer.close('limited', 'too many slots');
        }
        this.#slots.set(message.id, now + message.ms);
        return;
      }
      case 'unslot':
        this.#slots.delete(message.id);
        return;
      case 'drop':
        if (!this.#channels.delete(message.channel)) return this.#noSuchChannel(message.channel);
        this.#options.bus.publish(subjects.device(message.channel), pack({ type: 'ended' }));
        return;
    }
  }

  #receiveFrame(frame: Uint8Array): void {
    if (this.#state.state !== 'admitted') return this.#peer.close('unauthorized');
    if (!isData(frame) || frame.length <= frameHeaderBytes) return this.#peer.close('invalid');
    if (frame.length > frameHeaderBytes + limits.relayFrameBytes) return this.#peer.close('tooLarge');
    const channel = channelOf(frame);
    if (this.#channels.has(channel)) this.#options.bus.publish(subjects.device(channel), frame);
    else this.#noSuchChannel(channel);
  }

  /** The device may just have left, so this is an answer and not the end. */
  #noSuchChannel(channel: string): void {
    this.#send({ t: 'closed', channel });
  }

  #answerKnock({ channel, slot, ticket }: Knock): KnockAnswer {
    const slotOpen = slot !== undefined && (this.#slots.get(slot) ?? 0) > this.#options.clock.now();
    if (!slotOpen && ticket === undefined) return { type: 'refused', close: 'slotUnknown' };
    const admission = slotOpen ? 'slot' : ticket === 'valid' ? 'ticket' : 'expired';
    const stranger = admission !== 'ticket';
    const strangers = [...this.#channels.values()].filter((other) => other.stranger).length;
    if (
      this.#channels.size >= limits.relayDevicesPerHost ||
      (stranger && strangers >= limits.relayStrangersPerHost)
    ) {
      return { type: 'refused', close: 'limited' };
    }
    this.#channels.set(channel, { stranger, held: false });
    this.#send({ t: 'opened', channel, admission, ...(slotOpen ? { slot } : {}) });
    return { type: 'accepted', connection: this.#connection, admission };
  }

  #receiveFromDevices(bytes: Uint8Array): void {
    if (!isData(bytes)) {
      const message = unpack(toConnection, bytes);
      if (message?.type === 'taken' && this.#channels.has(message.channel)) {
        this.#send({ t: 'taken', channel: message.channel, bytes: message.bytes });
      } else if (message?.type === 'left' && this.#channels.delete(message.channel)) {
        this.#send({ t: 'closed', channel: message.channel });
      }
      return;
    }
    const id = channelOf(bytes);
    const channel = this.#channels.get(id);
    if (!channel) return;
    this.#peer.send(bytes, () => {
      if (this.#peer.buffered <= goBytes) this.#letGo();
    });
    if (this.#peer.buffered > holdBytes && !channel.held) {
      channel.held = true;
      this.#options.bus.publish(subjects.device(id), pack({ type: 'hold' }));
    }
  }

  #letGo(): void {
    for (const [id, channel] of this.#channels) {
      if (!channel.held) continue;
      channel.held = false;
      this.#options.bus.publish(subjects.device(id), pack({ type: 'go' }));
    }
  }

  #closed(): void {
    if (this.#state.state !== 'admitted') return;
    const { hostId } = this.#state;
    this.#options.bus.publish(
      subjects.presence(hostId),
      pack({ type: 'down', connection: this.#connection }),
    );
  }
}
