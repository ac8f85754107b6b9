/** What a browser keeps for a page, in files: it survives the page's SIGKILL. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HistoryCache } from '../../src/web/client/history-cache.ts';
import type { Keep } from '../../src/web/client/keep.ts';

/** Whole or not at all, as in a browser's store. */
export function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

const fileOf = (name: string): string => encodeURIComponent(name);

export function fileKeep(place: string): Keep & { keys(prefix: string): string[] } {
  mkdirSync(place, { recursive: true });
  const names = (): string[] => readdirSync(place).filter((name) => !name.endsWith('.new'));
  return {
    get(key) {
      return names().includes(fileOf(key)) ? readFileSync(join(place, fileOf(key)), 'utf8') : undefined;
    },
    set(key, value) {
      if (value === undefined) rmSync(join(place, fileOf(key)), { force: true });
      else writeWhole(join(place, fileOf(key)), value);
    },
    keys: (prefix) =>
      names()
        .map(decodeURIComponent)
        .filter((name) => name.startsWith(prefix)),
    clear() {
      for (const name of names()) rmSync(join(place, name), { force: true });
    },
  };
}

export function fileCache(place: string): HistoryCache {
  mkdirSync(place, { recursive: true });
  return {
    read(name) {
      try {
        return Promise.resolve(JSON.parse(readFileSync(join(place, fileOf(name)), 'utf8')) as unknown);
      } catch {
        return Promise.resolve(undefined);
      }
    },
    write(name, value) {
      if (value === undefined) rmSync(join(place, fileOf(name)), { force: true });
      else writeWhole(join(place, fileOf(name)), JSON.stringify(value));
      return Promise.resolve();
    },
    clear() {
      for (const name of readdirSync(place)) rmSync(join(place, name), { force: true });
      return Promise.resolve();
    },
  };
}
