/** One live connection of a known device; what the device may do changes under it. */
import type { Disposable } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/emitter.ts';
import type { SecureTransport } from '../channel/secure-transport.ts';
import type { Scope } from '../protocol/methods.ts';
import type { Device } from './device-list.ts';

export class DeviceConnection implements Disposable {
  readonly transport: SecureTransport;
  /** The gate's next look; ends with the connection. */
  timer: Disposable | undefined;
  #device: Device;
  readonly #changed = new Emitter<Device>();
  /** Scope or name changed at the desk. */
  readonly onChange: Event<Device> = this.#changed.event;

  constructor(device: Device, transport: SecureTransport) {
    this.#device = device;
    this.transport = transport;
  }

  /** As it is now: ask again for each request. */
  get device(): Device {
    return this.#device;
  }

  get scope(): Scope {
    return this.#device.scope;
  }

  /** The gate's to call; another device's change does nothing. */
  update(device: Device): void {
    if (device.id !== this.#device.id) return;
    const before = this.#device;
    this.#device = device;
    if (before.scope !== device.scope || before.name !== device.name) this.#changed.fire(device);
  }

  dispose(): void {
    this.timer?.dispose();
    this.#changed.dispose();
  }
}
