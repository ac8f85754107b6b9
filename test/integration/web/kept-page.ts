/** The page of kept.test.ts: what keeps history and pairings on a device, in a real browser's IndexedDB. */
import { indexedStore, type Pairing } from '../../../src/web/connection/pairing-store.ts';
import { KeptValues } from '../../../src/web/connection/kept-values.ts';
import { sealedCaches } from '../../../src/web/connection/sealed-cache.ts';
import { noHistoryCache, type HistoryCache } from '../../../src/web/client/history-cache.ts';

let now = 1_000;

const page = {
  /** A cache as a page that was just opened has it; a small budget shows what gives way. */
  open(hostId: string, maxBytes?: number): HistoryCache {
    const options = { factory: indexedDB, now: () => now++, ...(maxBytes ? { maxBytes } : {}) };
    return sealedCaches(options)(hostId);
  },
  noHistoryCache,
  key: (hostId: string) => new KeptValues({ factory: indexedDB, now: () => now++ }).key(hostId),
  /** Every row of a store, with its key. */
  rows: async (store: string) => {
    const db = await openAs('offdesk-kept');
    const table = db.transaction(store).objectStore(store);
    const [keys, values] = await Promise.all([result(table.getAllKeys()), result(table.getAll())]);
    db.close();
    return keys.map((key, i) => ({ key, value: values[i] as unknown }));
  },
  /** Puts a row where it does not belong, as someone with the disk could. */
  move: async (from: IDBValidKey, to: IDBValidKey) => {
    const db = await openAs('offdesk-kept');
    const table = db.transaction('values', 'readwrite').objectStore('values');
    const value: unknown = await result(table.get(from));
    await result(table.put(value, to));
    db.close();
  },
  /** The pairings as the page of the release before kept them. */
  oldPairings: async (pairings: Pairing[]) => {
    const opening = indexedDB.open('offdesk', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('pairings', { keyPath: 'hostId' });
    const db = await result(opening);
    for (const pairing of pairings)
      await result(db.transaction('pairings', 'readwrite').objectStore('pairings').put(pairing));
    // It stays open, as in another tab.
  },
  pairings: async () => (await indexedStore(indexedDB)).all(),
  /** Random text does not get smaller by packing. */
  noise: (chars: number) =>
    Array.from({ length: Math.ceil(chars / 12) }, () => Math.random().toString(36).slice(2, 14))
      .join('')
      .slice(0, chars),
};

declare global {
  interface Window {
    kept: typeof page;
  }
}
window.kept = page;

async function openAs(name: string): Promise<IDBDatabase> {
  return result(indexedDB.open(name));
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('failed'));
  });
}
