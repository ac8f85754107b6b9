/** Completion over a table of paths: letters, then a rough score for all that have them, then a careful one for the best. */
import { CarefulScore, none, mostRough, roughScore } from './path-score.ts';
import { foldedBytes, maskOf, type PathTable } from './path-table.ts';

export interface FileMatch {
  /** Relative to the folder, with `/`; a folder's ends with one. */
  path: string;
  /** Indexes of matched characters in `path`. */
  matches: number[];
}

/** Paths with a rough score in one search: short queries are in nearly every path, and the likely ones come first. */
const roughMost = 150_000;
/** Where so many last names have the letters, nothing is looked for that has them in its folders' names only. */
const enoughInNames = 200;
const roughMostInNames = 20_000;
/** Paths that get a careful score. */
const carefulMost = 400;

export class PathSearch {
  readonly #table: PathTable;
  readonly #careful = new CarefulScore();
  /** What the query before found, all of it: one that goes on from it looks at nothing else. */
  #known: { query: string; size: number; ids: Uint32Array } | undefined;

  constructor(table: PathTable) {
    this.#table = table;
  }

  /** Best first. The letters of `query` are in each in their order; blanks do not count. */
  find(query: string, limit: number): FileMatch[] {
    const text = query.replaceAll(/\s/g, '');
    const wanted = foldedBytes(text).subarray(0, CarefulScore.queryBytes);
    if (wanted.length === 0) return this.#first(limit);
    const { ids, scores, count } = this.#rough(text, wanted);
    const table = this.#table;
    const best: { id: number; score: number; positions: number[] }[] = [];
    for (const at of highest(scores, count, Math.max(carefulMost, limit))) {
      const id = ids[at]!;
      const found = this.#careful.score(wanted, table, id);
      if (found) best.push({ id, ...found });
    }
    return best
      .sort((a, b) => b.score - a.score || a.id - b.id)
      .slice(0, limit)
      .map(({ id, positions }) => this.#match(id, positions));
  }

  #first(limit: number): FileMatch[] {
    const found: FileMatch[] = [];
    for (let id = 0; id < this.#table.size && found.length < limit; id++)
      if (this.#table.masks[id] !== 0) found.push({ path: this.#table.path(id), matches: [] });
    return found;
  }

  /** `positions` are of bytes, matches of characters: they differ beyond ASCII. */
  #match(id: number, positions: number[]): FileMatch {
    const path = this.#table.path(id);
    const begin = this.#table.begins[id]!;
    const length = this.#table.begins[id + 1]! - begin;
    if (length === path.length) return { path, matches: positions };
    const characters: number[] = [];
    let byte = 0;
    let at = 0;
    for (const character of path.normalize('NFC').toLowerCase()) {
      if (positions.includes(byte)) characters.push(at);
      byte += new TextEncoder().encode(character).length;
      at += character.length;
    }
    return { path, matches: characters.filter((index) => index < path.length) };
  }

  #rough(text: string, wanted: Uint8Array): Rough {
    const inNames = this.#scan(wanted, undefined, true);
    if (inNames.count >= enoughInNames) return inNames;
    const known = this.#known;
    const { size } = this.#table;
    const among = known && known.size === size && text.startsWith(known.query) ? known.ids : undefined;
    const found = this.#scan(wanted, among, false);
    this.#known = found.all ? { query: text, size, ids: found.ids.subarray(0, found.count) } : undefined;
    return found;
  }

  /** `among`: ids in order, all by default. */
  #scan(wanted: Uint8Array, among: Uint32Array | undefined, names: boolean): Rough {
    const table = this.#table;
    const masks = names ? table.nameMasks : table.masks;
    const length = among?.length ?? table.size;
    const mask = maskOf(wanted);
    const most = Math.min(length, names ? roughMostInNames : roughMost);
    const ids = new Uint32Array(most);
    const scores = new Uint16Array(most);
    let count = 0;
    let at = 0;
    for (; at < length && count < most; at++) {
      const id = among ? among[at]! : at;
      if ((masks[id]! & mask) !== mask) continue;
      const score = roughScore(wanted, table, id, names);
      if (score === none) continue;
      ids[count] = id;
      scores[count++] = score;
    }
    return { ids, scores, count, all: at >= length };
  }
}

interface Rough {
  ids: Uint32Array;
  scores: Uint16Array;
  count: number;
  /** Nothing was left unlooked at. */
  all: boolean;
}

/** Indexes of the `most` highest scores, in no order: by counting, since there are few different ones. */
function highest(scores: Uint16Array, count: number, most: number): number[] {
  const counts = new Uint32Array(mostRough + 1);
  for (let at = 0; at < count; at++) counts[scores[at]!]!++;
  let bound = mostRough;
  let above = 0;
  while (bound > 0 && above + counts[bound]! < most) above += counts[bound--]!;
  const found: number[] = [];
  let equal = most - above;
  for (let at = 0; at < count; at++) {
    if (scores[at]! > bound || (scores[at] === bound && equal-- > 0)) found.push(at);
  }
  return found;
}
