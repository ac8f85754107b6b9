/** The host's outbound link to a relay: admitted, kept alive, and dialed again when it is lost. */
import type { connect as netConnect } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, type ClientOptions } from 'ws';
import { concat, fromBase64Url } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/emitter.ts';
import { asOffdeskError, type ErrorShape } from '../base/error.ts';
import { scopedLog, type Log } from '../base/log.ts';
import type { FrameLink } from '../channel/link.ts';
import { watchSleep } from '../channel/sleep-watch.ts';
import {
  channelIdBytes,
  ENVELOPE,
  frameKind,
  hostPath,
  parseControl,
  relayToHost,
  type HostToRelay,
  type RelayToHost,
} from '../protocol/envelope.ts';
import { limits } from '../protocol/limits.ts';
import { LinkBeat } from './link-beat.ts';
import { RelayChannel } from './relay-channel.ts';
import { closeError, dialError, silenceError, statusError, type LinkEnd } from './relay-errors.ts';

export interface RelayLinkOptions {
  /** Base URL, http(s), with the relay's path if it has one. */
  url: string;
  /** Compact JWS over {nonce, origin}, its header with the public jwk (HostIdentity.signAdmission). */
  sign(nonce: string, origin: string): Promise<string>;
  /** The relay's registration token, asked at each connection. */
  registration?: () => Promise<string | undefined>;
  clock: Clock;
  log: Log;
  /** 0 to 1, for the jitter. */
  random?: () => number;
  /** PEM of a certificate authority to trust besides or in place of the system's. */
  ca?: string;
  /** For a relay in this process: a connection without the network. */
  connect?: () => Duplex;
}

export type RelayLinkState =
  | { state: 'connecting' }
  | { state: 'live' }
  /** Tries again at `until`, milliseconds since the Unix epoch. */
  | { state: 'waiting'; until: number; error: ErrorShape }
  /** For good: refused, replaced, too old or too new, or disposed (`closed`). */
  | { state: 'stopped'; error: ErrorShape };

export interface IncomingChannel {
  link: FrameLink;
  admission: 'slot' | 'ticket' | 'expired';
  /** The pairing slot it came by. */
  slot: string | undefined;
}

interface Socket {
  ws: WebSocket;
  life: DisposableStore;
  channels: Map<string, RelayChannel>;
  /** Once admitted. */
  beat: LinkBeat | undefined;
}

// `closeTimeout` is newer than the types.
const webSocketOptions: ClientOptions & { closeTimeout: number } = {
  perMessageDeflate: false,
  followRedirects: false,
  maxPayload: 1 + channelIdBytes + limits.relayFrameBytes,
  closeTimeout: limits.relayCloseMs,
};

/** Subscribe, then start. Slots may be opened at any time; the relay hears of them at each connection. */
export class RelayLink implements Disposable {
  #options: RelayLinkOptions;
  #base: URL;
  #clock: Clock;
  #log: Log;
  #state: RelayLinkState = { state: 'connecting' };
  #states = new Emitter<RelayLinkState>();
  #incoming = new Emitter<IncomingChannel>();
  #attempt = 0;
  #started = false;
  /** Slot id to the time at which it ends. */
  #slots = new Map<string, number>();
  #socket: Socket | undefined;
  #retry: Disposable | undefined;
  #sleep: Disposable | undefined;

  readonly onState: Event<RelayLinkState> = this.#states.event;
  /** A device's channel is open; its first frames are kept until its link is listened to. */
  readonly onChannel: Event<IncomingChannel> = this.#incoming.event;

  /** Throws a TypeError when the URL is none; settings check theirs before. */
  constructor(options: RelayLinkOptions) {
    this.#options = options;
    this.#base = new URL(options.url);
    this.#base.search = this.#base.hash = '';
    this.#base.pathname = this.#base.pathname.replace(/\/*$/, '/');
    if (!/^https?:$/.test(this.#base.protocol)) throw new TypeError('a relay has an http or https address');
    this.#clock = options.clock;
    this.#log = scopedLog(options.log, 'relay link');
  }

  get state(): RelayLinkState {
    return this.#state;
  }

  /** Idempotent. */
  start(): void {
    if (this.#started || this.#state.state === 'stopped') return;
    this.#started = true;
    this.#sleep = watchSleep(this.#clock, () => this.wake());
    this.#dial();
  }

  /** Tries at once if it waits. */
  retryNow(): void {
    if (this.#state.state !== 'waiting') return;
    this.#retry?.dispose();
    this.#dial();
  }

  /** The computer slept, or its network may be another one: tries at once if it waits, else asks for a sign of life. */
  wake(): void {
    this.#attempt = 0;
    this.#socket?.beat?.probe();
    this.retryNow();
  }

  /** A device may join by this slot for `ms` milliseconds (at most limits.inviteMs). */
  openSlot(id: string, ms: number): void {
    this.#slots.set(id, this.#clock.now() + ms);
    if (this.#state.state === 'live') this.#send({ t: 'slot', id, ms });
  }

  closeSlot(id: string): void {
    if (this.#slots.delete(id) && this.#state.state === 'live') this.#send({ t: 'unslot', id });
  }

  /** Ends all channels and the link. Idempotent. */
  dispose(): void {
    if (this.#state.state === 'stopped') return;
    this.#stop({ code: 'closed', message: 'Remote control was stopped.', next: '' });
  }

  #setState(state: RelayLinkState): void {
    this.#state = state;
    this.#log.write('info', state.state, 'error' in state ? { error: state.error.code } : {});
    this.#states.fire(state);
  }

  #dial(): void {
    this.#setState({ state: 'connecting' });
    if (this.#state.state !== 'connecting') return;
    const url = new URL(hostPath, this.#base);
    url.protocol = url.protocol.replace('http', 'ws');
    const { ca, connect } = this.#options;
    const ws = new WebSocket(url, {
      ...webSocketOptions,
      ...(ca === undefined ? {} : { ca }),
      // ws and node:http take any Duplex; the types know those of the network alone.
      ...(connect && { createConnection: connect as unknown as typeof netConnect }),
    });
    const life = new DisposableStore();
    const socket: Socket = { ws, life, channels: new Map<string, RelayChannel>(), beat: undefined };
    this.#socket = socket;
    let end: LinkEnd | undefined;
    // Also ends a dialing that has not got as far as a socket.
    const lose = (why: LinkEnd) => {
      end ??= why;
      ws.terminate();
    };
    life.add(this.#clock.after(limits.relayHelloMs, () => lose(silenceError(this.#base.href, false))));
    ws.on('error', (error: Error & { code?: string }) => {
      this.#log.write('info', 'socket failed', { code: error.code ?? error.name });
      end ??= dialError(error, this.#base.href);
    });
    ws.on('unexpected-response', (request, response) => {
      end ??= statusError(response.statusCode ?? 0, this.#base.href);
      request.destroy();
      ws.terminate();
    });
    ws.on('message', (data: Buffer, isBinary) => {
      if (this.#socket !== socket) return;
      if (isBinary) this.#receiveFrame(data);
      else this.#receive(data.toString(), lose);
    });
    ws.on('close', (code, reason) => {
      if (this.#socket === socket) {
        this.#log.write('info', 'socket closed', { code });
        this.#lost(end ?? closeError(code, reason.toString(), this.#base.href));
      }
    });
  }

  #receive(text: string, lose: (why: LinkEnd) => void): void {
    const message = parseControl(relayToHost, text);
    // A newer relay may say more than this host knows.
    if (!message) return this.#log.write('warn', 'unknown message');
    switch (message.t) {
      case 'challenge':
        void this.#prove(message.nonce, lose);
        return;
      case 'admitted':
        return this.#admitted(lose);
      case 'opened':
        return this.#opened(message);
      case 'taken':
        return this.#socket?.channels.get(message.channel)?.taken(message.bytes);
      case 'closed': {
        const channel = this.#socket?.channels.get(message.channel);
        this.#socket?.channels.delete(message.channel);
        return channel?.end(undefined);
      }
    }
  }

  async #prove(nonce: string, lose: (why: LinkEnd) => void): Promise<void> {
    const socket = this.#socket;
    try {
      // Signed for the origin that was dialed: a relay in between can't use it at another.
      const proof = await this.#options.sign(nonce, this.#base.origin);
      const registration = await this.#options.registration?.();
      if (this.#socket !== socket) return;
      this.#send({ t: 'admit', v: ENVELOPE, proof, ...(registration ? { registration } : {}) });
    } catch (error) {
      lose({ error: asOffdeskError(error).toShape(), retry: true });
    }
  }

  #admitted(lose: (why: LinkEnd) => void): void {
    const socket = this.#socket;
    if (!socket || this.#state.state === 'live') return;
    socket.life.dispose();
    socket.life = new DisposableStore();
    const now = this.#clock.now();
    for (const [id, until] of this.#slots) {
      // A clock that was set back must not ask for more than a relay gives.
      if (until > now) this.#send({ t: 'slot', id, ms: Math.min(until - now, limits.inviteMs) });
      else this.#slots.delete(id);
    }
    // A link that breaks again at once must not make the next wait short.
    socket.life.add(this.#clock.after(limits.heartbeatMs, () => (this.#attempt = 0)));
    socket.beat = socket.life.add(
      new LinkBeat(socket.ws, this.#clock, () => lose(silenceError(this.#base.href, true))),
    );
    this.#setState({ state: 'live' });
  }

  #opened(message: Extract<RelayToHost, { t: 'opened' }>): void {
    const socket = this.#socket;
    if (!socket || this.#state.state !== 'live' || socket.channels.has(message.channel)) return;
    const header = concat(Uint8Array.of(frameKind.data), fromBase64Url(message.channel));
    const channel = new RelayChannel({
      send: (payload) => socket.ws.send(concat(header, payload)),
      drop: () => {
        socket.channels.delete(message.channel);
        this.#send({ t: 'drop', channel: message.channel });
      },
    });
    socket.channels.set(message.channel, channel);
    this.#incoming.fire({ link: channel, admission: message.admission, slot: message.slot });
  }

  #receiveFrame(frame: Buffer): void {
    if (frame[0] !== frameKind.data || frame.length <= 1 + channelIdBytes) return;
    const id = frame.toString('base64url', 1, 1 + channelIdBytes);
    this.#socket?.channels.get(id)?.receive(frame.subarray(1 + channelIdBytes));
  }

  #send(message: HostToRelay): void {
    const ws = this.#socket?.ws;
    if (ws?.readyState === WebSocket.OPEN) ws.send(JSON.stringify(message));
  }

  #lost({ error, retry }: LinkEnd): void {
    this.#endSocket(error);
    if (!retry) return this.#stop(error);
    const random = this.#options.random ?? Math.random;
    // Full jitter: all hosts of a relay that comes back must not come back together.
    const ceiling = Math.min(limits.reconnectMaxMs, limits.reconnectMinMs * 2 ** this.#attempt);
    this.#attempt = Math.min(this.#attempt + 1, 16);
    const wait = Math.ceil(random() * ceiling);
    this.#retry = this.#clock.after(wait, () => this.#dial());
    this.#setState({ state: 'waiting', until: this.#clock.now() + wait, error });
  }

  #stop(error: ErrorShape): void {
    this.#retry?.dispose();
    this.#sleep?.dispose();
    // Settled before channels hear of it, so that nothing they do can start it again.
    this.#state = { state: 'stopped', error };
    const ws = this.#socket?.ws;
    this.#endSocket(error);
    ws?.close(1000);
    this.#setState(this.#state);
    this.#states.dispose();
    this.#incoming.dispose();
  }

  #endSocket(error: ErrorShape): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = undefined;
    socket.life.dispose();
    for (const channel of [...socket.channels.values()]) channel.end(error);
  }
}
