/** One WebSocket of the relay within its bounds: alive, not too fast, not too slow, and closed by name. */
import type { WebSocket } from 'ws';
import type { Clock } from '../base/clock.ts';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import type { Log } from '../base/log.ts';
import { closeCodes, type CloseName } from '../protocol/envelope.ts';
import { limits } from '../protocol/limits.ts';
import { TokenBucket } from './limits-gate.ts';

export interface PeerHandler {
  text(text: string): void;
  binary(bytes: Uint8Array): void;
  /** Once, whoever closed. */
  closed(): void;
}

/** An overdraft of more than this many milliseconds is a flood, not a burst. */
const floodMs = 2_000;

export class Peer {
  #ws: WebSocket;
  #clock: Clock;
  #log: Log;
  #handler: PeerHandler | undefined;
  #ended = false;
  #alive = true;
  #life = new DisposableStore();
  #heartbeat: Disposable | undefined;
  #resting: Disposable | undefined;
  #bucket: TokenBucket;
  #pauses = new Set<'rate' | 'hold'>();

  constructor(ws: WebSocket, clock: Clock, log: Log) {
    this.#ws = ws;
    this.#clock = clock;
    this.#log = log;
    this.#bucket = new TokenBucket(limits.relayStrangerFramesPerSecond, clock.now());
    ws.on('message', (data: Buffer, isBinary) => {
      if (!this.#count()) return;
      if (isBinary) this.#receiveBinary(data);
      else this.#receiveText(data);
    });
    // Answered here, since ws would end a socket with many pings without saying why.
    ws.on('ping', (data: Buffer) => {
      if (this.#count()) ws.pong(data);
    });
    ws.on('pong', () => this.#count());
    // ws has sent its own close code (RFC 6455 section 7.4.1); 'close' follows.
    ws.on('error', (error) => log.write('debug', 'socket error', { error: error.message }));
    ws.on('close', () => this.#end());
    this.#watch();
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Bytes that wait in this process for the socket. */
  get buffered(): number {
    return this.#ws.bufferedAmount;
  }

  /** Set in the same turn in which the socket opened. */
  handle(handler: PeerHandler): void {
    this.#handler = handler;
  }

  /** Ends with the peer. */
  add(item: Disposable): void {
    this.#life.add(item);
  }

  setRate(framesPerSecond: number): void {
    this.#bucket = new TokenBucket(framesPerSecond, this.#clock.now());
  }

  /** Closes a peer that does not take what it is sent. `taken` is called when the socket took these bytes. */
  send(data: string | Uint8Array, taken?: () => void): void {
    if (this.#ended) return;
    this.#ws.send(data, (error) => {
      if (!error && !this.#ended) taken?.();
    });
    if (this.#ws.bufferedAmount > limits.relayBufferedBytes) this.close('tooSlow');
  }

  /** Stops reading; TCP then slows the sender down. */
  hold(on: boolean): void {
    this.#setPause('hold', on);
  }

  close(name: CloseName, detail?: string): void {
    if (this.#ended) return;
    this.#log.write('debug', 'socket closed', { close: name, detail });
    this.#ws.close(closeCodes[name].code, detail ? `${name}: ${detail}` : name);
    this.#end();
  }

  /** An orderly end. */
  finish(): void {
    if (this.#ended) return;
    this.#ws.close(1000);
    this.#end();
  }

  /** Without a close frame: for a peer that does not answer. */
  terminate(): void {
    this.#ws.terminate();
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#heartbeat?.dispose();
    this.#resting?.dispose();
    this.#life.dispose();
    // Else a paused socket would never see the answer to its close frame.
    if (this.#ws.isPaused) this.#ws.resume();
    this.#handler?.closed();
  }

  #receiveText(data: Buffer): void {
    if (data.length > limits.relayControlBytes) this.close('tooLarge');
    else this.#handler?.text(data.toString());
  }

  #receiveBinary(data: Buffer): void {
    if (data.length === 0) this.close('invalid', 'an empty frame');
    else this.#handler?.binary(data);
  }

  /** False when the frame comes too late or is one too many. */
  #count(): boolean {
    if (this.#ended) return false;
    this.#alive = true;
    const wait = this.#bucket.take(this.#clock.now());
    if (wait === 0) return true;
    if (wait > floodMs) {
      this.close('limited', 'too many frames');
      return false;
    }
    if (!this.#pauses.has('rate')) this.#rest(wait);
    return true;
  }

  /** Frames of a piece that was already read still come, so the wait may grow meanwhile. */
  #rest(ms: number): void {
    this.#setPause('rate', true);
    this.#resting = this.#clock.after(ms, () => {
      const more = this.#bucket.wait(this.#clock.now());
      if (more > 0) this.#rest(more);
      else this.#setPause('rate', false);
    });
  }

  #setPause(reason: 'rate' | 'hold', on: boolean): void {
    if (this.#ended) return;
    if (on) this.#pauses.add(reason);
    else this.#pauses.delete(reason);
    if (this.#pauses.size > 0) this.#ws.pause();
    else if (this.#ws.isPaused) {
      this.#alive = true;
      this.#ws.resume();
    }
  }

  #watch(): void {
    this.#heartbeat = this.#clock.after(limits.relayPingMs, () => {
      // What is not read can't be missed.
      if (!this.#alive && this.#pauses.size === 0) return this.terminate();
      this.#alive = false;
      this.#ws.ping();
      this.#watch();
    });
  }
}
