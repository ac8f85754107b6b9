/** Two frame links that are joined in memory; tests may bend what passes. */
import { KeptEvent, OnceEvent } from '../../src/channel/kept-event.ts';
import type { FrameLink } from '../../src/channel/link.ts';
import type { ErrorShape } from '../../src/base/error.ts';

/** What becomes of a frame on its way: none, one or more frames. `index` counts from 0 per direction. */
export type Bend = (frame: Uint8Array, index: number) => Uint8Array[];

export interface TestLink extends FrameLink {
  readonly closed: boolean;
  /** Every frame sent, before bending. */
  readonly sent: readonly Uint8Array[];
  /** Bends what this side sends from now on. */
  bend(bend: Bend): void;
  /** Hands this side a frame as if the other had sent it. */
  inject(frame: Uint8Array): void;
  /** Ends this side as a lost network would. */
  cut(reason: ErrorShape | undefined): void;
}

export function linkPair(): [TestLink, TestLink] {
  const a = new MemoryLink();
  const b = new MemoryLink();
  a.peer = b;
  b.peer = a;
  return [a, b];
}

class MemoryLink implements TestLink {
  peer: MemoryLink | undefined;
  closed = false;
  sent: Uint8Array[] = [];
  #bend: Bend = (frame) => [frame];
  #frames = new KeptEvent<Uint8Array>((error) => {
    throw error;
  });
  #end = new OnceEvent<ErrorShape | undefined>();
  readonly onFrame = this.#frames.event;
  readonly onClose = this.#end.event;

  bend(bend: Bend): void {
    const first = this.sent.length;
    this.#bend = (frame, index) => bend(frame, index - first);
  }

  send(frame: Uint8Array): void {
    if (this.closed) return;
    this.sent.push(frame);
    for (const bent of this.#bend(frame, this.sent.length - 1)) {
      // Like a network: never inside the sender's call.
      queueMicrotask(() => this.peer?.inject(bent));
    }
  }

  inject(frame: Uint8Array): void {
    if (!this.closed) this.#frames.fire(frame.slice(), frame.length);
  }

  cut(reason: ErrorShape | undefined): void {
    if (this.closed) return;
    this.closed = true;
    this.#end.fire(reason);
  }

  close(): void {
    if (this.closed) return;
    this.cut(undefined);
    queueMicrotask(() => this.peer?.cut(undefined));
  }
}
