/** One client's reader of one journal: a cursor and a bound, never a queue (docs/SPEC.md, F). */
import type { Disposable } from '../base/disposable.ts';
import type { Fact } from '../protocol/facts.ts';
import { limits } from '../protocol/limits.ts';
import { sizeOf, type Journal } from './journal.ts';

export class Pump implements Disposable {
  readonly #journal: Journal;
  readonly #send: (fact: Fact) => Promise<void>;
  readonly #subscription: Disposable;
  /** What was sent and not acknowledged, oldest first. */
  #unacked: { seq: number; bytes: number }[] = [];
  #unackedBytes = 0;
  #sent: number;
  #running = false;
  #again = false;
  #disposed = false;

  /** Sends what follows `seq`. */
  constructor(journal: Journal, seq: number, send: (fact: Fact) => Promise<void>) {
    this.#journal = journal;
    this.#sent = seq;
    this.#send = send;
    this.#subscription = journal.onAppend(() => this.#wake());
    this.#wake();
  }

  get unackedBytes(): number {
    return this.#unackedBytes;
  }

  /** The client has taken in everything up to `seq`. */
  ack(seq: number): void {
    let taken = 0;
    while (taken < this.#unacked.length && this.#unacked[taken]!.seq <= seq) {
      this.#unackedBytes -= this.#unacked[taken]!.bytes;
      taken++;
    }
    if (taken > 0) this.#unacked.splice(0, taken);
    this.#wake();
  }

  dispose(): void {
    this.#disposed = true;
    this.#subscription.dispose();
    this.#unacked = [];
  }

  #wake(): void {
    if (this.#running) this.#again = true;
    else void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      do {
        this.#again = false;
        while (!this.#disposed && this.#sent < this.#journal.head) {
          const room = limits.unackedBytes - this.#unackedBytes;
          if (room <= 0) break;
          for (const fact of await this.#journal.read(this.#sent, room)) {
            if (this.#disposed) return;
            this.#sent = fact.seq;
            const bytes = sizeOf(fact);
            this.#unacked.push({ seq: fact.seq, bytes });
            this.#unackedBytes += bytes;
            await this.#send(fact);
          }
        }
      } while (this.#again && !this.#disposed);
    } catch {
      // The connection is gone; its owner disposes the pump.
    } finally {
      this.#running = false;
    }
  }
}
