/** The copy of a session on this device: read when it is opened, written now and then while it changes. */
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { Cursor } from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';
import type { Transcript } from '../../transcript/items.ts';
import { fromSnapshot, toSnapshot, type Kept } from '../../transcript/snapshot.ts';
import { noHistoryCache, type HistoryCache } from './history-cache.ts';

export interface Copied {
  transcript: Transcript;
  cursor: Cursor;
  /** `before` for history; null when the transcript has the beginning. */
  before: number | null;
}

export interface SessionCopyOptions {
  cache: HistoryCache;
  name: string;
  clock: Clock;
  /** What to write; undefined when there is nothing yet. */
  take: () => Copied | undefined;
}

export class SessionCopy implements Disposable {
  readonly #options: SessionCopyOptions;
  #timer: Disposable | undefined;
  #disposed = false;

  constructor(options: SessionCopyOptions) {
    this.#options = options;
  }

  /** Undefined where there is none, or when the device takes too long to find it. */
  read(): Promise<Kept | undefined> {
    const { cache, name, clock } = this.#options;
    if (cache === noHistoryCache) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const patience = clock.after(limits.restoreMs, () => resolve(undefined));
      void cache.read(name).then((value) => {
        patience.dispose();
        resolve(value === undefined ? undefined : fromSnapshot(value));
      });
    });
  }

  /** Something is new: it is written within `limits.snapshotMs`. */
  changed(): void {
    const { cache, clock } = this.#options;
    if (this.#disposed || cache === noHistoryCache) return;
    this.#timer ??= clock.after(limits.snapshotMs, () => this.flush());
  }

  /** Writes now what is not written yet. */
  flush(): void {
    if (!this.#timer) return;
    this.#timer.dispose();
    this.#timer = undefined;
    const { cache, name, take } = this.#options;
    const copied = take();
    if (!copied) return;
    const { transcript, cursor, before } = copied;
    void cache.write(name, toSnapshot(transcript, cursor, before, { chars: limits.snapshotChars }));
  }

  dispose(): void {
    this.#disposed = true;
    this.#timer?.dispose();
    this.#timer = undefined;
  }
}
