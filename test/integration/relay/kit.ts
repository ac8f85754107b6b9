/** A relay, hosts and devices for tests: plain sockets that speak the envelope and fold what they hear to state. */
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import {
  calculateJwkThumbprint,
  CompactSign,
  exportJWK,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
} from 'jose';
import { WebSocket, type ClientOptions } from 'ws';
import { closeNameOf } from '../../../src/protocol/envelope.ts';
import { startRelay, type Relay, type RelayOptions } from '../../../src/relay/server.ts';

export interface Identity {
  hostId: string;
  sign(nonce: string, origin: string): Promise<string>;
  /** `seconds` from now until it expires. */
  ticket(seconds: number): Promise<string>;
  key: CryptoKey;
  jwk: JWK;
}

export async function makeIdentity(): Promise<Identity> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA');
  const jwk = await exportJWK(publicKey);
  const header = { alg: 'EdDSA', jwk };
  return {
    hostId: await calculateJwkThumbprint(jwk),
    key: privateKey,
    jwk,
    sign: (nonce, origin) =>
      new CompactSign(Buffer.from(JSON.stringify({ nonce, origin })))
        .setProtectedHeader(header)
        .sign(privateKey),
    ticket: (seconds) =>
      new SignJWT({ sub: 'some device' })
        .setProtectedHeader(header)
        .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
        .sign(privateKey),
  };
}

export function randomId(bytes = 16): string {
  return randomBytes(bytes).toString('base64url');
}

/** Waits for a state; the bound is for broken code only. */
export async function until(what: string, holds: () => boolean, ms = 30_000): Promise<void> {
  const end = Date.now() + ms;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`gave up waiting for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A socket's story: control messages, binary frames, and how it ended. */
export class Probe {
  readonly ws: WebSocket;
  readonly controls: Record<string, unknown>[] = [];
  readonly frames: Buffer[] = [];
  /** The close's name, or its number where the relay has no name for it. */
  ended: string | undefined;
  reason = '';
  status: number | undefined;

  constructor(url: string, options: ClientOptions = {}) {
    this.ws = new WebSocket(url, { perMessageDeflate: false, ...options });
    this.ws.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.frames.push(data);
      else this.controls.push(JSON.parse(data.toString()) as Record<string, unknown>);
    });
    this.ws.on('close', (code, reason) => {
      this.ended = closeNameOf(code) ?? String(code);
      this.reason = reason.toString();
    });
    this.ws.on('error', () => {});
    this.ws.on('unexpected-response', (request, response) => {
      this.status = response.statusCode;
      request.destroy();
      this.ws.terminate();
    });
  }

  send(message: object | Uint8Array): void {
    this.ws.send(message instanceof Uint8Array ? message : JSON.stringify(message));
  }

  /** The first message of this type that nobody took yet. */
  async take(type: string): Promise<Record<string, unknown>> {
    await until(`${type} (ended: ${this.ended ?? 'no'})`, () => {
      if (this.ended && !this.controls.some(({ t }) => t === type)) throw new Error(`ended: ${this.ended}`);
      return this.controls.some(({ t }) => t === type);
    });
    return this.controls.splice(
      this.controls.findIndex(({ t }) => t === type),
      1,
    )[0]!;
  }

  async frame(): Promise<Buffer> {
    await until('a frame', () => this.frames.length > 0);
    return this.frames.shift()!;
  }

  async end(): Promise<string> {
    await until('the end', () => this.ended !== undefined);
    return this.ended!;
  }

  async close(): Promise<void> {
    if (this.ws.readyState === WebSocket.CLOSED) return;
    const closed = once(this.ws, 'close');
    this.ws.close();
    await closed;
  }
}

/** Relays and sockets of one test, all ended by `end`. */
export class Bench {
  #ends: (() => Promise<void>)[] = [];

  async relay(options: Partial<RelayOptions> = {}): Promise<Relay> {
    const relay = await startRelay({ host: '127.0.0.1', port: 0, mode: 'own', ...options });
    this.#ends.push(() => relay.close());
    return relay;
  }

  onEnd(end: () => Promise<void>): void {
    this.#ends.push(end);
  }

  probe(url: string, options?: ClientOptions): Probe {
    const probe = new Probe(url.replace(/^http/, 'ws'), options);
    this.#ends.push(async () => probe.ws.terminate());
    return probe;
  }

  /** A host that has sent its admission. */
  async knockingHost(
    relay: { url: string },
    identity: Identity,
    more: { origin?: string; registration?: string; nonce?: string; options?: ClientOptions } = {},
  ): Promise<Probe> {
    const host = this.probe(`${relay.url}v1/host`, more.options);
    const { nonce } = await host.take('challenge');
    const proof = await identity.sign(more.nonce ?? String(nonce), more.origin ?? new URL(relay.url).origin);
    const { registration } = more;
    host.send({ t: 'admit', v: 1, proof, ...(registration === undefined ? {} : { registration }) });
    return host;
  }

  async host(relay: { url: string }, identity: Identity): Promise<Probe> {
    const host = await this.knockingHost(relay, identity);
    await host.take('admitted');
    return host;
  }

  async device(
    relay: { url: string },
    hostId: string,
    by: { slot?: string; ticket?: string },
    options?: ClientOptions,
  ): Promise<Probe> {
    const device = this.probe(`${relay.url}v1/device`, options);
    await until('the socket', () => device.ws.readyState === WebSocket.OPEN || device.ended !== undefined);
    if (device.ended === undefined) device.send({ t: 'join', v: 1, host: hostId, ...by });
    return device;
  }

  async end(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }
}

/** A frame on a host's socket. */
export function hostFrame(channel: unknown, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(0), Buffer.from(String(channel), 'base64url'), payload]);
}
