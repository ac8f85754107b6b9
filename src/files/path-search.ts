/** Completion over a table of paths: letters, then a rough score for all that have them, then a careful one for the best. */
import { CarefulScore, lettersFromEnd, mostRough, perLetter, roughName } from './path-score.ts';
import { foldedBytes, maskOf, type PathTable } from './path-table.ts';

export interface PathMatch {
  /** In the table. */
  id: number;
  /** With `/`; a folder's ends with one. */
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
/** What it is worth to have been used last; each one before that one point less. */
const recentPoints = 40;
const recentLeast = 20;

export class PathSearch {
  readonly #table: PathTable;
  readonly #careful = new CarefulScore();
  /** What the query before found in names, and anywhere. */
  #knownNames: Known | undefined;
  #known: Known | undefined;

  constructor(table: PathTable) {
    this.#table = table;
  }

  /**
   * Best first. The letters of `query` are in each in their order; blanks do not count. `recent`: entries that come
   * before others that are as good, the one used last first.
   */
  find(query: string, limit: number, recent: readonly number[] = []): PathMatch[] {
    const text = query.replaceAll(/\s/g, '');
    const wanted = foldedBytes(text).subarray(0, CarefulScore.queryBytes);
    if (wanted.length === 0) return this.#first(limit, recent);
    const { ids, scores, count } = this.#rough(text, wanted);
    const table = this.#table;
    const better = new Map(recent.map((id, at) => [id, Math.max(recentPoints - at, recentLeast)]));
    const chosen = new Set(highest(scores, count, Math.max(carefulMost, limit)).map((at) => ids[at]!));
    for (const id of recent) chosen.add(id);
    const best: { id: number; score: number; positions: number[] }[] = [];
    for (const id of chosen) {
      const found = table.isThere(id) && this.#careful.score(wanted, table, id);
      if (found) best.push({ id, positions: found.positions, score: found.score + (better.get(id) ?? 0) });
    }
    return best
      .sort((a, b) => b.score - a.score || a.id - b.id)
      .slice(0, limit)
      .map(({ id, positions }) => this.#match(id, positions));
  }

  #first(limit: number, recent: readonly number[]): PathMatch[] {
    const ids = new Set(recent.filter((id) => this.#table.isThere(id)).slice(0, limit));
    for (let id = 0; id < this.#table.size && ids.size < limit; id++)
      if (this.#table.isThere(id)) ids.add(id);
    return [...ids].map((id) => ({ id, path: this.#table.path(id), matches: [] }));
  }

  /** `positions` are of bytes, matches of characters: they differ beyond ASCII. */
  #match(id: number, positions: number[]): PathMatch {
    const path = this.#table.path(id);
    if (this.#table.length(id) === path.length) return { id, path, matches: positions };
    const characters: number[] = [];
    let byte = 0;
    let at = 0;
    for (const character of path.normalize('NFC').toLowerCase()) {
      const hit = positions.includes(byte);
      for (let unit = 0; hit && unit < character.length; unit++) characters.push(at + unit);
      byte += new TextEncoder().encode(character).length;
      at += character.length;
    }
    return { id, path, matches: characters.filter((index) => index < path.length) };
  }

  #rough(text: string, wanted: Uint8Array): Rough {
    const inNames = this.#inNames(wanted, among(this.#knownNames, text, this.#table));
    this.#knownNames = known(inNames, text, this.#table);
    if (inNames.count >= enoughInNames) return inNames;
    const found = this.#anywhere(wanted, among(this.#known, text, this.#table));
    this.#known = known(found, text, this.#table);
    return found;
  }

  /** `among`: entries in order, all by default. */
  #inNames(wanted: Uint8Array, among: Uint32Array | undefined): Rough {
    const { masks, names, begins, size } = this.#table;
    const length = among?.length ?? size;
    const rough = new Rough(Math.min(length, roughMostInNames));
    const mask = maskOf(wanted);
    const all = wanted.length * perLetter;
    for (let index = 0; index < length; index++) {
      const id = among ? among[index]! : index;
      if ((masks[id]! & mask) !== mask) continue;
      const begin = begins[id]!;
      const found = lettersFromEnd(wanted, names, begin, begins[id + 1]!);
      if (found < all) continue;
      const score = roughName(this.#table, id, wanted, 0, begin + found - all);
      if (!rough.add(id, score + this.#shortness(id))) return rough;
    }
    rough.all = true;
    return rough;
  }

  /** As above. */
  #anywhere(wanted: Uint8Array, among: Uint32Array | undefined): Rough {
    const { masks, names, begins, folders, size } = this.#table;
    const reached = this.#reached(wanted);
    // Which letters a name has to have where its folder has the first of them, by their number.
    const needs = Uint32Array.from({ length: wanted.length + 1 }, (_, from) => maskOf(wanted, from));
    const length = among?.length ?? size;
    const rough = new Rough(Math.min(length, roughMost));
    for (let index = 0; index < length; index++) {
      const id = among ? among[index]! : index;
      const inFolder = reached[folders[id]!]!;
      const need = needs[inFolder]!;
      if ((masks[id]! & need) !== need) continue;
      const begin = begins[id]!;
      const found = lettersFromEnd(wanted, names, begin, begins[id + 1]!);
      const before = wanted.length - Math.floor(found / perLetter);
      if (before > inFolder) continue;
      const inName = roughName(this.#table, id, wanted, before, begin + (found % perLetter));
      // What the folder's names have counts half, wherever it stands in them.
      if (!rough.add(id, inName + before * 6 + this.#shortness(id))) return rough;
    }
    rough.all = true;
    return rough;
  }

  /** How many of the first letters each folder's path has, in their order. */
  #reached(wanted: Uint8Array): Uint8Array {
    const { names, begins, folders, folderEntries, folderCount } = this.#table;
    const reached = new Uint8Array(folderCount);
    for (let folder = 1; folder < folderCount; folder++) {
      const entry = folderEntries[folder]!;
      let letters = reached[folders[entry]!]!;
      const end = begins[entry + 1]!;
      for (let at = begins[entry]!; at < end && letters < wanted.length; at++)
        if (names[at] === wanted[letters]) letters++;
      reached[folder] = letters;
    }
    return reached;
  }

  #shortness(id: number): number {
    return 200 - Math.min(this.#table.length(id), 200);
  }
}

/** All that a query found: one that goes on from it looks at nothing else. */
interface Known {
  query: string;
  /** Of the table. */
  size: number;
  ids: Uint32Array;
}

function known({ all, ids, count }: Rough, query: string, { size }: PathTable): Known | undefined {
  return all ? { query, size, ids: ids.slice(0, count) } : undefined;
}

function among(before: Known | undefined, query: string, { size }: PathTable): Uint32Array | undefined {
  return before && before.size === size && query.startsWith(before.query) ? before.ids : undefined;
}

/** Entries that have the letters, with their rough scores. */
class Rough {
  readonly ids: Uint32Array;
  readonly scores: Uint16Array;
  count = 0;
  /** Nothing was left unlooked at. */
  all = false;

  constructor(most: number) {
    this.ids = new Uint32Array(most);
    this.scores = new Uint16Array(most);
  }

  /** False where there is no room for more. */
  add(id: number, score: number): boolean {
    if (this.count === this.ids.length) return false;
    this.ids[this.count] = id;
    this.scores[this.count++] = Math.min(score, mostRough);
    return true;
  }
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
