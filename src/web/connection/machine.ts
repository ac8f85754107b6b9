/** One paired computer on this phone: its connection that comes back by itself, and its client. */
import { signal } from '@preact/signals';
import type { Clock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import type { ErrorShape } from '../../base/error.ts';
import { keepConnected, type ConnectionState, type ReconnectingConnection } from '../../channel/reconnect.ts';
import type { WebSocketPort } from '../../channel/relay-socket.ts';
import { noHistoryCache, type HistoryCache } from '../client/history-cache.ts';
import { HostClient } from '../client/host-client.ts';
import type { Keep } from '../client/keep.ts';
import { keyPairOf } from './device-key.ts';
import { KeptState } from './kept-state.ts';
import type { Pairing, PairingStore } from './pairing-store.ts';

/**
 * Between this phone and the computer. `since`: ms since the Unix epoch; where `last`, this page has not reached it
 * yet, and that is when an earlier page last had it.
 */
export type Way =
  | { kind: 'connecting' }
  | { kind: 'connected' }
  | { kind: 'reconnecting'; since: number; last?: boolean; error: ErrorShape | null }
  /** The relay answers, the computer is not there. */
  | { kind: 'away'; since: number; last?: boolean }
  /** For good: revoked, unknown there, or of a version that cannot talk. */
  | { kind: 'stopped'; error: ErrorShape };

export interface MachineOptions {
  pairing: Pairing;
  store: PairingStore;
  keep: Keep;
  /** Without one nothing of its sessions is kept. */
  cache?: HistoryCache | undefined;
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
  readonly #cache: HistoryCache;
  /** Files on their way to it, where they are kept. */
  readonly #files: string | undefined;
  readonly #kept: KeptState;
  #pairing: Pairing;
  #connection: ReconnectingConnection | undefined;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.#pairing = options.pairing;
    this.hostId = options.pairing.hostId;
    this.name.value = options.pairing.hostName;
    this.keep = options.keep;
    const { keep, cache = noHistoryCache, clock, frame } = options;
    this.#files = options.cache && `offdesk-files-${this.hostId}`;
    this.#cache = cache;
    this.host = this.#store.add(
      new HostClient({ name: 'phone', keep, cache, clock, frame, database: this.#files }),
    );
    this.#kept = this.#store.add(new KeptState({ host: this.host, cache, keep, clock }));
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
        this.#options.store.put(this.#pairing, true).catch(() => undefined);
      },
    });
    this.#connection = this.#store.add(connection);
    this.#store.add(connection.onState((state) => this.#changed(state)));
    this.#changed(connection.state);
  }

  /** In place of whatever was on screen. */
  show(session: string): void {
    this.host.terminals.value = null;
    this.session.value = session;
  }

  /** Visible again, online again: connects or probes at once. */
  wake(): void {
    this.#connection?.wake();
  }

  /** The page may die: what it knows is written down. */
  flush(): void {
    this.#kept.flush();
    this.host.flush();
  }

  /** Forgets keys, drafts, messages and what is kept of the sessions of this computer. */
  async wipe(): Promise<void> {
    this.dispose();
    this.keep.clear();
    if (this.#files !== undefined && 'indexedDB' in globalThis) indexedDB.deleteDatabase(this.#files);
    await Promise.all([this.#cache.clear(), this.#options.store.remove(this.hostId)]);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #changed(state: ConnectionState): void {
    this.#kept.here = state.state === 'live';
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
    const before = this.way.value;
    switch (state.state) {
      case 'connecting':
        return before.kind === 'connected' ? { kind: 'reconnecting', ...this.#lost(), error: null } : before;
      case 'hostAway':
        return { kind: 'away', ...this.#lost() };
      case 'waiting':
        return { kind: 'reconnecting', ...this.#lost(), error: state.error };
      case 'stopped':
        return { kind: 'stopped', error: state.error };
    }
  }

  /** Since when the computer is not connected, whatever the reason was meanwhile. */
  #lost(): { since: number; last?: boolean } {
    const before = this.way.value;
    if (before.kind === 'reconnecting' || before.kind === 'away') {
      return { since: before.since, ...(before.last ? { last: true } : {}) };
    }
    const last = before.kind === 'connecting' ? this.#kept.before : undefined;
    return last === undefined ? { since: this.#options.clock.now() } : { since: last, last: true };
  }
}
