/** What a device keeps of its sessions, sealed, so that they can be read while the computer is off (docs/SPEC.md, K). */

/** Values are JSON; all methods resolve: a full, broken or forbidden store loses the copy, not the page. */
export interface HistoryCache {
  /** The value last written under this name; undefined where there is none or it can't be opened. */
  read(name: string): Promise<unknown>;
  /** `undefined` forgets the name. Within the device's budget the names used last are kept. */
  write(name: string, value: unknown): Promise<void>;
  /** Forgets everything of this computer. */
  clear(): Promise<void>;
}

/** For pages that may keep nothing, and for the desk, where the computer is always there. */
export const noHistoryCache: HistoryCache = {
  read: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
  clear: () => Promise.resolve(),
};
