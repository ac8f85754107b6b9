/** Sealed values of all computers in one IndexedDB: a key for each computer, a budget for all, used last stays. */
import { limits } from '../../protocol/limits.ts';
import { committed, done } from './idb.ts';
import type { Sealed } from './sealing.ts';

export interface HostKey {
  hostId: string;
  /** Tells a key from one that was made after a wipe. */
  id: string;
  key: CryptoKey;
}

interface Use {
  hostId: string;
  name: string;
  /** Milliseconds since the Unix epoch. */
  used: number;
  bytes: number;
}

/** Apart from the pairings, which no mishap here may touch. */
const database = 'offdesk-kept';
const tables = { keys: 'keys', values: 'values', uses: 'uses' } as const;

type Place = [hostId: string, name: string];
interface Stores {
  keys: IDBObjectStore;
  values: IDBObjectStore;
  uses: IDBObjectStore;
}

export interface KeptValuesOptions {
  factory: IDBFactory;
  now: () => number;
  /** Of all values together. */
  maxBytes?: number;
}

/** Methods reject where IndexedDB does; a database that was closed is opened again. */
export class KeptValues {
  readonly #factory: IDBFactory;
  readonly #now: () => number;
  readonly #maxBytes: number;
  #opening: Promise<IDBDatabase> | undefined;

  constructor({ factory, now, maxBytes = limits.cacheBytes }: KeptValuesOptions) {
    this.#factory = factory;
    this.#now = now;
    this.#maxBytes = maxBytes;
  }

  async key(hostId: string): Promise<HostKey | undefined> {
    const db = await this.#open();
    return done(storesOf(db.transaction(tables.keys), [tables.keys]).keys.get(hostId));
  }

  /** The computer's key: `fresh` unless another tab was faster. */
  async keep(fresh: HostKey): Promise<HostKey> {
    return this.#change('relaxed', async ({ keys }) => {
      const known = (await done(keys.get(fresh.hostId))) as HostKey | undefined;
      if (!known) keys.put(fresh);
      return known ?? fresh;
    });
  }

  async get(hostId: string, name: string): Promise<Sealed | undefined> {
    return this.#change('relaxed', async ({ values, uses }) => {
      const place: Place = [hostId, name];
      const [value, use] = await Promise.all([done(values.get(place)), done(uses.get(place))]);
      if (use) uses.put({ ...(use as Use), used: this.#now() });
      return value as Sealed | undefined;
    });
  }

  /** Values that were used longest ago give way. Does nothing when the key is no longer the computer's. */
  async put(owner: HostKey, name: string, value: Sealed): Promise<void> {
    try {
      await this.#put(owner, name, value);
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'QuotaExceededError') throw error;
      // The browser gives less than our own budget.
      await this.#change('relaxed', async ({ values, uses }) => {
        const all = (await done(uses.getAll())) as Use[];
        const bytes = all.reduce((sum, use) => sum + use.bytes, 0);
        evict(all, bytes / 2, { values, uses });
      });
      await this.#put(owner, name, value);
    }
  }

  async forget(hostId: string, name: string): Promise<void> {
    await this.#change('relaxed', ({ values, uses }) => {
      values.delete([hostId, name]);
      uses.delete([hostId, name]);
      return Promise.resolve();
    });
  }

  /** All of a computer, its key first of all: what the disk may still hold is unreadable from then on. */
  async clear(hostId: string): Promise<void> {
    await this.#change('strict', ({ keys, values, uses }) => {
      keys.delete(hostId);
      // In IndexedDB's order an array comes after all strings.
      const all = IDBKeyRange.bound([hostId], [hostId, []]);
      values.delete(all);
      uses.delete(all);
      return Promise.resolve();
    });
  }

  async #put({ hostId, id }: HostKey, name: string, value: Sealed): Promise<void> {
    const bytes = value.data.byteLength;
    if (bytes > this.#maxBytes) return this.forget(hostId, name);
    await this.#change('relaxed', async ({ keys, values, uses }) => {
      const known = (await done(keys.get(hostId))) as HostKey | undefined;
      if (known?.id !== id) return;
      const all = (await done(uses.getAll())) as Use[];
      const others = all.filter((use) => use.hostId !== hostId || use.name !== name);
      evict(others, this.#maxBytes - bytes, { values, uses });
      const place: Place = [hostId, name];
      values.put(value, place);
      uses.put({ hostId, name, used: this.#now(), bytes } satisfies Use);
    });
  }

  /** All or nothing; resolves once it is kept. */
  async #change<T>(durability: IDBTransactionDurability, change: (stores: Stores) => Promise<T>): Promise<T> {
    const db = await this.#open();
    const names = Object.values(tables);
    const transaction = db.transaction(names, 'readwrite', { durability });
    const end = committed(transaction);
    try {
      const result = await change(storesOf(transaction, names));
      await end;
      return result;
    } catch (error) {
      // Of the two the transaction's own reason tells more; a request fails before it.
      await end;
      throw error;
    }
  }

  #open(): Promise<IDBDatabase> {
    this.#opening ??= this.#openNow().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #openNow(): Promise<IDBDatabase> {
    const opening = this.#factory.open(database, 1);
    opening.onupgradeneeded = () => {
      const db = opening.result;
      db.createObjectStore(tables.keys, { keyPath: 'hostId' });
      db.createObjectStore(tables.values);
      db.createObjectStore(tables.uses, { keyPath: ['hostId', 'name'] });
    };
    const db = await done(opening);
    const reopen = () => (this.#opening = undefined);
    // A newer page in another tab upgrades it, or the user clears the site's data.
    db.onversionchange = () => {
      db.close();
      reopen();
    };
    db.onclose = reopen;
    return db;
  }
}

function storesOf(transaction: IDBTransaction, names: readonly (keyof Stores)[]): Stores {
  return Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)])) as unknown as Stores;
}

/** Takes away what was used longest ago until at most `room` bytes are left. */
function evict(all: readonly Use[], room: number, { values, uses }: Pick<Stores, 'values' | 'uses'>): void {
  let bytes = all.reduce((sum, use) => sum + use.bytes, 0);
  for (const { hostId, name, bytes: freed } of [...all].sort((a, b) => a.used - b.used)) {
    if (bytes <= room) return;
    bytes -= freed;
    values.delete([hostId, name]);
    uses.delete([hostId, name]);
  }
}
