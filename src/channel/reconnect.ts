/** The device's connection that comes back by itself: socket, handshake, welcome; and again after a loss. */
import type { Clock } from '../base/clock.ts';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/emitter.ts';
import { asOffdeskError, type ErrorCode, type ErrorShape } from '../base/error.ts';
import { silentLog, type Log } from '../base/log.ts';
import { limits } from '../protocol/limits.ts';
import { BUILD, PROTOCOL } from '../protocol/version.ts';
import type { Aead } from './aead.ts';
import type { ControlMessage, Welcome } from './control.ts';
import type { KeyPair } from './keys.ts';
import type { FrameLink } from './link.ts';
import { cutOff, unreachable, type RelaySocketEnd } from './reasons.ts';
import { openRelaySocket, type RelaySocket, type WebSocketPort } from './relay-socket.ts';
import { connectSecure, type SecureTransport } from './secure-transport.ts';
import { watchSleep } from './sleep-watch.ts';

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
  /** Online, visible or shown again, on another network: connects or probes at once. A sleep it notices itself. */
  wake(): void;
}

/** Starts at once; runs until disposed or stopped. */
export function keepConnected(options: ReconnectOptions): ReconnectingConnection {
  return new Connection(options);
}

/** What no retry can mend; each arrives sealed, but for a version mismatch. */
const final: ReadonlySet<ErrorCode> = new Set(['device_revoked', 'device_unknown', 'version_mismatch']);

class Connection implements ReconnectingConnection {
  readonly #options: ReconnectOptions;
  readonly #log: Log;
  #state: ConnectionState = { state: 'connecting' };
  #ticket: string;
  /** Losses since the last welcome; doubles the longest wait. */
  #failures = 0;
  /** Unsealed words of another version, one after the other. */
  #otherVersions = 0;
  #attempt: Attempt | undefined;
  #retry: Disposable | undefined;
  readonly #sleep: Disposable;
  #disposed = false;
  #states = new Emitter<ConnectionState>();
  readonly onState = this.#states.event;

  constructor(options: ReconnectOptions) {
    this.#options = options;
    this.#log = options.log ?? silentLog;
    this.#ticket = options.ticket;
    this.#sleep = watchSleep(options.clock, () => this.wake());
    this.#connect();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  wake(): void {
    if (this.#disposed || this.#state.state === 'stopped') return;
    // Whatever was waited for, the network may be another one now.
    this.#failures = 0;
    const { clock } = this.#options;
    if (
      this.#attempt &&
      (this.#attempt.reached || clock.now() - this.#attempt.since < limits.probeTimeoutMs)
    ) {
      this.#attempt.probe();
    } else {
      this.#connect();
    }
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#sleep.dispose();
    this.#retry?.dispose();
    this.#attempt?.dispose();
    this.#states.dispose();
  }

  #connect(): void {
    this.#retry?.dispose();
    this.#attempt?.dispose();
    this.#set({ state: 'connecting' });
    if (this.#disposed) return;
    this.#attempt = new Attempt(this.#options, this.#ticket, {
      linked: () => this.#set({ state: 'connecting' }),
      away: () => {
        this.#failures = 0;
        if (this.#state.state !== 'hostAway') {
          this.#set({ state: 'hostAway', since: this.#options.clock.now() });
        }
      },
      live: (transport, welcome) => {
        this.#failures = 0;
        this.#otherVersions = 0;
        this.#ticket = welcome.ticket;
        this.#options.onWelcome?.(welcome);
        this.#set({ state: 'live', transport, welcome });
      },
      lost: (end) => this.#lost(end),
    });
  }

  #lost({ error, retry }: RelaySocketEnd): void {
    this.#attempt?.dispose();
    this.#attempt = undefined;
    if (this.#disposed) return;
    this.#log.write('info', 'connection lost', { code: error.code, failures: this.#failures });
    const otherVersion = retry && error.code === 'version_mismatch';
    this.#otherVersions = otherVersion ? this.#otherVersions + 1 : 0;
    // A host that came back a moment ago takes what was sent to the one before for another version.
    const doubtful = otherVersion && this.#otherVersions < limits.otherVersionWords;
    if (final.has(error.code) && !doubtful) {
      this.#sleep.dispose();
      return this.#set({ state: 'stopped', error });
    }
    const { clock, random = Math.random } = this.#options;
    // Full jitter. A refusal will hardly change within seconds, so it waits in the longest range.
    const longest = retry
      ? Math.min(limits.reconnectMaxMs, limits.reconnectMinMs * 2 ** this.#failures)
      : limits.reconnectMaxMs;
    const wait = Math.ceil(random() * longest);
    this.#failures = Math.min(this.#failures + 1, 32);
    this.#retry = clock.after(wait, () => this.#connect());
    this.#set({ state: 'waiting', until: clock.now() + wait, error });
  }

  #set(state: ConnectionState): void {
    if (this.#disposed || (state.state === 'connecting' && this.#state.state === 'connecting')) return;
    this.#state = state;
    this.#states.fire(state);
  }
}

interface AttemptPort {
  linked(): void;
  away(): void;
  live(transport: SecureTransport, welcome: Welcome): void;
  /** Fires once; the attempt is of no use any more. */
  lost(end: RelaySocketEnd): void;
}

/** One socket and the channels over it. */
class Attempt implements Disposable {
  readonly since: number;
  /** The relay or the host has answered. */
  reached = false;
  readonly #options: ReconnectOptions;
  readonly #port: AttemptPort;
  readonly #socket: RelaySocket;
  #transport: SecureTransport | undefined;
  #store = new DisposableStore();
  #over = false;

  constructor(options: ReconnectOptions, ticket: string, port: AttemptPort) {
    this.#options = options;
    this.#port = port;
    const { relay, hostId, clock, log = silentLog, openWebSocket } = options;
    this.since = clock.now();
    this.#socket = openRelaySocket({
      ...{ relay, hostId, credential: { ticket }, clock, log },
      ...(openWebSocket ? { openWebSocket } : {}),
    });
    this.#store.add(this.#socket);
    this.#store.add(this.#socket.onEnd((end) => this.#lose(end)));
    this.#store.add(
      this.#socket.onAway(() => {
        this.reached = true;
        if (!this.#over) this.#port.away();
      }),
    );
    this.#store.add(this.#socket.onLink((link) => void this.#secure(link)));
  }

  probe(): void {
    if (this.#transport) this.#transport.probe();
    else this.#socket.probe();
  }

  dispose(): void {
    this.#over = true;
    this.#transport?.close();
    this.#store.dispose();
  }

  /** Never rejects. */
  async #secure(link: FrameLink): Promise<void> {
    this.reached = true;
    this.#port.linked();
    let away = false;
    link.onClose((reason) => (away = reason?.code === 'host_offline'));
    try {
      const { hostId, hostKey, keyPair, clock, log = silentLog, aead } = this.#options;
      const transport = await connectSecure(link, {
        ...{ purpose: 'connect', hostId, hostKey, keyPair, clock, log },
        ...(aead ? { aead } : {}),
      });
      if (this.#over) return transport.close();
      this.#follow(transport, () => away);
    } catch (error) {
      // When the host left in between, the socket says when it is back.
      if (!away) this.#lose({ error: asOffdeskError(error).toShape(), retry: true });
    }
  }

  #follow(transport: SecureTransport, away: () => boolean): void {
    this.#transport = transport;
    let welcomed = false;
    const deadline = this.#store.add(
      this.#options.clock.after(limits.handshakeMs, () =>
        transport.close({
          ...unreachable().error,
          code: 'host_offline',
          message: 'The computer does not answer.',
        }),
      ),
    );
    transport.onControl((message) => {
      if (this.#over) return;
      const stop = finalOf(message);
      if (stop) return this.#lose({ error: stop, retry: false });
      if (message.type !== 'welcome' || welcomed) return;
      welcomed = true;
      deadline.dispose();
      this.#port.live(transport, message);
    });
    transport.onClose((reason) => {
      deadline.dispose();
      if (this.#transport !== transport) return;
      this.#transport = undefined;
      if (!away()) this.#lose({ error: reason ?? cutOff, retry: true });
    });
  }

  #lose(end: RelaySocketEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#port.lost(end);
  }
}

/** What a control message says that ends the connection for good. */
function finalOf(message: ControlMessage): ErrorShape | undefined {
  switch (message.type) {
    case 'revoked':
      return {
        code: 'device_revoked',
        message: 'This device was removed at the computer.',
        next: 'Pair again to come back.',
      };
    case 'closing':
      if (!final.has(message.code)) return undefined;
      return { code: message.code, message: message.message, next: message.next };
    case 'welcome':
      if (message.protocol === PROTOCOL) return undefined;
      return {
        code: 'version_mismatch',
        message: `This page is build ${BUILD}, the computer has ${message.build}.`,
        next: message.protocol > PROTOCOL ? 'Reload this page.' : 'Update Offdesk on the computer.',
      };
    case 'hello':
    case 'paired':
    case 'denied':
      return undefined;
  }
}
