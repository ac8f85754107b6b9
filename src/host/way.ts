/** The way to the phones that is in use: one reach at a time, and what worked before where another can't be had. */
import { DisposableStore } from '../base/disposable.ts';
import type { ReachKind } from '../protocol/host-status.ts';
import type { DeviceConnection } from '../remote/device-connection.ts';
import { reachInfo, type ReachFacts } from '../remote/reach.ts';
import type { HostPorts } from './api.ts';
import { openLine, type Line } from './line.ts';
import { watchTunnel } from './tunnel-news.ts';
import type { Machine } from './machine.ts';
import type { Notice } from './notices.ts';

export interface WayPorts {
  host: HostPorts;
  changed(): void;
  notice(severity: Notice['severity'], message: string, code: string): void;
  connected(connection: DeviceConnection): void;
  /** A tunnel leads here from another address than before. */
  addressNew(): void;
}

export class Way {
  readonly #ports: WayPorts;
  #line: Line | undefined;
  #facts: ReachFacts | undefined;
  /** Ends with the line. */
  #while = new DisposableStore();

  constructor(ports: WayPorts) {
    this.#ports = ports;
  }

  get line(): Line | undefined {
    return this.#line;
  }

  /** What the reaches are worked out from, as of the last choice. */
  get facts(): ReachFacts | undefined {
    return this.#facts;
  }

  /** What worked before goes on working where this rejects, with `port_taken` or `address_invalid`. */
  async connect(machine: Machine, kind: ReachKind, facts: ReachFacts): Promise<void> {
    const before = this.#line && this.#facts && { kind: this.#line.kind, facts: this.#facts };
    if (before) reachInfo(kind, facts);
    await this.disconnect();
    try {
      await this.#open(machine, kind, facts);
    } catch (error) {
      if (before) await this.#open(machine, before.kind, before.facts);
      throw error;
    }
  }

  async disconnect(): Promise<void> {
    const line = this.#line;
    this.#line = undefined;
    await line?.close();
    this.#while.dispose();
  }

  async #open(machine: Machine, kind: ReachKind, facts: ReachFacts): Promise<void> {
    const { host, changed, notice, connected } = this.#ports;
    this.#facts = facts;
    const line = await openLine(host, machine, kind, facts);
    this.#line = line;
    this.#while = new DisposableStore();
    this.#while.add(line.link.onState(changed));
    if (line.tunnel) this.#while.add(watchTunnel(line.tunnel, this.#ports));
    this.#while.add(line.desk.onChange(changed));
    this.#while.add(line.desk.onNotice(({ severity, message, code }) => notice(severity, message, code)));
    this.#while.add(line.gate.onOnline(changed));
    this.#while.add(line.gate.onConnection(connected));
    changed();
  }
}
