/** Computers that this machine is paired with as a device (`offdesk attach`): a file each in the machine folder. */
import { readdir } from 'node:fs/promises';
import * as z from 'zod/v4';
import { scopeSchema } from '../protocol/methods.ts';
import { MachineFolder } from '../remote/machine-folder.ts';

const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/);
const attachedHost = z.object({
  version: z.literal(1),
  hostId: base64url.length(43),
  hostName: z.string(),
  /** Its Noise key, and this device's secret, 32 bytes each, base64url. */
  hostKey: base64url.length(43),
  secret: base64url.length(43),
  /** Base URL of the relay. */
  relay: z.string(),
  ticket: z.string(),
  scope: scopeSchema,
  /** The slot of the invite by which it was paired: the same invite named again is this pairing. */
  slot: z.string(),
  /** Milliseconds since the Unix epoch. */
  usedAt: z.number(),
});
export type AttachedHost = z.infer<typeof attachedHost>;

const fileOf = (hostId: string): string => `attached-${hostId}.json`;
const fileName = /^attached-[A-Za-z0-9_-]{43}\.json$/;

export class AttachedHosts {
  readonly #folder: MachineFolder;

  private constructor(folder: MachineFolder) {
    this.#folder = folder;
  }

  /** Rejects with `storage_failed`, as all below. */
  static async open(machineFolder: string): Promise<AttachedHosts> {
    return new AttachedHosts(await MachineFolder.open(machineFolder));
  }

  /** The one used last first. */
  async list(): Promise<AttachedHost[]> {
    const names = (await readdir(this.#folder.path)).filter((name) => fileName.test(name));
    const found = await Promise.all(names.map((name) => this.#folder.read(name, attachedHost)));
    return found.filter((host) => host !== undefined).sort((a, b) => b.usedAt - a.usedAt);
  }

  put(host: AttachedHost): Promise<void> {
    return this.#folder.write(fileOf(host.hostId), host);
  }

  remove(hostId: string): Promise<void> {
    return this.#folder.remove(fileOf(hostId));
  }
}
