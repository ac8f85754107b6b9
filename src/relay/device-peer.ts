/** The device's end at the relay: its join, its wait for the host, and its one channel. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { deviceToRelay, parseControl, type DeviceToRelay, type RelayToDevice } from '../protocol/envelope.ts';
import { limits } from '../protocol/limits.ts';
import { verifyTicket } from './admission.ts';
import type { Bus } from './bus.ts';
import {
  dataFrame,
  frameHeaderBytes,
  isData,
  knockAnswer,
  pack,
  subjects,
  toDevice,
  unpack,
  type Knock,
  type KnockAnswer,
  type Presence,
  type TicketState,
} from './bus-messages.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Counts } from './limits-gate.ts';
import type { Peer } from './peer.ts';
import type { Rooms } from './rooms.ts';
import { speaksOtherVersion } from './version-check.ts';

export interface DevicePeerOptions {
  bus: Bus;
  clock: Clock;
  rooms: Rooms;
  /** Counts joined devices, by host. */
  devices: Counts;
  onlyHost: string | undefined;
}

type Join = Extract<DeviceToRelay, { t: 'join' }>;
interface Wish {
  hostId: string;
  slot: string | undefined;
  ticket: TicketState | undefined;
}
type State =
  | { state: 'hello' }
  | { state: 'verifying' }
  /** `lost`: a connection of the host that ended meanwhile. `again`: another one came. */
  | { state: 'knocking'; wish: Wish; channel: Channel; lost: string | undefined; again: boolean }
  | { state: 'open'; wish: Wish; channel: Channel; connection: string }
  | { state: 'away'; wish: Wish };
interface Channel {
  id: string;
  subscription: Disposable;
  /** Payload bytes that the socket took and the host has not heard of. */
  taken: number;
}

const takenStep = limits.relayWindowBytes / 4;

export class DevicePeer {
  #peer: Peer;
  #options: DevicePeerOptions;
  #state: State = { state: 'hello' };
  #saidAway = false;

  constructor(peer: Peer, options: DevicePeerOptions) {
    this.#peer = peer;
    this.#options = options;
    peer.handle({
      text: (text) => this.#receive(text),
      binary: (payload) => this.#receivePayload(payload),
      closed: () => this.#closed(),
    });
    peer.add(
      options.clock.after(limits.relayHelloMs, () => {
        if (this.#state.state === 'hello') peer.close('unauthorized', 'no join in time');
      }),
    );
  }

  #send(message: RelayToDevice): void {
    this.#peer.send(JSON.stringify(message));
  }

  #receive(text: string): void {
    const message = parseControl(deviceToRelay, text);
    if (!message) return this.#peer.close(speaksOtherVersion(text) ? 'versionMismatch' : 'invalid');
    switch (message.t) {
      case 'ping':
        return this.#send({ t: 'pong' });
      case 'join':
        if (this.#state.state !== 'hello') return this.#peer.close('invalid', 'a second join');
        this.#state = { state: 'verifying' };
        void this.#join(message);
        return;
    }
  }

  async #join({ host: hostId, slot, ticket: token }: Join): Promise<void> {
    const { clock, onlyHost, rooms, devices } = this.#options;
    const foreign = onlyHost !== undefined && hostId !== onlyHost;
    const ticket =
      token === undefined || foreign ? undefined : await verifyTicket(token, hostId, clock.now());
    if (this.#peer.ended) return;
    const forged = token !== undefined && ticket === undefined;
    if (foreign || forged || (slot === undefined && ticket === undefined)) {
      return this.#peer.close('unauthorized', forged ? 'ticket' : 'neither slot nor ticket');
    }
    const place = rooms.enter(hostId, ticket !== 'valid', (change) => this.#hear(change));
    if (!place) return this.#peer.close('limited', 'too many devices');
    this.#peer.add(place);
    this.#peer.add(devices.take(hostId));
    this.#knock({ hostId, slot, ticket });
  }

  /** Asks for a fresh channel: an old one's id would let old frames into it. */
  #knock(wish: Wish): void {
    const { bus } = this.#options;
    const id = randomBytes(16).toString('base64url');
    const channel: Channel = {
      id,
      subscription: bus.subscribe(subjects.device(id), (bytes) => this.#receiveFromHost(id, bytes)),
      taken: 0,
    };
    this.#state = { state: 'knocking', wish, channel, lost: undefined, again: false };
    const question: Knock = {
      channel: id,
      ...(wish.slot === undefined ? {} : { slot: wish.slot }),
      ...(wish.ticket === undefined ? {} : { ticket: wish.ticket }),
    };
    bus.request(subjects.host(wish.hostId), pack(question), limits.relayKnockMs, (bytes) =>
      this.#answered(id, bytes && unpack(knockAnswer, bytes)),
    );
  }

  #answered(id: string, answer: KnockAnswer | undefined): void {
    const now = this.#state;
    if (now.state !== 'knocking' || now.channel.id !== id || this.#peer.ended) {
      if (answer?.type === 'accepted') this.#leave(answer.connection, id);
      return;
    }
    if (answer?.type === 'refused') return this.#peer.close(answer.close);
    if (answer?.type === 'accepted' && answer.connection !== now.lost) {
      this.#state = { state: 'open', wish: now.wish, channel: now.channel, connection: answer.connection };
      this.#saidAway = false;
      const known = answer.admission === 'ticket';
      this.#peer.setRate(known ? limits.relayFramesPerSecond : limits.relayStrangerFramesPerSecond);
      return this.#send({ t: 'open' });
    }
    now.channel.subscription.dispose();
    if (now.again) return this.#knock(now.wish);
    this.#wait(now.wish);
  }

  /** The host is not there. Who has but a slot has nothing to wait for. */
  #wait(wish: Wish): void {
    if (wish.ticket === undefined) return this.#peer.close('slotUnknown');
    this.#state = { state: 'away', wish };
    this.#peer.setRate(limits.relayStrangerFramesPerSecond);
    if (!this.#saidAway) this.#send({ t: 'away' });
    this.#saidAway = true;
  }

  #hear(change: Presence): void {
    const now = this.#state;
    const up = change.type === 'up';
    switch (now.state) {
      case 'hello':
      case 'verifying':
        return;
      case 'knocking':
        if (up) now.again = true;
        else now.lost = change.connection;
        return;
      case 'away':
        if (up) this.#knock(now.wish);
        return;
      case 'open':
        if (up ? change.connection !== now.connection : change.connection === now.connection) {
          this.#loseHost(now.wish, now.channel);
        }
        return;
    }
  }

  /** The channel is gone with the host's connection; the host may be back already. */
  #loseHost(wish: Wish, channel: Channel): void {
    channel.subscription.dispose();
    this.#peer.hold(false);
    this.#send({ t: 'away' });
    this.#saidAway = true;
    // A slot is for one pairing, and that broke off; a device that has got its ticket comes back with it.
    if (wish.ticket === undefined) return this.#peer.close('stopping', 'the host left');
    this.#knock(wish);
  }

  #receivePayload(payload: Uint8Array): void {
    if (payload.length > limits.relayFrameBytes) return this.#peer.close('tooLarge');
    const now = this.#state;
    switch (now.state) {
      case 'hello':
      case 'verifying':
        return this.#peer.close('unauthorized');
      case 'open':
        return this.#options.bus.publish(
          subjects.connection(now.connection),
          dataFrame(now.channel.id, payload),
        );
      case 'knocking':
      case 'away':
        // Sent before the device heard `away`; never before its first `open`.
        if (!this.#saidAway) this.#peer.close('invalid', 'data before open');
        return;
    }
  }

  #receiveFromHost(id: string, bytes: Uint8Array): void {
    const now = this.#state;
    if (now.state !== 'open' || now.channel.id !== id) return;
    if (isData(bytes)) {
      const payload = bytes.subarray(frameHeaderBytes);
      return this.#peer.send(payload, () => this.#took(id, payload.length));
    }
    const message = unpack(toDevice, bytes);
    switch (message?.type) {
      case undefined:
        return;
      case 'hold':
        return this.#peer.hold(true);
      case 'go':
        return this.#peer.hold(false);
      case 'ended':
        this.#send({ t: 'ended' });
        return this.#peer.finish();
    }
  }

  #took(id: string, bytes: number): void {
    const now = this.#state;
    if (now.state !== 'open' || now.channel.id !== id) return;
    now.channel.taken += bytes;
    if (now.channel.taken < takenStep) return;
    const message = pack({ type: 'taken', channel: id, bytes: now.channel.taken });
    this.#options.bus.publish(subjects.connection(now.connection), message);
    now.channel.taken = 0;
  }

  #leave(connection: string, channel: string): void {
    this.#options.bus.publish(subjects.connection(connection), pack({ type: 'left', channel }));
  }

  #closed(): void {
    const now = this.#state;
    if (now.state !== 'knocking' && now.state !== 'open') return;
    now.channel.subscription.dispose();
    if (now.state === 'open') this.#leave(now.connection, now.channel.id);
  }
}
