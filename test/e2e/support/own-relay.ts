/** An own relay as a user has it, `offdesk relay` behind TLS, with one breakable, recording way for each side. */
import { lookup } from 'node:dns';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { WebSocketPort } from '../../../src/channel/relay-socket.ts';
import { FaultProxy, type FaultProxyOptions } from '../../support/fault-proxy.ts';
import { cliPath } from '../../support/paths.ts';
import { freePort } from '../../support/ports.ts';
import { start, type TestProcess } from '../../support/processes.ts';
import { createTestCa, type TestCa } from '../../support/tls.ts';
import { searchable } from '../../support/websocket-bytes.ts';
import { unpackedBodies } from './http-bodies.ts';

export const relayName = 'relay.test';
/** Phones come to the one, hosts to the other: all of 127.0.0.0/8 is this computer (Linux). */
const phoneAddress = '127.0.0.1';
const hostAddress = '127.0.0.2';
const portTries = 5;

export class OwnRelay {
  readonly ca: TestCa;
  /** What phones and hosts call it. */
  readonly url: string;
  /** TLS ends in these, so that they record what the relay itself sees. */
  readonly phones: FaultProxy;
  readonly hosts: FaultProxy;
  readonly #port: number;
  #process: TestProcess | undefined;

  private constructor(ca: TestCa, port: number, phones: FaultProxy, hosts: FaultProxy) {
    this.ca = ca;
    this.#port = port;
    this.phones = phones;
    this.hosts = hosts;
    this.url = `https://${relayName}:${phones.port}/`;
  }

  static async start(): Promise<OwnRelay> {
    const ca = await createTestCa();
    const tls = await ca.issue(relayName);
    const port = await freePort();
    const relay = new OwnRelay(ca, port, ...(await bothSides({ target: { port }, tls })));
    try {
      await relay.run();
      return relay;
    } catch (error) {
      await relay.close();
      throw error;
    }
  }

  /** For a Node process that is to find it, as a host, and to write down on what it listens. */
  readonly nodeArgs = ['relay-name.cjs', 'listen-log.cjs'].flatMap((name) => [
    '--require',
    join(import.meta.dirname, name),
  ]);

  /** Likewise; and to trust its certificate. */
  get hostEnv(): Record<string, string> {
    return {
      NODE_EXTRA_CA_CERTS: this.ca.certPath,
      OFFDESK_TEST_RELAY_NAME: relayName,
      OFFDESK_TEST_RELAY_ADDRESS: hostAddress,
    };
  }

  /** For devices in the process of the tests: they come the way of phones. */
  readonly openWebSocket = (url: string): WebSocketPort =>
    new WebSocket(url, {
      ca: this.ca.cert,
      lookup: (_name, options, callback) => lookup(phoneAddress, options, callback),
    }) as unknown as WebSocketPort;

  /** Starts the relay, where it was before. */
  async run(): Promise<void> {
    const relay = start(
      process.execPath,
      [cliPath, 'relay', '--port', String(this.#port), '--public-url', this.url, '--verbose'],
      { name: 'offdesk relay' },
    );
    this.#process = relay;
    await relay.stdout.waitForLine((line) => line.includes(this.url));
  }

  /** As by a power cut: no goodbye to anyone. */
  async crash(): Promise<void> {
    await this.#process?.stop('SIGKILL');
    this.#process = undefined;
  }

  /** What the relay printed since it last started. */
  get output(): string {
    return this.#process?.output ?? '';
  }

  /** All that crossed it: each direction of each connection, WebSocket frames unmasked, and what was compressed. */
  crossed(): Buffer[] {
    return [...this.phones.recordings, ...this.hosts.recordings].flatMap(({ up, down }) => [
      searchable(up),
      searchable(down),
      ...unpackedBodies(down),
    ]);
  }

  async close(): Promise<void> {
    await this.#process?.stop();
    await this.phones.close();
    await this.hosts.close();
    this.ca.dispose();
  }
}

/** One public address: the same port on both sides. */
async function bothSides(options: FaultProxyOptions): Promise<[phones: FaultProxy, hosts: FaultProxy]> {
  for (let tries = 1; ; tries++) {
    const phones = await FaultProxy.start({ ...options, host: phoneAddress });
    try {
      return [phones, await FaultProxy.start({ ...options, host: hostAddress, port: phones.port })];
    } catch (error) {
      await phones.close();
      if (tries >= portTries) throw error;
    }
  }
}
