/** What one process per machine holds while remote control is on: the lock, the identity, the devices. */
import { systemNetwork } from '../remote/lan.ts';
import { DisposableStore } from '../base/disposable.ts';
import { keyPairFromSecret, type KeyPair } from '../channel/keys.ts';
import { lockBroker, type BrokerLock } from '../remote/broker-lock.ts';
import { DeviceList } from '../remote/device-list.ts';
import { openIdentity, type HostIdentity } from '../remote/identity.ts';
import { MachineFolder } from '../remote/machine-folder.ts';
import type { HostPorts } from './api.ts';

export interface Machine {
  readonly folder: MachineFolder;
  readonly lock: BrokerLock;
  readonly identity: HostIdentity;
  readonly keyPair: KeyPair;
  readonly devices: DeviceList;
  readonly network: typeof systemNetwork;
  /** Devices are written and the lock is free when it resolves. */
  close(): Promise<void>;
}

/** Rejects with `host_locked` when another process of this machine has it, or `storage_failed`. */
export async function openMachine(ports: HostPorts): Promise<Machine> {
  const folder = await MachineFolder.open(ports.machineFolder);
  const lock = await lockBroker(folder, placeOf(ports), ports.clock.now());
  const store = new DisposableStore();
  try {
    const identity = await openIdentity(folder);
    const devices = store.add(await DeviceList.open(folder, ports.clock, ports.log));
    const keyPair = keyPairFromSecret(identity.noiseSecret);
    const close = async () => {
      await devices.flush().catch(() => {});
      store.dispose();
      await lock.release();
    };
    return { folder, lock, identity, keyPair, devices, network: systemNetwork, close };
  } catch (error) {
    store.dispose();
    await lock.release();
    throw error;
  }
}

/** Where remote control runs, as another window of this computer is told. */
export function placeOf({ hostName, cwd }: HostPorts): string {
  return `${hostName}, folder ${cwd}`;
}
