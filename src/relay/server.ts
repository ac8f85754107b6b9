/** The relay: one port for the web client, for hosts and for devices. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type ServerOptions } from 'ws';
import { systemClock, type Clock } from '../base/clock.ts';
import { OffdeskError } from '../base/error.ts';
import { scopedLog, silentLog, type Log } from '../base/log.ts';
import { devicePath, ENVELOPE, hostPath } from '../protocol/envelope.ts';
import { limits } from '../protocol/limits.ts';
import type { Bus } from './bus.ts';
import { frameHeaderBytes } from './bus-messages.ts';
import { DevicePeer } from './device-peer.ts';
import { HostPeer } from './host-peer.ts';
import { refuse, refuseSocket, sendJson, type AnswerName } from './http-answer.ts';
import { readWebFiles, sendFile, type WebFiles } from './http-files.ts';
import { addressKey, isLoopback, Counts } from './limits-gate.ts';
import { innerSockets } from './inner-socket.ts';
import { listenError, parsePublicUrl } from './listen-options.ts';
import { MemoryBus } from './memory-bus.ts';
import { Names } from './names.ts';
import { Peer } from './peer.ts';
import { Rooms } from './rooms.ts';

export interface RelayOptions {
  /** An address to listen on, such as `127.0.0.1`. */
  host: string;
  /** 0 for any free one. */
  port: number;
  /** PEM texts. */
  tls?: { cert: string; key: string };
  /** What browsers and hosts call this relay; its path is a prefix that may or may not arrive here. */
  publicUrl?: string;
  /** What hosts must present; undefined lets any host in. */
  registrationToken?: string;
  /** The built web client to serve; none by default. */
  webFolder?: string;
  /** `embedded`: in a host's process, for that host alone, with strict checks of Host and Origin. */
  mode: 'embedded' | 'own';
  /** More hosts by which this relay may be reached, such as `192.168.1.5:4711`; asked at each request. */
  allowedHosts?: () => Iterable<string>;
  /** The one host that may register. */
  onlyHost?: string;
  /** Shared by nodes that form one relay; a private one by default, and only that is closed with the relay. */
  bus?: Bus;
  clock?: Clock;
  log?: Log;
}

export interface Relay {
  readonly port: number;
  /** The public URL, else where it listens; ends with `/`. */
  readonly url: string;
  readonly stats: RelayStats;
  /** A connection from within this process: each way spares a trip through the network's stack. */
  connect(): Duplex;
  /** Idempotent. When it resolves nothing listens and every socket is gone. */
  close(): Promise<void>;
}

export interface RelayStats {
  hosts: number;
  devices: number;
  /** Open sockets, HTTP and WebSocket. */
  connections: number;
}

/** How long sockets get to say goodbye when the relay stops. */
const stopMs = 500;
/** Turns of the event loop in which sockets are read before they are closed. */
const lastTurns = 4;

// `closeTimeout` is newer than the types.
const webSocketOptions: ServerOptions & { closeTimeout: number } = {
  noServer: true,
  clientTracking: false,
  autoPong: false,
  perMessageDeflate: false,
  maxPayload: frameHeaderBytes + limits.relayFrameBytes,
  // A frame of 64 KiB that comes in so many pieces is an attack on memory.
  maxFragments: 1_024,
  maxBufferedChunks: 4_096,
  closeTimeout: limits.relayCloseMs,
};

/** Rejects with `port_taken`, `address_invalid`, `settings_invalid` (TLS, public URL) or `storage_failed`. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const publicUrl = parsePublicUrl(options.publicUrl);
  const files: WebFiles = options.webFolder ? await readWebFiles(options.webFolder) : new Map();
  const relay = new RelayNode(options, publicUrl, files);
  await relay.listen();
  return relay;
}

class RelayNode implements Relay {
  #options: RelayOptions;
  #publicUrl: URL | undefined;
  #files: WebFiles;
  #clock: Clock;
  #log: Log;
  #bus: Bus;
  #names: Names;
  #rooms: Rooms;
  #server: Server;
  #webSockets: WebSocketServer;
  #addresses = new Counts();
  #hosts = new Counts();
  #devices = new Counts();
  #sockets = new Set<Socket>();
  #peers = new Set<Peer>();
  #port: number;
  #closing: Promise<void> | undefined;

  constructor(options: RelayOptions, publicUrl: URL | undefined, files: WebFiles) {
    const { mode, allowedHosts = () => [] } = options;
    this.#options = options;
    this.#port = options.port;
    this.#publicUrl = publicUrl;
    this.#files = files;
    this.#clock = options.clock ?? systemClock;
    this.#log = scopedLog(options.log ?? silentLog, 'relay');
    this.#bus = options.bus ?? new MemoryBus();
    this.#rooms = new Rooms(this.#bus);
    this.#names = new Names({ mode, publicUrl, allowedHosts });
    this.#webSockets = new WebSocketServer(webSocketOptions);
    this.#server = this.#createServer();
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    if (this.#publicUrl) return this.#publicUrl.href.replace(/\/*$/, '/');
    const { host, tls } = this.#options;
    return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${this.port}/`;
  }

  get stats(): RelayStats {
    return { hosts: this.#hosts.total, devices: this.#devices.total, connections: this.#sockets.size };
  }

  listen(): Promise<void> {
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
      this.#server.listen({ host, port, exclusive: true }, () => {
        this.#port = (this.#server.address() as AddressInfo).port;
        this.#server.removeAllListeners('error');
        this.#server.on('error', (error) => this.#log.write('error', 'server', { error: error.message }));
        this.#log.write('info', 'listening', { host, port: this.port });
        resolve();
      });
    });
  }

  connect(): Duplex {
    const [near, far] = innerSockets();
    if (this.#closing) near.destroy();
    else this.#server.emit('connection', far);
    return near;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    // What a host in this process has just sent, such as its last word to a device, still goes through.
    for (let turn = 0; turn < lastTurns; turn++) await new Promise((resolve) => setImmediate(resolve));
    for (const peer of [...this.#peers]) peer.close('stopping');
    // Real time on purpose: a stopped test clock must not keep sockets open.
    const hurry = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, stopMs);
    await closed;
    clearTimeout(hurry);
    if (!this.#options.bus) this.#bus.close();
    this.#log.write('info', 'stopped');
  }

  #createServer(): Server {
    const { tls } = this.#options;
    const settings = {
      maxHeaderSize: limits.relayHttpHeaderBytes,
      headersTimeout: limits.relayHelloMs,
      requestTimeout: limits.relayHelloMs,
      keepAliveTimeout: limits.relayHelloMs,
      connectionsCheckingInterval: limits.relayHelloMs / 2,
    };
    let server: Server;
    try {
      server = tls
        ? createTlsServer({ ...settings, ...tls, handshakeTimeout: limits.relayHelloMs })
        : createServer(settings);
    } catch (cause) {
      const message = 'The TLS certificate or its key can not be used.';
      throw new OffdeskError('settings_invalid', message, 'Give a PEM certificate chain and its key.', {
        cause,
      });
    }
    server.maxConnections = limits.relayConnections;
    server.on('connection', (socket: Socket) => this.#connected(socket));
    server.on('request', (request, response) => void this.#request(request, response));
    server.on('checkExpectation', (_request, response: ServerResponse) => refuse(response, 'expectation'));
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    server.on('connect', (_request, socket: Duplex) => refuseSocket(socket, 'methodNotAllowed'));
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      refuseSocket(socket, clientErrors[error.code ?? ''] ?? 'badRequest');
    });
    return server;
  }

  #connected(socket: Socket): void {
    const key = addressKey(socket.remoteAddress);
    const place = this.#addresses.take(key);
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => {
      this.#sockets.delete(socket);
      place.dispose();
    });
    // Requests beyond the limit get an answer that says so; far beyond it not even that.
    if (!this.#isUnlimited(key) && this.#addresses.of(key) > 2 * limits.relayConnectionsPerAddress) {
      socket.destroy();
    }
  }

  /** Behind a reverse proxy on the same machine all clients have the proxy's address. */
  #isUnlimited(key: string): boolean {
    return this.#options.mode === 'own' && isLoopback(key);
  }

  /** Why this request is refused whatever it asks for. */
  #refusal(request: IncomingMessage): AnswerName | undefined {
    const key = addressKey(request.socket.remoteAddress);
    if (!this.#isUnlimited(key) && this.#addresses.of(key) > limits.relayConnectionsPerAddress) {
      return 'limited';
    }
    return this.#names.isOwnHost(request.headers.host) ? undefined : 'misdirected';
  }

  #pathOf(request: IncomingMessage): { path: string | undefined } {
    const [path = '/'] = (request.url ?? '/').split('?');
    return { path: this.#names.relativePath(path) };
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = this.#refusal(request);
    if (refusal) return refuse(response, refusal);
    const { origin, host } = request.headers;
    if (!this.#names.isAllowedOrigin(origin, host)) return refuse(response, 'forbiddenOrigin');
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 'methodNotAllowed');
    const { path } = this.#pathOf(request);
    if (path === undefined) {
      // The page's own links are relative, which needs the slash.
      const location = `${this.#publicUrl?.pathname.replace(/\/+$/, '').split('/').pop()}/`;
      return sendJson(response, 308, {}, { Location: location });
    }
    if (path === '/healthz') return sendJson(response, 200, { status: 'ok', envelope: ENVELOPE });
    if (path === `/${hostPath}` || path === `/${devicePath}`) return refuse(response, 'upgradeRequired');
    if (!(await sendFile(this.#files, path, request, response))) refuse(response, 'notFound');
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => {});
    const refusal = this.#refusal(request);
    if (refusal) return refuseSocket(socket, refusal);
    const { path } = this.#pathOf(request);
    const forHost = path === `/${hostPath}`;
    if (!forHost && path !== `/${devicePath}`) return refuseSocket(socket, 'notFound');
    if (this.#closing) return socket.destroy() && undefined;
    this.#webSockets.handleUpgrade(request, socket, head, (ws) => {
      const peer = new Peer(ws, this.#clock, this.#log);
      this.#peers.add(peer);
      peer.add({ dispose: () => this.#peers.delete(peer) });
      const { origin, host } = request.headers;
      // After the upgrade, since a browser does not show a page the status of a refused one.
      if (!this.#names.isAllowedOrigin(origin, host)) return peer.close('forbiddenOrigin');
      const shared = { bus: this.#bus, clock: this.#clock, onlyHost: this.#options.onlyHost };
      if (forHost) {
        new HostPeer(peer, {
          ...shared,
          hosts: this.#hosts,
          isOwnOrigin: (dialed) => this.#names.isOwnOrigin(dialed, host),
          registrationToken: this.#options.registrationToken,
        });
      } else {
        new DevicePeer(peer, { ...shared, rooms: this.#rooms, devices: this.#devices });
      }
    });
  }
}

const clientErrors: Record<string, AnswerName> = {
  HPE_HEADER_OVERFLOW: 'headersTooLarge',
  ERR_HTTP_REQUEST_TIMEOUT: 'timeout',
};
