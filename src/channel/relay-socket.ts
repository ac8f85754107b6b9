/** The device's socket to the relay: joins, and yields a fresh frame link each time the relay says `open`. */
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/emitter.ts';
import type { ErrorShape } from '../base/error.ts';
import { silentLog, type Log } from '../base/log.ts';
import {
  closeCodes,
  devicePath,
  ENVELOPE,
  parseControl,
  relayToDevice,
  type DeviceToRelay,
} from '../protocol/envelope.ts';
import { limits } from '../protocol/limits.ts';
import { cutOff, endOf, hostAway, refused, unreachable, type RelaySocketEnd } from './reasons.ts';
import { KeptEvent, OnceEvent } from './kept-event.ts';
import type { FrameLink } from './link.ts';

/** What is used of a WebSocket; the browser's and `ws` both fit. */
export interface WebSocketPort {
  binaryType: string;
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

export interface RelaySocket extends Disposable {
  /** A fresh channel to the host; the one before has ended. */
  readonly onLink: Event<FrameLink>;
  /** The host is not connected to the relay; a link follows when it is. */
  readonly onAway: Event<void>;
  /** Fires once, not after dispose nor after a link was closed from this side. The link has ended before. */
  readonly onEnd: Event<RelaySocketEnd>;
  /** Asks the relay for a sign of life now; no answer ends the socket. */
  probe(): void;
}

/** Connects at once; subscribe before the event loop turns. */
export function openRelaySocket(options: RelaySocketOptions): RelaySocket {
  return new DeviceSocket(options);
}

/** `https://relay.example/x/` → `wss://relay.example/x/v1/device`. */
export function deviceUrl(relay: string): string {
  return relay.replace(/^http/, 'ws') + devicePath;
}

export type { RelaySocketEnd };

const browserWebSocket = (url: string): WebSocketPort => new WebSocket(url);

class DeviceSocket implements RelaySocket {
  readonly #options: RelaySocketOptions;
  readonly #log: Log;
  #socket: WebSocketPort | undefined;
  #link: SocketLink | undefined;
  #joined = false;
  #ended = false;
  /** Either the wait for the first word, for the next ping, or for its pong. */
  #timer: Disposable | undefined;
  #links = new Emitter<FrameLink>();
  #away = new Emitter<void>();
  #end = new OnceEvent<RelaySocketEnd>();
  readonly onLink = this.#links.event;
  readonly onAway = this.#away.event;
  readonly onEnd = this.#end.event;

  constructor(options: RelaySocketOptions) {
    this.#options = options;
    this.#log = options.log ?? silentLog;
    this.#wait(limits.relayHelloMs, () => this.#finish(unreachable()));
    try {
      this.#connect();
    } catch {
      // A page's policy or a malformed address; the browser's own text would not help.
      queueMicrotask(() => this.#finish(unreachable()));
    }
  }

  probe(): void {
    if (this.#ended || this.#link?.open || !this.#joined) return;
    this.#ping(limits.probeTimeoutMs);
  }

  dispose(): void {
    this.#shut();
    this.#links.dispose();
    this.#away.dispose();
  }

  #connect(): void {
    const socket = (this.#options.openWebSocket ?? browserWebSocket)(deviceUrl(this.#options.relay));
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this.#joined = true;
      const { hostId, credential } = this.#options;
      this.#control({ t: 'join', v: ENVELOPE, host: hostId, ...credential });
    };
    socket.onmessage = (event: { data: unknown }) => this.#take(event.data);
    socket.onclose = (event: { code: number }) => this.#finish(endOf(event.code));
    // The close event that always follows tells what there is to tell.
    socket.onerror = () => {};
  }

  #take(data: unknown): void {
    if (this.#ended) return;
    if (data instanceof ArrayBuffer) {
      if (this.#link?.open) this.#link.take(new Uint8Array(data));
      // Frames of a channel that this side closed may still be on the way.
      return;
    }
    const control = typeof data === 'string' ? parseControl(relayToDevice, data) : undefined;
    if (!control) return this.#finish(refused('The relay sent something malformed.', false));
    switch (control.t) {
      case 'open':
        // A new channel means that the host had left.
        this.#endLink(hostAway);
        this.#timer?.dispose();
        this.#link = new SocketLink(this);
        this.#links.fire(this.#link);
        return;
      case 'away':
        this.#endLink(hostAway);
        this.#schedulePing();
        this.#away.fire();
        return;
      case 'ended':
        this.#endLink(undefined);
        this.#schedulePing();
        return;
      case 'pong':
        if (!this.#link?.open) this.#schedulePing();
        return;
    }
  }

  /** Of a link; `relay_limit` when more waits than the network takes. */
  sendFrame(frame: Uint8Array): void {
    const socket = this.#socket;
    if (this.#ended || !socket) return;
    if (socket.bufferedAmount > 2 * limits.messageBytes) return this.#finish(endOf(closeCodes.tooSlow.code));
    socket.send(frame as Uint8Array<ArrayBuffer>);
  }

  /** A device has one channel per socket: who closes the link gives up the socket and needs no onEnd. */
  linkClosed(): void {
    this.#shut();
  }

  overflowed(): void {
    this.#finish(endOf(closeCodes.tooSlow.code));
  }

  #control(message: DeviceToRelay): void {
    this.#socket?.send(JSON.stringify(message));
  }

  /** Without a channel, whose own heartbeat would do, the relay is asked for a sign of life. */
  #schedulePing(): void {
    this.#wait(limits.relayPingMs, () => this.#ping(limits.relayPingMs));
  }

  #ping(ms: number): void {
    this.#control({ t: 'ping' });
    this.#wait(ms, () => this.#finish(unreachable()));
  }

  #wait(ms: number, call: () => void): void {
    this.#timer?.dispose();
    if (!this.#ended) this.#timer = this.#options.clock.after(ms, call);
  }

  #endLink(reason: ErrorShape | undefined): void {
    const link = this.#link;
    this.#link = undefined;
    link?.end(reason);
  }

  #finish(end: RelaySocketEnd): void {
    if (this.#ended) return;
    this.#log.write('info', 'relay socket ended', { code: end.error.code, retry: end.retry });
    this.#shut(end.error);
    this.#end.fire(end);
  }

  #shut(reason: ErrorShape = cutOff): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#timer?.dispose();
    this.#endLink(reason);
    const socket = this.#socket;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }
}

class SocketLink implements FrameLink {
  readonly #owner: DeviceSocket;
  open = true;
  #frames = new KeptEvent<Uint8Array>(() => this.close());
  #end = new OnceEvent<ErrorShape | undefined>();
  readonly onFrame = this.#frames.event;
  readonly onClose = this.#end.event;

  constructor(owner: DeviceSocket) {
    this.#owner = owner;
  }

  send(frame: Uint8Array): void {
    if (this.open) this.#owner.sendFrame(frame);
  }

  take(frame: Uint8Array): void {
    if (this.#frames.keptBytes + frame.length > limits.strangerMessageBytes + limits.relayFrameBytes)
      this.#owner.overflowed();
    else this.#frames.fire(frame, frame.length);
  }

  close(): void {
    if (!this.open) return;
    this.end(undefined);
    this.#owner.linkClosed();
  }

  end(reason: ErrorShape | undefined): void {
    this.open = false;
    this.#end.fire(reason);
  }
}
