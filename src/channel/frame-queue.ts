/** Frames of a link taken one at a time: while one is being worked on, later ones and the end wait in order. */
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import type { ErrorShape } from '../base/error.ts';
import type { FrameLink } from './link.ts';

export type FrameItem =
  | { kind: 'frame'; frame: Uint8Array }
  | { kind: 'end'; reason: ErrorShape | undefined }
  /** More bytes waited than `limit` allows; nothing follows. */
  | { kind: 'overflow' };

/** Must not reject. */
type Taker = (item: FrameItem) => void | Promise<void>;

export class FrameQueue implements Disposable {
  /** Most bytes that may wait. */
  limit: number;
  #items: FrameItem[] = [];
  #bytes = 0;
  #taker: Taker | undefined;
  #busy = false;
  #ended = false;
  #store = new DisposableStore();

  constructor(link: FrameLink, limit: number) {
    this.limit = limit;
    this.#store.add(link.onClose((reason) => this.#push({ kind: 'end', reason })));
    this.#store.add(link.onFrame((frame) => this.#push({ kind: 'frame', frame })));
  }

  /** The next one alone. */
  next(): Promise<FrameItem> {
    return new Promise((resolve) => {
      this.consume((item) => {
        this.#taker = undefined;
        resolve(item);
      });
    });
  }

  /** All from now on; when `taker` returns a promise the next one waits for it. */
  consume(taker: Taker): void {
    this.#taker = taker;
    this.#pump();
  }

  dispose(): void {
    this.#store.dispose();
    this.#items = [];
    this.#taker = undefined;
  }

  #push(item: FrameItem): void {
    if (this.#ended) return;
    if (item.kind === 'frame') this.#bytes += item.frame.length;
    const fits = this.#bytes <= this.limit;
    this.#ended = item.kind !== 'frame' || !fits;
    this.#items.push(fits ? item : { kind: 'overflow' });
    this.#pump();
  }

  #pump(): void {
    while (!this.#busy && this.#taker) {
      const item = this.#items.shift();
      if (!item) return;
      if (item.kind === 'frame') this.#bytes -= item.frame.length;
      this.#busy = true;
      const pending = this.#taker(item);
      if (pending) {
        void pending.then(() => {
          this.#busy = false;
          this.#pump();
        });
        return;
      }
      this.#busy = false;
    }
  }
}
