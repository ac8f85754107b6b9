/** A device for tests: pairs by a link and stays connected as the phone's page does, with the probe as its client. */
import assert from 'node:assert/strict';
import { WebSocket } from 'ws';
import { systemClock } from '../../src/base/clock.ts';
import { decodeInvite } from '../../src/channel/invite.ts';
import { generateKeyPair, type ExportableKeyPair } from '../../src/channel/keys.ts';
import { pairDevice, type PairResult } from '../../src/channel/pair.ts';
import { keepConnected, type ReconnectingConnection } from '../../src/channel/reconnect.ts';
import type { WebSocketPort } from '../../src/channel/relay-socket.ts';
import type { Scope } from '../../src/protocol/methods.ts';
import type { MessageTransport } from '../../src/protocol/transport.ts';
import { ProbeClient } from './probe-client.ts';
import { eventually } from './wait.ts';

export const openWebSocket = (url: string) => new WebSocket(url) as unknown as WebSocketPort;

export interface PairOptions {
  name?: string;
  scope?: Scope;
  protectedPage?: boolean;
  onDigits?(digits: string): void;
}

export class TestDevice {
  readonly keyPair: ExportableKeyPair = generateKeyPair();
  digits = '';
  connection: ReconnectingConnection | undefined;
  /** The client on the newest live transport. */
  probe: ProbeClient | undefined;
  readonly #open: (url: string) => WebSocketPort;
  #ticket = '';
  #link = '';

  /** `open`: for a relay whose name or certificate needs help. */
  constructor(open: (url: string) => WebSocketPort = openWebSocket) {
    this.#open = open;
  }

  async pair(link: string, options: PairOptions = {}): Promise<PairResult> {
    this.#link = link;
    const result = await pairDevice({
      invite: decodeInvite(link),
      keyPair: this.keyPair,
      name: options.name ?? 'Test phone',
      scope: options.scope ?? 'control',
      protectedPage: options.protectedPage ?? true,
      onDigits: (digits) => {
        this.digits = digits;
        options.onDigits?.(digits);
      },
      clock: systemClock,
      openWebSocket: this.#open,
    });
    this.#ticket = result.ticket;
    return result;
  }

  /** Connects and keeps connected; each live transport gets a fresh, initialized probe. */
  async connect(): Promise<ProbeClient> {
    this.#keepConnected((transport) => {
      const probe = new ProbeClient(transport);
      void probe.initialize().then(
        () => (this.probe = probe),
        () => {},
      );
    });
    return eventually(() => this.probe, { what: 'a live connection' });
  }

  /** The same without a client. */
  connectBare(): Promise<MessageTransport> {
    return new Promise((resolve) => this.#keepConnected(resolve));
  }

  #keepConnected(live: (transport: MessageTransport) => void): void {
    const { relay, hostId, hostKey } = decodeInvite(this.#link);
    this.connection = keepConnected({
      relay,
      hostId,
      hostKey,
      keyPair: this.keyPair,
      ticket: this.#ticket,
      clock: systemClock,
      openWebSocket: this.#open,
    });
    this.connection.onState((state) => {
      if (state.state === 'live') live(state.transport);
    });
  }

  async stopped(): Promise<string> {
    return eventually(
      () => {
        const state = this.connection!.state;
        assert.equal(state.state, 'stopped');
        return state.state === 'stopped' ? state.error.code : undefined;
      },
      { what: 'the connection to stop for good' },
    );
  }

  dispose(): void {
    this.connection?.dispose();
  }
}
