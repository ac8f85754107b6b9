/** The history cache of one computer on this device: sealed, within a budget, in order, and quiet when it can't. */
import { toBase64Url } from '../../base/bytes.ts';
import type { HistoryCache } from '../client/history-cache.ts';
import { KeptValues, type HostKey, type KeptValuesOptions } from './kept-values.ts';
import { newSealKey, seal, unseal } from './sealing.ts';

/** One for each Machine: what is written to it after its `clear` is not kept. */
export type OpenCache = (hostId: string) => HistoryCache;

/** Opens nothing before it is needed. Only for a secure context: elsewhere there is no WebCrypto. */
export function sealedCaches(options: KeptValuesOptions): OpenCache {
  const store = new KeptValues(options);
  return (hostId) => new SealedCache(hostId, store);
}

class SealedCache implements HistoryCache {
  readonly #hostId: string;
  readonly #store: KeptValues;
  /** Written, not yet kept: of each name the newest value alone. */
  readonly #waiting = new Map<string, unknown>();
  #working: Promise<void> | undefined;
  #key: HostKey | undefined;
  #cleared = false;

  constructor(hostId: string, store: KeptValues) {
    this.#hostId = hostId;
    this.#store = store;
  }

  async read(name: string): Promise<unknown> {
    if (this.#cleared) return undefined;
    await this.#working;
    try {
      const owner = (this.#key ??= await this.#store.key(this.#hostId));
      const sealed = owner && (await this.#store.get(this.#hostId, name));
      return sealed && (await unseal(owner.key, this.#bound(name), sealed));
    } catch {
      // Damaged, or the browser forbids it: as if it were not there.
      return undefined;
    }
  }

  write(name: string, value: unknown): Promise<void> {
    if (this.#cleared) return Promise.resolve();
    this.#waiting.set(name, value);
    this.#working ??= this.#work();
    return this.#working;
  }

  async clear(): Promise<void> {
    this.#cleared = true;
    this.#waiting.clear();
    this.#key = undefined;
    // A write that is under way finds the key gone, or is gone with it.
    await this.#store.clear(this.#hostId).catch(() => undefined);
  }

  /** Never rejects. */
  async #work(): Promise<void> {
    for (const [name, value] of this.#waiting) {
      this.#waiting.delete(name);
      try {
        await this.#write(name, value);
      } catch {
        // A full or broken store loses this copy, not the page; what was kept before goes on being valid.
      }
    }
    this.#working = undefined;
  }

  async #write(name: string, value: unknown): Promise<void> {
    if (value === undefined) return this.#store.forget(this.#hostId, name);
    const owner = await this.#owner();
    const sealed = await seal(owner.key, this.#bound(name), value);
    if (!this.#cleared) await this.#store.put(owner, name, sealed);
  }

  async #owner(): Promise<HostKey> {
    const known = this.#key ?? (await this.#store.key(this.#hostId));
    if (known) return (this.#key = known);
    const id = toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
    const fresh = { hostId: this.#hostId, id, key: await newSealKey() };
    // A wipe in between must not be undone by the key of a late write.
    if (this.#cleared) throw new Error('forgotten');
    return (this.#key = await this.#store.keep(fresh));
  }

  #bound(name: string): string {
    return `${this.#hostId}\0${name}`;
  }
}
