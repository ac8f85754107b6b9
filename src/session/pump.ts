/** One client's reader of one journal: a cursor and a bound, never a queue (docs/SPEC.md, F). */
import type { Disposable } from '../base/disposable.ts';
import type { Fact } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import type { FactMessage } from './fact-message.ts';
import { otherWork, readMerged, type FactSource } from './merged-read.ts';

export interface PumpOptions {
  source: FactSource;
  /** What follows it is sent. */
  seq: number;
  /** Sent ahead, within the same bound: state facts that are older. */
  first?: readonly Fact[];
  message(fact: Fact): FactMessage;
  /** Rejects when the connection is gone. */
  send(fact: Fact, message: FactMessage): Promise<void>;
  /** The source could not be read; the next fact or acknowledgement tries again. */
  unreadable(error: unknown): void;
}

export class Pump implements Disposable {
  readonly #options: PumpOptions;
  readonly #subscription: Disposable;
  /** What was sent and not acknowledged, oldest first. */
  #unacked: { seq: number; bytes: number }[] = [];
  #unackedBytes = 0;
  #first: readonly Fact[];
  #sent: number;
  /** Up to here all would survive a loss of power, as far as this reader asked. */
  #durable = 0;
  /** What comes next does not fit: nothing is read before the client has taken something. */
  #full = false;
  #running = false;
  #disposed = false;

  constructor(options: PumpOptions) {
    this.#options = options;
    this.#sent = options.seq;
    this.#first = options.first ?? [];
    this.#subscription = options.source.onAppend(() => this.#wake());
    this.#wake();
  }

  /** Bytes of messages that the client has not acknowledged. */
  get unackedBytes(): number {
    return this.#unackedBytes;
  }

  /** Everything that there is was sent. */
  get idle(): boolean {
    return this.#first.length === 0 && this.#sent >= this.#options.source.head;
  }

  /** The client has taken in everything up to `seq`; true when that was news. */
  ack(seq: number): boolean {
    let taken = 0;
    while (taken < this.#unacked.length && this.#unacked[taken]!.seq <= seq) {
      this.#unackedBytes -= this.#unacked[taken]!.bytes;
      taken++;
    }
    if (taken === 0) return false;
    this.#unacked.splice(0, taken);
    this.#full = false;
    this.#wake();
    return true;
  }

  dispose(): void {
    this.#disposed = true;
    this.#subscription.dispose();
    this.#unacked = [];
    this.#unackedBytes = 0;
    this.#first = [];
  }

  #wake(): void {
    if (!this.#running && !this.#full && !this.#disposed && !this.idle) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (!this.#disposed && !this.#full && !this.idle) {
        const facts = await this.#next();
        if (!facts) return;
        for (const fact of facts) {
          if (!(await this.#pass(fact))) break;
        }
        if (!this.idle) await otherWork();
      }
    } catch {
      // The connection is gone; its owner disposes the pump.
      this.#disposed = true;
    } finally {
      this.#running = false;
    }
  }

  /** A client that keeps up gets a fact at once, one that is behind gets them merged. */
  async #next(): Promise<readonly Fact[] | undefined> {
    if (this.#first.length > 0) return this.#first;
    const { source, unreadable } = this.#options;
    const room = limits.unackedBytes - this.#unackedBytes;
    if (source.head - this.#sent > 1 && room < limits.ackEveryBytes) {
      // So little would be merged badly, and read again and again.
      this.#full = true;
      return [];
    }
    try {
      const facts = await readMerged(source, this.#sent, Math.max(room, 1));
      if (facts.length > 0) return facts;
    } catch (error) {
      if (!this.#disposed) unreadable(error);
    }
    return undefined;
  }

  /** False when it has to wait for an acknowledgement, or for nothing any more. */
  async #pass(fact: Fact): Promise<boolean> {
    if (isReceipt(fact) && fact.seq > this.#durable) await this.#keep();
    if (this.#disposed) return false;
    const message = this.#options.message(fact);
    // What is larger than the bound goes alone.
    if (this.#unacked.length > 0 && this.#unackedBytes + message.bytes > limits.unackedBytes) {
      this.#full = true;
      return false;
    }
    if (this.#first.length > 0) this.#first = this.#first.slice(1);
    else this.#sent = fact.seq;
    this.#unacked.push({ seq: fact.seq, bytes: message.bytes });
    this.#unackedBytes += message.bytes;
    await this.#options.send(fact, message);
    return true;
  }

  /** As soon as the disk has what there is; at once where it refuses, which clients are told of. */
  async #keep(): Promise<void> {
    const { source } = this.#options;
    const { head } = source;
    await source.sync().then(
      () => (this.#durable = head),
      () => {},
    );
  }
}

/** Its client gives up its own copy when this comes. */
const isReceipt = (fact: Fact): boolean => fact.event?.type === 'prompt_received';
