/** What is compared: each takes all paths, and then a query at a time. */
import uFuzzy from '@leeoniya/ufuzzy';
import { Fzf } from 'fzf';
import fuzzysort from 'fuzzysort';
import { PathSearch } from '../../../src/files/path-search.ts';
import { PathTable } from '../../../src/files/path-table.ts';

export interface Prepared {
  /** Best first. */
  find(query: string): readonly string[];
  /** Of what is kept beside the paths themselves, where that is known. */
  bytes?: number;
}

export interface Matcher {
  /** It keeps the strings that it was given. */
  keeps: boolean;
  prepare(paths: readonly string[]): Prepared;
}

/** As many as a list shows; a host asks for at most 50. */
export const shown = 50;

export const matchers: Record<string, Matcher> = {
  Offdesk: {
    keeps: false,
    prepare(paths) {
      const table = new PathTable(paths);
      const search = new PathSearch(table);
      return {
        find: (query) => search.find(query, shown).map(({ path }) => path),
        bytes: table.byteLength,
      };
    },
  },
  fuzzysort: {
    keeps: true,
    prepare(paths) {
      const prepared = paths.map((path) => fuzzysort.prepare(path));
      const options = { limit: shown, threshold: 0 };
      return { find: (query) => fuzzysort.go(query, prepared, options).map(({ target }) => target) };
    },
  },
  fzf: {
    keeps: true,
    prepare(paths) {
      const finder = new Fzf(paths, { limit: shown, casing: 'case-insensitive' });
      return { find: (query) => finder.find(query).map(({ item }) => item) };
    },
  },
  uFuzzy: {
    keeps: true,
    prepare(paths) {
      const finder = new uFuzzy({ intraIns: Infinity });
      const haystack = [...paths];
      return {
        find(query) {
          const [ids, info, order] = finder.search(haystack, query, 0, 1_000);
          if (!ids) return [];
          // Of more than a thousand it ranks none.
          const best = order && info ? order.map((at) => info.idx[at]!) : ids;
          return best.slice(0, shown).map((id) => haystack[id]!);
        },
      };
    },
  },
};
