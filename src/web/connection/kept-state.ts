/** The computer's last word and when it was last there: so that its sessions can be listed and opened while it is off. */
import { effect } from '@preact/signals';
import type { Clock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { limits } from '../../protocol/limits.ts';
import { clientState } from '../../protocol/methods.ts';
import type { HistoryCache } from '../client/history-cache.ts';
import type { HostClient } from '../client/host-client.ts';
import type { Keep } from '../client/keep.ts';

const name = 'state';
const seenKey = 'seen';

export interface KeptStateOptions {
  host: HostClient;
  cache: HistoryCache;
  keep: Keep;
  clock: Clock;
}

export class KeptState implements Disposable {
  readonly #options: KeptStateOptions;
  readonly #store = new DisposableStore();
  /** When the computer was last connected, as an earlier page knew; ms since the Unix epoch. */
  readonly before: number | undefined;
  #here = false;
  #timer: Disposable | undefined;

  constructor(options: KeptStateOptions) {
    this.#options = options;
    const { host, keep, clock } = options;
    const seen = Number(keep.get(seenKey));
    // A clock that was set back would show a time to come.
    this.before = seen > 0 ? Math.min(seen, clock.now()) : undefined;
    void this.#restore();
    this.#store.add({ dispose: effect(() => this.#changed(host.state.value !== null)) });
  }

  /** Whether the computer is connected now. */
  set here(value: boolean) {
    const was = this.#here;
    this.#here = value;
    if (value || was) this.#note();
  }

  /** Writes down what a page that may die would lose. */
  flush(): void {
    if (this.#store.disposed) return;
    if (this.#here) this.#note();
    if (this.#timer) this.#write();
  }

  dispose(): void {
    this.flush();
    this.#store.dispose();
  }

  #note(): void {
    const { keep, clock } = this.#options;
    keep.set(seenKey, String(clock.now()));
  }

  async #restore(): Promise<void> {
    const { host, cache } = this.#options;
    const kept = clientState.safeParse(await cache.read(name));
    // Who else is there and what is wrong there holds for the moment alone.
    if (kept.success && host.state.value === null && !this.#store.disposed)
      host.state.value = { ...kept.data, others: [], warnings: [] };
  }

  #changed(known: boolean): void {
    if (!known || !this.#here) return;
    this.#timer ??= this.#options.clock.after(limits.snapshotMs, () => {
      if (this.#here) this.#note();
      this.#write();
    });
  }

  #write(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    const { host, cache } = this.#options;
    if (host.state.value) void cache.write(name, host.state.value);
  }
}
