/** Where a client keeps small texts (drafts, unsent messages) so that they survive the page's death. */

export interface Keep {
  get(key: string): string | undefined;
  /** `undefined` forgets the key. Never throws: a full or forbidden store loses the text, not the page. */
  set(key: string, value: string | undefined): void;
  /** Names that begin so. */
  keys(prefix: string): string[];
  /** Calls when another page has set the key, or forgotten it; absent where there is no other page. */
  watch?(key: string, call: () => void): () => void;
  /** Forgets everything of this keep. */
  clear(): void;
}

/** Lives as long as the page. */
export function memoryKeep(): Keep {
  const values = new Map<string, string>();
  return {
    get: (key) => values.get(key),
    set(key, value) {
      if (value === undefined) values.delete(key);
      else values.set(key, value);
    },
    keys: (prefix) => [...values.keys()].filter((key) => key.startsWith(prefix)),
    clear: () => values.clear(),
  };
}

/**
 * A browser's local storage, shared by all tabs of the origin. `scope` parts one computer's texts from another's;
 * `page`: where the browser tells what the other tabs wrote, its window.
 */
export function storageKeep(storage: Storage, scope: string, page?: EventTarget): Keep {
  const prefix = `offdesk.${scope}.`;
  return {
    get(key) {
      try {
        return storage.getItem(prefix + key) ?? undefined;
      } catch {
        return undefined;
      }
    },
    set(key, value) {
      try {
        if (value === undefined) storage.removeItem(prefix + key);
        else storage.setItem(prefix + key, value);
      } catch {
        // Private browsing and full stores refuse: the text stays on the page.
      }
    },
    keys(start) {
      try {
        const all = Object.keys(storage).filter((key) => key.startsWith(prefix + start));
        return all.map((key) => key.slice(prefix.length));
      } catch {
        return [];
      }
    },
    watch(key, call) {
      const listener = (event: Event) => {
        if ((event as StorageEvent).key === prefix + key) call();
      };
      page?.addEventListener('storage', listener);
      return () => page?.removeEventListener('storage', listener);
    },
    clear() {
      try {
        for (const key of Object.keys(storage)) if (key.startsWith(prefix)) storage.removeItem(key);
      } catch {
        // Nothing was kept there.
      }
    },
  };
}
