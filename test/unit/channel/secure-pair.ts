/** Two ends of a secure channel over a link in memory, and what arrived at each. */
import { randomBytes } from 'node:crypto';
import { toBase64Url } from '../../../src/base/bytes.ts';
import type { ErrorShape } from '../../../src/base/error.ts';
import type { Log } from '../../../src/base/log.ts';
import type { Aead } from '../../../src/channel/aead.ts';
import type { ControlMessage } from '../../../src/channel/control.ts';
import type { Purpose } from '../../../src/channel/handshake.ts';
import { generateKeyPair, type ExportableKeyPair, type KeyPair } from '../../../src/channel/keys.ts';
import {
  acceptSecure,
  connectSecure,
  type AcceptedTransport,
  type SecureTransport,
} from '../../../src/channel/secure-transport.ts';
import { FakeClock, until } from '../../support/fake-clock.ts';
import { linkPair, type TestLink } from '../../support/link-pair.ts';

export const hostId = toBase64Url(randomBytes(32));
/** Made once: key pairs are slow and their freshness is not what most tests are about. */
export const hostKeys: ExportableKeyPair = generateKeyPair();
export const deviceKeys: ExportableKeyPair = generateKeyPair();

export interface PairOptions {
  purpose?: Purpose;
  psk?: Uint8Array;
  clock?: FakeClock;
  log?: Log;
  aead?: Aead;
  links?: [TestLink, TestLink];
  deviceKeys?: KeyPair;
  hostKeys?: KeyPair;
}

export interface SecurePair {
  device: SecureTransport;
  host: AcceptedTransport;
  links: [TestLink, TestLink];
  clock: FakeClock;
}

export async function securePair(options: PairOptions = {}): Promise<SecurePair> {
  const { purpose = 'connect', clock = new FakeClock(), links = linkPair(), psk, log, aead } = options;
  const shared = {
    hostId,
    clock,
    ...(psk ? { psk } : {}),
    ...(log ? { log } : {}),
    ...(aead ? { aead } : {}),
  };
  const [device, host] = await Promise.all([
    connectSecure(links[0], {
      ...shared,
      purpose,
      hostKey: hostKeys.publicKey,
      keyPair: options.deviceKeys ?? deviceKeys,
    }),
    acceptSecure(links[1], { ...shared, keyPair: options.hostKeys ?? hostKeys }),
  ]);
  return { device, host, links, clock };
}

export interface Seen {
  messages: string[];
  controls: ControlMessage[];
  ends: (ErrorShape | undefined)[];
}

export function watch(transport: SecureTransport): Seen {
  const seen: Seen = { messages: [], controls: [], ends: [] };
  transport.onMessage((message) => seen.messages.push(message));
  transport.onControl((message) => seen.controls.push(message));
  transport.onClose((reason) => seen.ends.push(reason));
  return seen;
}

/** Lets frames that are under way arrive; everything in memory takes microtasks alone, but for DH. */
export async function settle(turns = 3): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets time pass in steps, so that heartbeats can be answered in between. */
export async function pass(clock: FakeClock, ms: number, step = 2_000): Promise<void> {
  for (let left = ms; left > 0; left -= step) {
    clock.advance(Math.min(step, left));
    await settle(1);
  }
}

export { until };
