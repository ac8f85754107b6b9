/** A TCP proxy on loopback that breaks links in the ways networks do, and records what passes. */
import { createServer, connect, type Server, type Socket } from 'node:net';
import { TLSSocket, createSecureContext, type SecureContext } from 'node:tls';

export interface FaultProxyOptions {
  /** Where connections go. Plain TCP. */
  target: { host?: string; port: number };
  /** 127.0.0.1 by default. */
  host?: string;
  /** 0, the default, takes a free one. */
  port?: number;
  /**
   * End TLS here and go on in plain, as a reverse proxy does: then the recording holds what the target sees.
   * PEM texts.
   */
  tls?: { key: string; cert: string };
}

/** One connection's bytes, in order. `up` goes to the target. Kept up to 64 MiB in all; more is an error. */
export interface Recording {
  up: Buffer;
  down: Buffer;
}

const recordedBytesMax = 64 * 1024 * 1024;
/** Of a delayed direction: bytes in flight before the sender is held back. */
const delayedBytesMax = 4 * 1024 * 1024;

type Mode = 'open' | 'half-open' | 'refusing';

export class FaultProxy {
  readonly host: string;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #recordings: { up: Buffer[]; down: Buffer[] }[] = [];
  readonly #secure: SecureContext | undefined;
  #target: { host: string; port: number };
  #port = 0;
  #mode: Mode = 'open';
  #heldWay: 'up' | 'down' | undefined;
  #delayMs = 0;
  #bytesPerSecond = Infinity;
  #recorded = 0;
  #accepted = 0;

  private constructor(options: FaultProxyOptions) {
    this.host = options.host ?? '127.0.0.1';
    this.#target = { host: options.target.host ?? '127.0.0.1', port: options.target.port };
    this.#secure = options.tls && createSecureContext(options.tls);
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject);
      proxy.#server.listen(options.port ?? 0, proxy.host, resolve);
    });
    proxy.#port = (proxy.#server.address() as { port: number }).port;
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  /** Connections now, and ever. */
  get connections(): { open: number; accepted: number } {
    return { open: this.#links.size, accepted: this.#accepted };
  }

  /** What passed, by connection, in the order in which they came. */
  get recordings(): Recording[] {
    if (this.#recorded > recordedBytesMax)
      throw new Error(`more than ${recordedBytesMax} bytes passed: the recording is cut`);
    return this.#recordings.map(({ up, down }) => ({ up: Buffer.concat(up), down: Buffer.concat(down) }));
  }

  /** Resets every connection, both ways. New ones are served as before. */
  cut(): void {
    for (const link of this.#links) link.reset();
  }

  /**
   * Keeps every connection and forwards nothing any more, ends and resets neither; new ones are accepted and
   * stay silent. As when a router forgets a link, or a phone leaves the building. `only`: one direction alone; what
   * went the other way arrives, and nobody hears that it did.
   */
  halfOpen(only?: 'up' | 'down'): void {
    this.#mode = 'half-open';
    this.#heldWay = only;
    for (const link of this.#links) link.hold(only);
  }

  /** Resets every connection and each new one: nobody answers at this address. */
  refuse(): void {
    this.#mode = 'refusing';
    this.cut();
  }

  /**
   * New connections are served again. Those that were held stay dead, as with a router that forgot them;
   * with `resume` they go on where they were, as after lost packets.
   */
  heal({ resume = false }: { resume?: boolean } = {}): void {
    this.#mode = 'open';
    if (resume) for (const link of this.#links) link.release();
  }

  /** Every chunk, both ways, now and on new connections, arrives this much later. Milliseconds. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /**
   * Each direction of each connection, now and new, carries at most so much. `Infinity` ends it, and what was held
   * back by it goes at once.
   */
  throttle(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
    if (bytesPerSecond === Infinity) for (const link of this.#links) link.hurry();
  }

  /** New connections go elsewhere: to a restarted relay, say. */
  retarget(port: number, host = '127.0.0.1'): void {
    this.#target = { host, port };
  }

  async close(): Promise<void> {
    this.cut();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    this.#accepted++;
    if (this.#mode === 'refusing') {
      socket.on('error', () => undefined);
      socket.resetAndDestroy();
      return;
    }
    const record = { up: [] as Buffer[], down: [] as Buffer[] };
    this.#recordings.push(record);
    const link = new Link(socket, this.#target, this.#secure, {
      delayMs: () => this.#delayMs,
      bytesPerSecond: () => this.#bytesPerSecond,
      record: (direction, chunk) => {
        this.#recorded += chunk.length;
        if (this.#recorded <= recordedBytesMax) record[direction].push(chunk);
      },
      ended: () => this.#links.delete(link),
    });
    this.#links.add(link);
    if (this.#mode === 'half-open') link.hold(this.#heldWay);
  }
}

interface LinkEvents {
  delayMs: () => number;
  bytesPerSecond: () => number;
  record: (direction: 'up' | 'down', chunk: Buffer) => void;
  ended: () => void;
}

/** One connection through the proxy: two sockets that share their fate. */
class Link {
  /** The sockets as the network sees them: these are what a reset is sent on. */
  readonly #raw: Socket[];
  readonly #up: Direction;
  readonly #down: Direction;
  readonly #ended: () => void;
  #held = false;
  #over = false;

  constructor(
    client: Socket,
    to: { host: string; port: number },
    secure: SecureContext | undefined,
    events: LinkEvents,
  ) {
    const target = connect({ ...to, allowHalfOpen: true });
    const front: Socket = secure ? new TLSSocket(client, { isServer: true, secureContext: secure }) : client;
    this.#raw = [client, target];
    this.#ended = events.ended;
    this.#up = new Direction(front, target, events, (chunk) => events.record('up', chunk));
    this.#down = new Direction(target, front, events, (chunk) => events.record('down', chunk));
    for (const socket of new Set([client, front, target])) {
      socket.setNoDelay?.(true);
      // What breaks one side breaks the other, unless the link is held: then nothing gets through at all.
      socket.on('error', () => this.#broken());
      socket.on('close', (hadError) => {
        if (hadError) this.#broken();
        else if (this.#raw.every((raw) => raw.destroyed)) this.#finish();
      });
    }
  }

  hold(only: 'up' | 'down' | undefined): void {
    this.#held = true;
    if (only !== 'down') this.#up.hold();
    if (only !== 'up') this.#down.hold();
  }

  release(): void {
    this.#held = false;
    this.#up.release();
    this.#down.release();
  }

  hurry(): void {
    this.#up.hurry();
    this.#down.hurry();
  }

  reset(): void {
    for (const socket of this.#raw) if (!socket.destroyed) socket.resetAndDestroy();
    this.#finish();
  }

  #broken(): void {
    if (!this.#held) this.reset();
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#up.drop();
    this.#down.drop();
    this.#ended();
  }
}

/** One way of a link: chunks in order, late by the delay of their time, with back pressure. */
class Direction {
  readonly #from: Socket;
  readonly #to: Socket;
  #queue: { due: number; chunk: Buffer | undefined }[] = [];
  #queued = 0;
  #timer: NodeJS.Timeout | undefined;
  #held = false;
  /** Until then the line is taken by what went before. By performance.now(). */
  #takenUntil = 0;

  constructor(
    from: Socket,
    to: Socket,
    pace: Pick<LinkEvents, 'delayMs' | 'bytesPerSecond'>,
    record: (chunk: Buffer) => void,
  ) {
    this.#from = from;
    this.#to = to;
    const take = (chunk: Buffer | undefined): void => {
      if (chunk) record(chunk);
      this.#queued += chunk?.length ?? 0;
      const due = Math.max(performance.now() + pace.delayMs(), this.#takenUntil);
      this.#takenUntil = due + ((chunk?.length ?? 0) / pace.bytesPerSecond()) * 1000;
      this.#queue.push({ due: this.#takenUntil, chunk });
      this.#flush();
    };
    from.on('data', take);
    from.on('end', () => take(undefined));
    to.on('drain', () => this.#pace());
  }

  hold(): void {
    this.#held = true;
    this.#from.pause();
  }

  release(): void {
    this.#held = false;
    this.#flush();
  }

  hurry(): void {
    this.#takenUntil = 0;
    for (const piece of this.#queue) piece.due = 0;
    this.#flush();
  }

  drop(): void {
    clearTimeout(this.#timer);
    this.#queue = [];
  }

  #flush(): void {
    clearTimeout(this.#timer);
    while (!this.#held) {
      const next = this.#queue[0];
      if (!next) break;
      const wait = next.due - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#flush(), wait);
        break;
      }
      this.#queue.shift();
      this.#queued -= next.chunk?.length ?? 0;
      if (next.chunk) this.#to.write(next.chunk);
      else this.#to.end();
    }
    this.#pace();
  }

  #pace(): void {
    if (this.#held || this.#to.writableNeedDrain || this.#queued > delayedBytesMax) this.#from.pause();
    else this.#from.resume();
  }
}
