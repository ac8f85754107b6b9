/** One paired computer on this phone: its connection that comes back by itself, and its client. */
import { signal } from '@preact/signals';
import type { Clock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import type { ErrorShape } from '../../base/error.ts';
import { keepConnected, type ConnectionState, type ReconnectingConnection } from '../../channel/reconnect.ts';
import type { WebSocketPort } from '../../channel/relay-socket.ts';
import { HostClient } from '../client/host-client.ts';
import type { Keep } from '../client/keep.ts';
import { keyPairOf } from './device-key.ts';
import type { Pairing, PairingStore } from './pairing-store.ts';

/** Between this phone and the computer. `since`: ms since the Unix epoch. */
export type Way =
  | { kind: 'connecting' }
  | { kind: 'connected' }
  | { kind: 'reconnecting'; since: number; error: ErrorShape | null }
  /** The relay answers, the computer is not there. */
  | { kind: 'away'; since: number }
  /** For good: revoked, unknown there, or of a version that cannot talk. */
  | { kind: 'stopped'; error: ErrorShape };

export interface MachineOptions {
  pairing: Pairing;
  store: PairingStore;
  keep: Keep;
  clock: Clock;
  frame: (call: () => void) => void;
  /** The browser's own unless given. */
  openWebSocket?: ((url: string) => WebSocketPort) | undefined;
  /** The computer said, sealed, that this phone is out; keys and texts are wiped already. */
  onRevoked: (hostName: string) => void;
}

export class Machine implements Disposable {
  readonly hostId: string;
  readonly name = signal('');
  readonly way = signal<Way>({ kind: 'connecting' });
  /** The session on screen; null for the list. */
  readonly session = signal<string | null>(null);
  readonly host: HostClient;
  readonly keep: Keep;
  readonly #options: MachineOptions;
  readonly #store = new DisposableStore();
  #pairing: Pairing;
  #connection: ReconnectingConnection | undefined;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.#pairing = options.pairing;
    this.hostId = options.pairing.hostId;
    this.name.value = options.pairing.hostName;
    this.keep = options.keep;
    const { keep, clock, frame } = options;
    this.host = this.#store.add(new HostClient({ name: 'phone', keep, clock, frame }));
  }

  async connect(): Promise<void> {
    const { relay, hostId, hostKey, ticket } = this.#pairing;
    const keyPair = await keyPairOf(this.#pairing.key);
    if (this.#store.disposed || this.#connection) return;
    const connection = keepConnected({
      relay,
      hostId,
      hostKey,
      keyPair,
      ticket,
      clock: this.#options.clock,
      ...(this.#options.openWebSocket ? { openWebSocket: this.#options.openWebSocket } : {}),
      onWelcome: (welcome) => {
        const { ticket: renewed, scope, hostName } = welcome;
        this.#pairing = { ...this.#pairing, ticket: renewed, scope, hostName };
        this.name.value = hostName;
        // Losing a renewed ticket costs nothing until the old one expires.
        this.#options.store.put(this.#pairing).catch(() => undefined);
      },
    });
    this.#connection = this.#store.add(connection);
    this.#store.add(connection.onState((state) => this.#changed(state)));
    this.#changed(connection.state);
  }

  /** Visible again, online again: connects or probes at once. */
  wake(): void {
    this.#connection?.wake();
  }

  /** Forgets keys, drafts and messages of this computer. */
  async wipe(): Promise<void> {
    this.dispose();
    this.keep.clear();
    await this.#options.store.remove(this.hostId);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #changed(state: ConnectionState): void {
    if (state.state === 'live') {
      this.way.value = { kind: 'connected' };
      void this.host.connect(state.transport);
      return;
    }
    this.host.disconnect();
    this.way.value = this.#wayOf(state);
    if (state.state === 'stopped' && state.error.code === 'device_revoked') {
      // Sealed by the computer itself; a relay cannot forge it.
      void this.wipe().finally(() => this.#options.onRevoked(this.name.value));
    }
  }

  #wayOf(state: Exclude<ConnectionState, { state: 'live' }>): Way {
    const now = this.#options.clock.now();
    const before = this.way.value;
    const since = before.kind === 'reconnecting' || before.kind === 'away' ? before.since : now;
    switch (state.state) {
      case 'connecting':
        return before.kind === 'connecting' || before.kind === 'away'
          ? before
          : { kind: 'reconnecting', since, error: before.kind === 'reconnecting' ? before.error : null };
      case 'hostAway':
        return { kind: 'away', since: state.since };
      case 'waiting':
        return { kind: 'reconnecting', since, error: state.error };
      case 'stopped':
        return { kind: 'stopped', error: state.error };
    }
  }
}
