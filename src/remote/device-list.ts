/** The devices of this machine: each is a static key with a scope; revoked ones leave a tombstone. */
import { randomBytes } from 'node:crypto';
import * as z from 'zod/v4';
import { toBase64Url } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/emitter.ts';
import { OffdeskError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import { limits } from '../protocol/limits.ts';
import { scopeSchema, type Scope } from '../protocol/methods.ts';
import { deviceName, uniqueDeviceName } from './device-name.ts';
import type { MachineFolder } from './machine-folder.ts';

const devicesFile = 'devices.json';
const staticKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const deviceSchema = z.object({
  id: z.string(),
  /** Noise static public key (X25519), base64url. */
  key: staticKey,
  name: z.string(),
  scope: scopeSchema,
  pairedAt: z.number(),
  lastSeen: z.number(),
  /** Whether its page was a secure context when it paired. */
  protectedPage: z.boolean(),
});
const tombstoneSchema = z.object({ key: staticKey, id: z.string(), revokedAt: z.number() });
const fileSchema = z.object({
  version: z.literal(1),
  devices: z.array(deviceSchema),
  tombstones: z.array(tombstoneSchema),
});

export interface Device extends Readonly<z.infer<typeof deviceSchema>> {
  /** Its keys live as long as its page: it is kept in memory alone. */
  readonly ephemeral: boolean;
}
export type DeviceChange =
  | { kind: 'added' | 'changed'; device: Device }
  /** `revoked` by the user; `expired` after a time unused; `left`: an ephemeral one whose page is gone. */
  | { kind: 'removed'; device: Device; why: 'revoked' | 'expired' | 'left' };

/** What is known about a static key. */
export type DeviceLookup = { kind: 'known'; device: Device } | { kind: 'revoked' } | { kind: 'unknown' };

export class DeviceList implements Disposable {
  readonly #folder: MachineFolder;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #devices = new Map<string, Device>();
  #tombstones: z.infer<typeof tombstoneSchema>[] = [];
  #pendingSave: Disposable | undefined;
  readonly #changed = new Emitter<DeviceChange>();
  readonly onChange: Event<DeviceChange> = this.#changed.event;

  private constructor(folder: MachineFolder, clock: Clock, log: Log) {
    this.#folder = folder;
    this.#clock = clock;
    this.#log = log;
  }

  /** Rejects with `storage_failed` when the file is damaged: an empty list would lock every phone out. */
  static async open(folder: MachineFolder, clock: Clock, log: Log): Promise<DeviceList> {
    const list = new DeviceList(folder, clock, log);
    const stored = await folder.read(devicesFile, fileSchema);
    for (const device of stored?.devices ?? []) {
      list.#devices.set(device.key, { ...device, name: deviceName(device.name), ephemeral: false });
    }
    list.#tombstones = stored?.tombstones ?? [];
    list.#expire();
    return list;
  }

  /** In the order of pairing. */
  get all(): Device[] {
    this.#expire();
    return [...this.#devices.values()];
  }

  find(id: string): Device | undefined {
    return this.all.find((device) => device.id === id);
  }

  /** By Noise static public key, 32 bytes. A tombstone wins: nothing but a new pairing clears it. */
  lookup(key: Uint8Array): DeviceLookup {
    this.#expire();
    const text = toBase64Url(key);
    if (this.#tombstones.some((tombstone) => tombstone.key === text)) return { kind: 'revoked' };
    const device = this.#devices.get(text);
    return device ? { kind: 'known', device } : { kind: 'unknown' };
  }

  /** Why no further device can pair; undefined when one can. */
  get full(): OffdeskError | undefined {
    if (this.all.length < limits.devices) return undefined;
    return new OffdeskError(
      'pairing_denied',
      `This computer already has ${limits.devices} devices.`,
      'Revoke one that is no longer used, then pair again.',
    );
  }

  /** A key that is there already (paired again) keeps its id. Rejects with `pairing_denied` when full. */
  async add(
    fresh: Pick<Device, 'name' | 'scope' | 'protectedPage' | 'ephemeral'> & { key: Uint8Array },
  ): Promise<Device> {
    const key = toBase64Url(fresh.key);
    const before = this.#devices.get(key);
    if (!before && this.full) throw this.full;
    const now = this.#clock.now();
    const device: Device = {
      id: before?.id ?? toBase64Url(randomBytes(6)),
      key,
      name: this.#freeName(fresh.name, key),
      scope: fresh.scope,
      pairedAt: now,
      lastSeen: now,
      protectedPage: fresh.protectedPage,
      ephemeral: fresh.ephemeral,
    };
    const tombstones = this.#tombstones;
    this.#devices.set(key, device);
    this.#tombstones = tombstones.filter((tombstone) => tombstone.key !== key);
    try {
      await this.#save();
    } catch (error) {
      // A pairing that isn't kept must not look as if it were.
      if (before) this.#devices.set(key, before);
      else this.#devices.delete(key);
      this.#tombstones = tombstones;
      throw error;
    }
    this.#changed.fire({ kind: before ? 'changed' : 'added', device });
    return device;
  }

  /** Rejects with `device_unknown`. */
  rename(id: string, name: string): Promise<Device> {
    return this.#change(id, (device) => ({ ...device, name: this.#freeName(name, device.key) }));
  }

  setScope(id: string, scope: Scope): Promise<Device> {
    return this.#change(id, (device) => ({ ...device, scope }));
  }

  /**
   * Out at once: listeners hear of it before the file is written, and it stays out should writing fail
   * (then it rejects with `storage_failed`, since a restart would let the device in again).
   */
  async revoke(id: string): Promise<void> {
    const device = this.#known(id);
    this.#devices.delete(device.key);
    this.#tombstones = [
      ...this.#tombstones.filter((tombstone) => tombstone.key !== device.key),
      { key: device.key, id: device.id, revokedAt: this.#clock.now() },
    ].slice(-limits.tombstones);
    this.#changed.fire({ kind: 'removed', device, why: 'revoked' });
    await this.#save();
  }

  /** Forgets an ephemeral device without a tombstone: its keys died with its page. */
  forget(id: string): void {
    const device = this.find(id);
    if (!device?.ephemeral) return;
    this.#devices.delete(device.key);
    this.#changed.fire({ kind: 'removed', device, why: 'left' });
  }

  /** The device is there now. Written to the file a little later. */
  touch(id: string): void {
    const device = [...this.#devices.values()].find((candidate) => candidate.id === id);
    if (!device) return;
    const seen = { ...device, lastSeen: this.#clock.now() };
    this.#devices.set(device.key, seen);
    this.#changed.fire({ kind: 'changed', device: seen });
    if (device.ephemeral) return;
    this.#pendingSave ??= this.#clock.after(limits.deviceSaveMs, () => {
      this.#save().catch((error: unknown) =>
        this.#log.write('warn', 'devices: not saved', { error: error instanceof Error ? error.name : '' }),
      );
    });
  }

  /** Writes what `touch` left to later. */
  async flush(): Promise<void> {
    if (this.#pendingSave) await this.#save();
  }

  dispose(): void {
    this.#pendingSave?.dispose();
    this.#changed.dispose();
  }

  #known(id: string): Device {
    const device = this.find(id);
    if (device) return device;
    throw new OffdeskError(
      'device_unknown',
      'That device is not in the list.',
      'It may have been revoked; look at the list again.',
    );
  }

  #freeName(name: string, key: string): string {
    const others = [...this.#devices.values()].filter((other) => other.key !== key);
    return uniqueDeviceName(
      name,
      others.map((other) => other.name),
    );
  }

  async #change(id: string, change: (device: Device) => Device): Promise<Device> {
    const changed = change(this.#known(id));
    this.#devices.set(changed.key, changed);
    this.#changed.fire({ kind: 'changed', device: changed });
    await this.#save();
    return changed;
  }

  /** Lazily, on each look at the list: no timer keeps a process alive for it. */
  #expire(): void {
    const oldest = this.#clock.now() - limits.deviceUnusedMs;
    for (const device of this.#devices.values()) {
      if (device.lastSeen >= oldest) continue;
      this.#devices.delete(device.key);
      this.#changed.fire({ kind: 'removed', device, why: 'expired' });
    }
  }

  async #save(): Promise<void> {
    this.#pendingSave?.dispose();
    this.#pendingSave = undefined;
    const devices = [...this.#devices.values()].filter((device) => !device.ephemeral);
    // The schema leaves out what is not for the file.
    const content = { version: 1, devices, tombstones: this.#tombstones };
    await this.#folder.write(devicesFile, fileSchema.parse(content));
  }
}
