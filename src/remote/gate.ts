/** The gate: every channel from the relay ends here as a pairing, a known device's connection, or a refusal. */
import type { Clock } from '../base/clock.ts';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/emitter.ts';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import type { Aead } from '../channel/aead.ts';
import type { KeyPair } from '../channel/keys.ts';
import type { FrameLink } from '../channel/link.ts';
import { acceptSecure, type AcceptedTransport, type SecureTransport } from '../channel/secure-transport.ts';
import { limits } from '../protocol/limits.ts';
import { BUILD, PROTOCOL } from '../protocol/version.ts';
import { DeviceConnection } from './device-connection.ts';
import type { Device, DeviceChange, DeviceList } from './device-list.ts';
import type { HostIdentity } from './identity.ts';
import type { PairingDesk } from './pairing-desk.ts';

/** A device's channel as the relay announced it. What it says of the admission is a hint, no proof. */
export interface IncomingChannel {
  readonly link: FrameLink;
  readonly admission: 'slot' | 'ticket' | 'expired';
  readonly slot?: string | undefined;
}

export interface GateOptions {
  identity: HostIdentity;
  /** The identity's Noise key pair, on whatever primitives are fastest here. */
  keyPair: KeyPair;
  devices: DeviceList;
  desk: PairingDesk;
  onChannel: Event<IncomingChannel>;
  hostName(): string;
  clock: Clock;
  log: Log;
  aead?: Aead;
}

export class Gate implements Disposable {
  readonly #options: GateOptions;
  readonly #store = new DisposableStore();
  readonly #strangers = { slot: 0, ticket: 0 };
  /** Links whose peer has not proven itself yet. */
  readonly #unproven = new Set<FrameLink>();
  readonly #connections = new Set<DeviceConnection>();
  /** Ephemeral devices that are away, by id. */
  readonly #leaving = new Map<string, Disposable>();
  readonly #connected = new Emitter<DeviceConnection>();
  readonly #onlineChanged = new Emitter<void>();
  /** A known device, welcomed: subscribe to its transport at once. */
  readonly onConnection: Event<DeviceConnection> = this.#connected.event;
  readonly onOnline: Event<void> = this.#onlineChanged.event;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#store.add(options.devices.onChange((change) => this.#deviceChanged(change)));
    this.#store.add(options.onChannel((channel) => void this.#take(channel)));
  }

  get connections(): readonly DeviceConnection[] {
    return [...this.#connections];
  }

  isOnline(deviceId: string): boolean {
    return this.connections.some((connection) => connection.device.id === deviceId);
  }

  /** Tells every device that remote control stopped here, and closes all channels. Ephemeral devices end. */
  dispose(): void {
    if (this.#store.disposed) return;
    this.#store.dispose();
    for (const link of this.#unproven) link.close();
    const stopped = new OffdeskError(
      'host_offline',
      'Remote control was stopped on the computer.',
      'Start it there to go on.',
    );
    for (const connection of this.#connections) {
      connection.transport.close(stopped.toShape());
      connection.dispose();
    }
    for (const timer of this.#leaving.values()) timer.dispose();
    for (const device of this.#options.devices.all) this.#options.devices.forget(device.id);
    this.#connected.dispose();
    this.#onlineChanged.dispose();
  }

  /** Never rejects. */
  async #take({ link, admission, slot }: IncomingChannel): Promise<void> {
    const { identity, keyPair, clock, log, aead, desk } = this.#options;
    const kind = admission === 'ticket' ? 'ticket' : 'slot';
    const most = kind === 'ticket' ? limits.ticketChannels : limits.strangerChannels;
    if (this.#store.disposed || this.#strangers[kind] >= most) {
      log.write('warn', 'gate: too many strangers', { admission });
      return link.close();
    }
    this.#strangers[kind]++;
    this.#unproven.add(link);
    let transport: AcceptedTransport | undefined;
    try {
      const psk = slot === undefined ? undefined : desk.pskFor(slot);
      transport = await acceptSecure(link, {
        hostId: identity.hostId,
        keyPair,
        clock,
        log,
        ...(psk && { psk }),
        ...(aead && { aead }),
      });
      if (this.#store.disposed) transport.close();
      else if (transport.purpose === 'connect') await this.#admit(transport);
      else if (slot !== undefined) desk.accept(transport, slot);
      else transport.close();
    } catch (error) {
      // Whoever fails the handshake learns nothing from here but that the channel closed.
      log.write('info', 'gate: channel refused', { admission, code: asOffdeskError(error).code });
      transport?.close();
      link.close();
    } finally {
      this.#strangers[kind]--;
      this.#unproven.delete(link);
    }
  }

  async #admit(transport: SecureTransport): Promise<void> {
    const { identity, devices, clock } = this.#options;
    const ticket = await identity.mintTicket(clock.now());
    // Looked up after the last wait: a device that was revoked meanwhile stays out.
    const found = this.#store.disposed ? undefined : devices.lookup(transport.remoteStatic);
    switch (found?.kind) {
      case 'known':
        return this.#welcome(transport, found.device, ticket);
      case 'revoked':
        transport.sendControl({ type: 'revoked' });
        return transport.close();
      case 'unknown':
        return transport.close(unknownDevice().toShape());
      case undefined:
        return transport.close();
    }
  }

  #welcome(transport: SecureTransport, device: Device, ticket: string): void {
    const { devices, hostName, log } = this.#options;
    const own = this.connections.filter((connection) => connection.device.id === device.id);
    if (own.length >= limits.connectionsPerDevice) {
      // Those that are dead go now, and then there is room: the device tries again by itself.
      for (const connection of own) connection.transport.probe();
      return transport.close(tooManyConnections().toShape());
    }
    transport.trust();
    transport.sendControl({
      type: 'welcome',
      ticket,
      scope: device.scope,
      hostName: hostName(),
      protocol: PROTOCOL,
      build: BUILD,
    });
    this.#leaving.get(device.id)?.dispose();
    this.#leaving.delete(device.id);
    const connection = new DeviceConnection(device, transport);
    this.#connections.add(connection);
    transport.onClose(() => this.#left(connection));
    this.#stillHere(connection);
    devices.touch(device.id);
    log.write('info', 'gate: device connected', { device: device.id, scope: device.scope });
    this.#onlineChanged.fire();
    this.#connected.fire(connection);
  }

  /** A connection makes new keys by itself and may live for months: its device must not expire meanwhile. */
  #stillHere(connection: DeviceConnection): void {
    connection.timer = this.#options.clock.after(limits.rehandshakeMs, () => {
      if (!this.#connections.has(connection)) return;
      this.#options.devices.touch(connection.device.id);
      this.#stillHere(connection);
    });
  }

  #left(connection: DeviceConnection): void {
    if (!this.#connections.delete(connection) || this.#store.disposed) return;
    const { devices, log } = this.#options;
    const { id, ephemeral } = connection.device;
    connection.dispose();
    log.write('info', 'gate: device left', { device: id });
    if (devices.find(id)) devices.touch(id);
    if (ephemeral && !this.isOnline(id)) this.#forgetLater(id);
    this.#onlineChanged.fire();
  }

  #forgetLater(id: string): void {
    this.#leaving.get(id)?.dispose();
    this.#leaving.set(
      id,
      this.#options.clock.after(limits.ephemeralDeviceMs, () => {
        this.#leaving.delete(id);
        this.#options.devices.forget(id);
      }),
    );
  }

  #deviceChanged(change: DeviceChange): void {
    switch (change.kind) {
      case 'added':
        // It should connect at once; if its page dies before, nothing else would end it.
        if (change.device.ephemeral) this.#forgetLater(change.device.id);
        return;
      case 'changed':
        for (const connection of this.connections) connection.update(change.device);
        return;
      case 'removed':
        this.#leaving.get(change.device.id)?.dispose();
        this.#leaving.delete(change.device.id);
        for (const { device, transport } of this.connections) {
          if (device.id !== change.device.id) continue;
          if (change.why === 'revoked') {
            transport.sendControl({ type: 'revoked' });
            transport.close();
          } else {
            transport.close(unknownDevice().toShape());
          }
        }
    }
  }
}

function unknownDevice(): OffdeskError {
  return new OffdeskError('device_unknown', 'This computer does not know this device.', 'Pair it again.');
}

function tooManyConnections(): OffdeskError {
  return new OffdeskError(
    'closed',
    `This device already has ${limits.connectionsPerDevice} connections.`,
    'Close other tabs with this page.',
  );
}
