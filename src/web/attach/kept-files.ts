/** Files on their way to one computer, kept on this device so that a reload does not lose them: sealed, as all that is kept. */
import { utf8 } from '../../base/bytes.ts';
import { committed, done } from '../connection/idb.ts';
import { newSealKey, type Sealed } from '../connection/sealing.ts';

export interface KeptFile {
  blob: Blob;
  /** Base64 of a small JPEG. */
  preview?: string;
}

/** All reject where the browser refuses: the file lives as long as the page then. */
export interface KeptFiles {
  put(id: string, blob: Blob, preview: string | undefined): Promise<void>;
  get(id: string): Promise<KeptFile | undefined>;
  remove(id: string): Promise<void>;
}

const tables = { keys: 'keys', files: 'files' } as const;
const keyName = 'key';

/** `database`: one for each computer; who forgets the computer deletes it, the key with it. */
export function keptFiles(factory: IDBFactory, database: string): KeptFiles {
  let opening: Promise<IDBDatabase> | undefined;
  const open = (): Promise<IDBDatabase> => {
    opening ??= openNow(factory, database, () => (opening = undefined)).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  return {
    async put(id, blob, preview) {
      const head = utf8.encode(JSON.stringify({ type: blob.type, preview }));
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, head.length);
      const plain = await new Blob([length, head as Uint8Array<ArrayBuffer>, blob]).arrayBuffer();
      const db = await open();
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const data = await crypto.subtle.encrypt(algorithm(iv, id), await keyIn(db), plain);
      const change = db.transaction(tables.files, 'readwrite');
      change.objectStore(tables.files).put({ iv, data } satisfies Sealed, id);
      await committed(change);
    },
    async get(id) {
      const db = await open();
      const sealed = (await done(db.transaction(tables.files).objectStore(tables.files).get(id))) as
        Sealed | undefined;
      if (!sealed) return undefined;
      const plain = await crypto.subtle.decrypt(algorithm(sealed.iv, id), await keyIn(db), sealed.data);
      const length = new DataView(plain).getUint32(0);
      const text = utf8.decode(new Uint8Array(plain, 4, length));
      const { type, preview } = JSON.parse(text) as { type: string; preview?: string };
      const blob = new Blob([plain.slice(4 + length)], { type });
      return { blob, ...(preview === undefined ? {} : { preview }) };
    },
    async remove(id) {
      const db = await open();
      const change = db.transaction(tables.files, 'readwrite');
      change.objectStore(tables.files).delete(id);
      await committed(change);
    },
  };
}

function algorithm(iv: Uint8Array<ArrayBuffer>, id: string): AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData: utf8.encode(id) as Uint8Array<ArrayBuffer> };
}

/** Of another tab where that was faster. */
async function keyIn(db: IDBDatabase): Promise<CryptoKey> {
  const read = () => done(db.transaction(tables.keys).objectStore(tables.keys).get(keyName));
  const known = (await read()) as CryptoKey | undefined;
  if (known) return known;
  const fresh = await newSealKey();
  const change = db.transaction(tables.keys, 'readwrite');
  // Refused where another tab's is there.
  change.objectStore(tables.keys).add(fresh, keyName).onerror = (event) => event.preventDefault();
  await committed(change);
  return (await read()) as CryptoKey;
}

async function openNow(factory: IDBFactory, database: string, closed: () => void): Promise<IDBDatabase> {
  const opening = factory.open(database, 1);
  opening.onupgradeneeded = () => {
    for (const table of Object.values(tables)) opening.result.createObjectStore(table);
  };
  const db = await done(opening);
  // The computer is being forgotten, here or in another tab.
  db.onversionchange = () => {
    db.close();
    closed();
  };
  db.onclose = closed;
  return db;
}
