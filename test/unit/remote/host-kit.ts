/** A host's gate and desk without a relay: channels are links in memory, the cryptography is the real one. */
import type { ErrorShape } from '../../../src/base/error.ts';
import { Emitter } from '../../../src/base/emitter.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { ControlMessage, Hello } from '../../../src/channel/control.ts';
import { pskOf, slotOf } from '../../../src/channel/invite.ts';
import { generateKeyPair, keyPairFromSecret, type ExportableKeyPair } from '../../../src/channel/keys.ts';
import { connectSecure, type SecureTransport } from '../../../src/channel/secure-transport.ts';
import { BUILD, PROTOCOL } from '../../../src/protocol/version.ts';
import type { DeviceConnection } from '../../../src/remote/device-connection.ts';
import { DeviceList } from '../../../src/remote/device-list.ts';
import { Gate, type IncomingChannel } from '../../../src/remote/gate.ts';
import { openIdentity, type HostIdentity } from '../../../src/remote/identity.ts';
import { MachineFolder } from '../../../src/remote/machine-folder.ts';
import { PairingDesk, type Notice, type PairingRequest } from '../../../src/remote/pairing-desk.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { linkPair, type TestLink } from '../../support/link-pair.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { eventually } from '../../support/wait.ts';

/** Signing a ticket leaves the event loop for a thread, so turns of the loop can't bound the wait. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  await eventually(condition, { what, timeoutMs: 20_000, everyMs: 2 });
}

export type HostKit = Awaited<ReturnType<typeof hostKit>>;

/** `protectedPage`: of the address that invites lead to. */
export async function hostKit({ protectedPage = true } = {}) {
  const clock = new FakeClock(Date.UTC(2026, 10, 20));
  const root = tempFolder();
  const folder = await MachineFolder.open(root);
  const identity = await openIdentity(folder);
  const devices = await DeviceList.open(folder, clock, silentLog);
  /** As the relay would have them. */
  const slots = new Set<string>();
  const channels = new Emitter<IncomingChannel>();
  const shared = { identity, devices, hostName: () => 'workstation', clock, log: silentLog };
  const desk = new PairingDesk({
    ...shared,
    protectedPage,
    slots: { openSlot: (id) => void slots.add(id), closeSlot: (id) => void slots.delete(id) },
  });
  const keyPair = keyPairFromSecret(identity.noiseSecret);
  const gate = new Gate({ ...shared, keyPair, desk, onChannel: channels.event });
  const notices: Notice[] = [];
  const connections: DeviceConnection[] = [];
  desk.onNotice((notice) => notices.push(notice));
  gate.onConnection((connection) => connections.push(connection));

  const channel = (admission: IncomingChannel['admission'], slot?: string): TestLink => {
    const [theirs, ours] = linkPair();
    channels.fire({ link: ours, admission, slot });
    return theirs;
  };

  return {
    ...{ clock, folder, identity, devices, slots, desk, gate, notices, connections },
    /** A channel as the relay would announce it; returns the device's end. */
    channel,
    phone: () => new KitPhone({ identity, clock, channel }),
    /** Lets time pass in steps, so that heartbeats are answered in between. */
    async pass(ms: number, step = 2_000): Promise<void> {
      for (let left = ms; left > 0; left -= step) {
        clock.advance(Math.min(step, left));
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    /** The one request that waits. */
    async request(): Promise<PairingRequest> {
      await until(() => desk.requests.length > 0, 'a pairing request');
      return desk.requests[0]!;
    },
    dispose(): void {
      gate.dispose();
      desk.dispose();
      devices.dispose();
      removeFolder(root);
    },
  };
}

interface PhonePorts {
  identity: HostIdentity;
  clock: FakeClock;
  channel(admission: IncomingChannel['admission'], slot?: string): TestLink;
}

/** A device that folds what it hears to state. */
export class KitPhone {
  readonly keyPair: ExportableKeyPair = generateKeyPair();
  readonly #kit: PhonePorts;
  transport: SecureTransport | undefined;
  link: TestLink | undefined;
  /** Of all its channels so far. */
  readonly heard: ControlMessage[] = [];
  readonly messages: string[] = [];
  ended: { reason: ErrorShape | undefined } | undefined;

  constructor(kit: PhonePorts) {
    this.#kit = kit;
  }

  /** Opens a pairing channel and says hello. Rejects when the handshake fails. */
  async pair(secret: Uint8Array, hello: Partial<Hello> = {}, slot = slotOf(secret)): Promise<void> {
    const transport = await this.#open('pair', this.#kit.channel('slot', slot), pskOf(secret));
    transport.sendControl({
      ...{ type: 'hello', name: 'Pixel 9', scope: 'control', protectedPage: true },
      ...{ protocol: PROTOCOL, build: BUILD },
      ...hello,
    });
  }

  /** Opens a pairing channel and says nothing. */
  async pairSilently(secret: Uint8Array): Promise<void> {
    await this.#open('pair', this.#kit.channel('slot', slotOf(secret)), pskOf(secret));
  }

  async connect(admission: IncomingChannel['admission'] = 'ticket'): Promise<void> {
    await this.#open('connect', this.#kit.channel(admission));
  }

  async #open(purpose: 'pair' | 'connect', link: TestLink, psk?: Uint8Array): Promise<SecureTransport> {
    const { identity, clock } = this.#kit;
    this.link = link;
    this.ended = undefined;
    const transport = await connectSecure(link, {
      ...{ purpose, hostId: identity.hostId, hostKey: identity.noisePublic, keyPair: this.keyPair, clock },
      ...(psk ? { psk } : {}),
    });
    this.transport = transport;
    transport.onControl((message) => {
      this.heard.push(message);
      // As the real client does: it has read the last word.
      if (message.type === 'denied' || message.type === 'paired') transport.close();
    });
    transport.onMessage((message) => this.messages.push(message));
    transport.onClose((reason) => (this.ended = { reason }));
    return transport;
  }

  /** The next message of this type, or the newest if it came. */
  async hears<T extends ControlMessage['type']>(type: T): Promise<Extract<ControlMessage, { type: T }>> {
    const find = () =>
      this.heard.findLast(
        (message): message is Extract<ControlMessage, { type: T }> => message.type === type,
      );
    await until(() => find() !== undefined, type);
    return find()!;
  }

  /** The code of the reason it ended with; empty for an orderly end. */
  async ends(): Promise<string> {
    await until(() => this.ended !== undefined, 'the channel to end');
    return this.ended?.reason?.code ?? '';
  }
}
