/** The computers that this browser is paired with: in IndexedDB, or as long as the page where that is not safe. */
import * as z from 'zod/v4';
import { scopeSchema } from '../../protocol/methods.ts';
import type { StoredKey } from './device-key.ts';
import { done } from './idb.ts';

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

const pairingSchema = z.object({
  hostId: z.string(),
  /** The host's static public key, 32 bytes. */
  hostKey: bytes,
  /** Base URL of the relay, ending with `/`. */
  relay: z.string(),
  hostName: z.string(),
  ticket: z.string(),
  scope: scopeSchema,
  key: z.custom<StoredKey>((value) => typeof value === 'object' && value !== null && 'kind' in value),
  pairedAt: z.number(),
});
export type Pairing = z.infer<typeof pairingSchema>;

export interface PairingStore {
  /** Whether a pairing survives the page. */
  readonly lasting: boolean;
  all(): Promise<Pairing[]>;
  /** `renew`: only where its computer was not forgotten meanwhile, as by another tab. */
  put(pairing: Pairing, renew?: boolean): Promise<void>;
  remove(hostId: string): Promise<void>;
}

/** For a page that is no secure context: keys live as long as it does. */
export function memoryStore(): PairingStore {
  const pairings = new Map<string, Pairing>();
  return {
    lasting: false,
    all: () => Promise.resolve([...pairings.values()]),
    put(pairing, renew = false) {
      if (!renew || pairings.has(pairing.hostId)) pairings.set(pairing.hostId, pairing);
      return Promise.resolve();
    },
    remove(hostId) {
      pairings.delete(hostId);
      return Promise.resolve();
    },
  };
}

const database = 'offdesk';
const table = 'pairings';

/** Rejects where the browser refuses IndexedDB (some private windows); use `memoryStore` then. */
export async function indexedStore(factory: IDBFactory): Promise<PairingStore> {
  const opening = factory.open(database, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(table, { keyPath: 'hostId' });
  const db = await done(opening);
  // A newer page in another tab may upgrade the store.
  db.onversionchange = () => db.close();
  const objects = (mode: IDBTransactionMode) => db.transaction(table, mode).objectStore(table);
  return {
    lasting: true,
    async all() {
      const rows: unknown[] = await done(objects('readonly').getAll());
      return rows.flatMap((row) => {
        const parsed = pairingSchema.safeParse(row);
        return parsed.success ? [parsed.data] : [];
      });
    },
    async put(pairing, renew = false) {
      const pairings = objects('readwrite');
      if (renew && (await done(pairings.getKey(pairing.hostId))) === undefined) return;
      await done(pairings.put(pairing));
    },
    async remove(hostId) {
      await done(objects('readwrite').delete(hostId));
    },
  };
}

/** The best store that this page may use; asks the browser not to evict it. */
export async function openPairingStore(): Promise<PairingStore> {
  if (!isSecureContext) return memoryStore();
  try {
    const store = await indexedStore(indexedDB);
    // Refusal only means that the browser may evict; it answers without a prompt almost everywhere.
    navigator.storage?.persist?.().catch(() => undefined);
    return store;
  } catch {
    return memoryStore();
  }
}
