/** A finished handshake at work: seals, merges and pads what goes out; opens, checks and delivers what comes in. */
import type { Clock } from '../base/clock.ts';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { asOffdeskError, OffdeskError, type ErrorShape } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import { utf8 } from '../base/bytes.ts';
import { limits } from '../protocol/limits.ts';
import type { Aead } from './aead.ts';
import { Assembly, tooLarge, type Arrival } from './assembly.ts';
import type { CipherState } from './cipher-state.ts';
import { closingOf, controlMessage, type ControlMessage } from './control.ts';
import type { FrameItem, FrameQueue } from './frame-queue.ts';
import { digitsOf, type Purpose } from './handshake.ts';
import { Heartbeat } from './heartbeat.ts';
import { KeptEvent, OnceEvent } from './kept-event.ts';
import type { KeyPair } from './keys.ts';
import type { FrameLink } from './link.ts';
import { cutOff } from './reasons.ts';
import { contentBytes, malformed, packRecords, unpackRecord, type Part, type PartKind } from './record.ts';
import { Rekey } from './rekey.ts';
import type { SecureTransport } from './secure-transport.ts';

export interface ChannelParts {
  purpose: Purpose;
  role: 'initiator' | 'responder';
  link: FrameLink;
  /** Frames of `link` after the handshake. */
  queue: FrameQueue;
  ciphers: { send: CipherState; receive: CipherState };
  handshakeHash: Uint8Array;
  remoteStatic: Uint8Array;
  keyPair: KeyPair;
  aead: Aead;
  clock: Clock;
  log: Log;
}

export class SecureChannel implements SecureTransport {
  readonly purpose: Purpose;
  readonly remoteStatic: Uint8Array;
  readonly digits: string;
  readonly #parts: ChannelParts;
  #sendCipher: CipherState;
  #receiveCipher: CipherState;
  /** Records over the channel's whole life, whatever the keys. */
  #sent = 0;
  #received = 0;
  #waiting: { kind: PartKind; bytes: Uint8Array }[] = [];
  #waitingBytes = 0;
  #mergeTimer: Disposable | undefined;
  #assembly = new Assembly();
  #limit: number = limits.strangerMessageBytes;
  #closed = false;
  #store = new DisposableStore();
  #heartbeat: Heartbeat;
  #rekey: Rekey;
  #messages = new KeptEvent<string>((error) => this.#listenerFailed(error));
  #controls = new KeptEvent<ControlMessage>((error) => this.#listenerFailed(error));
  #confirm = new OnceEvent<void>();
  #end = new OnceEvent<ErrorShape | undefined>();
  readonly onMessage = this.#messages.event;
  readonly onControl = this.#controls.event;
  readonly onClose = this.#end.event;

  constructor(parts: ChannelParts) {
    this.#parts = parts;
    this.purpose = parts.purpose;
    this.remoteStatic = parts.remoteStatic;
    this.digits = digitsOf(parts.handshakeHash);
    this.#sendCipher = parts.ciphers.send;
    this.#receiveCipher = parts.ciphers.receive;
    const { role, keyPair, remoteStatic, aead, clock } = parts;
    this.#heartbeat = this.#store.add(
      new Heartbeat({ clock, ping: () => this.#ping(), missed: (error) => this.#fail(error) }),
    );
    this.#rekey = this.#store.add(
      new Rekey(
        {
          role,
          keyPair,
          remoteStatic,
          aead,
          clock,
          send: (kind, bytes) => {
            this.#flush();
            this.#seal([{ kind, bytes }]);
          },
          sendWith: (cipher) => {
            this.#sendCipher.destroy();
            this.#sendCipher = cipher;
          },
          receiveWith: (cipher) => {
            this.#receiveCipher.destroy();
            this.#receiveCipher = cipher;
          },
          fail: (error) => this.#fail(error),
        },
        parts.handshakeHash,
      ),
    );
    // The device has the host's key from the invite: the handshake has proven it.
    if (role === 'initiator') this.trust();
    // Tells the host that the device is there now: a replayed first message cannot.
    if (role === 'initiator') this.#heartbeat.ping();
    parts.queue.consume((item) => this.#take(item));
  }

  /** Resolves when the first record of the other side decrypted; rejects when the channel closes before. */
  confirmed(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#confirm.event(resolve);
      this.#end.event((reason) => {
        const { code, message, next } = reason ?? cutOff;
        reject(new OffdeskError(code, message, next));
      });
    });
  }

  trust(): void {
    this.#limit = limits.messageBytes;
    this.#parts.queue.limit = limits.messageBytes;
  }

  probe(): void {
    if (!this.#closed) this.#heartbeat.probe();
  }

  send(message: string, options: { urgent?: boolean } = {}): void {
    if (this.#closed) return;
    const bytes = utf8.encode(message);
    if (bytes.length > limits.messageBytes) return this.close(tooLarge().toShape());
    this.#enqueue('message', bytes);
    if (options.urgent || this.#waitingBytes >= contentBytes) this.#flush();
    else this.#mergeTimer ??= this.#parts.clock.after(limits.mergeMs, () => this.#flush());
  }

  sendControl(message: ControlMessage): void {
    if (this.#closed) return;
    this.#enqueue('control', utf8.encode(JSON.stringify(controlMessage.parse(message))));
    this.#flush();
  }

  close(reason?: ErrorShape): void {
    if (this.#closed) return;
    this.#messages.drop();
    this.#controls.drop();
    // Sealed, so that the other side can tell an end from a cut.
    if (reason) this.sendControl(closingOf(reason));
    this.#flush();
    this.#seal([{ kind: 'end', bytes: new Uint8Array(0) }]);
    this.#shut(reason);
  }

  #enqueue(kind: PartKind, bytes: Uint8Array): void {
    this.#waiting.push({ kind, bytes });
    this.#waitingBytes += bytes.length;
  }

  #flush(): void {
    this.#mergeTimer?.dispose();
    this.#mergeTimer = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (waiting.length > 0) this.#seal(waiting);
  }

  #seal(items: readonly { kind: PartKind; bytes: Uint8Array }[]): void {
    try {
      for (const record of packRecords(items)) {
        if (this.#closed) return;
        const frame = this.#sendCipher.encrypt(record);
        this.#sent++;
        this.#parts.link.send(frame);
      }
    } catch (error) {
      this.#fail(asOffdeskError(error, 'closed'));
    }
  }

  #ping(): number {
    this.#flush();
    const count = this.#sent;
    this.#seal([{ kind: 'ping', bytes: encodeCount(count) }]);
    return count;
  }

  #take(item: FrameItem): void | Promise<void> {
    if (this.#closed) return;
    if (item.kind === 'overflow') return this.#fail(tooLarge());
    if (item.kind === 'end') return this.#shut(item.reason ?? cutOff);
    let arrivals: Arrival[];
    try {
      if (item.frame.length > limits.noiseMessageBytes) throw malformed();
      const parts = unpackRecord(this.#receiveCipher.decrypt(item.frame));
      arrivals = this.#assembly.take(parts, this.#limit);
    } catch (error) {
      return this.#fail(asOffdeskError(error, 'frame_invalid'));
    }
    this.#received++;
    this.#heartbeat.alive();
    this.#confirm.fire();
    let work: Promise<void> | undefined;
    for (const arrival of arrivals) {
      if (this.#closed) break;
      // A re-handshake part is worked on asynchronously; what follows it in the queue waits.
      if (arrival.kind === 'other') work = this.#takePart(arrival.part) ?? work;
      else this.#deliver(arrival);
    }
    return work;
  }

  #takePart(part: Part): Promise<void> | undefined {
    switch (part.kind) {
      case 'ping':
        // Records cannot be missing unnoticed (their nonces count); this makes it explicit.
        if (decodeCount(part.bytes) !== this.#received - 1) this.#fail(malformed());
        else this.#seal([{ kind: 'pong', bytes: part.bytes }]);
        return undefined;
      case 'pong':
        try {
          this.#heartbeat.pong(decodeCount(part.bytes));
        } catch (error) {
          this.#fail(asOffdeskError(error));
        }
        return undefined;
      case 'end':
        this.#shut(undefined);
        return undefined;
      case 'rekeyOffer':
      case 'rekeyAnswer':
      case 'rekeySwitch':
        return this.#rekey.take(part);
      case 'message':
      case 'control':
        // The assembly consumes these.
        return undefined;
    }
  }

  #deliver(arrival: Exclude<Arrival, { kind: 'other' }>): void {
    if (this.#messages.keptBytes + this.#controls.keptBytes + arrival.bytes > this.#limit) {
      return this.#fail(tooLarge());
    }
    try {
      if (arrival.kind === 'message') return this.#messages.fire(arrival.text, arrival.bytes);
      this.#controls.fire(arrival.message, arrival.bytes);
    } catch (error) {
      return this.#listenerFailed(error);
    }
    if (arrival.message.type === 'closing') {
      const { code, message, next } = arrival.message;
      this.#shut({ code, message, next });
    }
  }

  #listenerFailed(error: unknown): void {
    this.#fail(asOffdeskError(error));
  }

  /** Ends without a word: after a failure nothing more is said over this link. */
  #fail(error: OffdeskError): void {
    if (this.#closed) return;
    this.#parts.log.write('warn', 'channel failed', { code: error.code, received: this.#received });
    this.#shut(error.toShape());
  }

  #shut(reason: ErrorShape | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#mergeTimer?.dispose();
    this.#waiting = [];
    this.#store.dispose();
    this.#parts.queue.dispose();
    this.#sendCipher.destroy();
    this.#receiveCipher.destroy();
    this.#parts.link.close();
    this.#end.fire(reason);
  }
}

function encodeCount(count: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(count));
  return bytes;
}

function decodeCount(bytes: Uint8Array): number {
  if (bytes.length !== 8) return -1;
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0));
}
