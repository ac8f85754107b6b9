/** How well a path answers what was typed: a quick look for thousands, a careful one for the best of them. */
import type { PathTable } from './path-table.ts';

const [slash, dot, dash, underscore, space] = [0x2f, 0x2e, 0x2d, 0x5f, 0x20];

const parts = new Uint8Array(256);
for (const byte of [slash, dot, dash, underscore, space]) parts[byte] = 1;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** A word begins here: after a separator, at a capital after a small letter, at a digit after a letter. */
function beginsWord(here: number, capital: boolean, before: number, capitalBefore: boolean): boolean {
  if (parts[before] === 1) return true;
  return capital ? !capitalBefore : isDigit(here) && !isDigit(before);
}

/**
 * Looks for the query's letters in a name from the end of both: how many of them it has, times `perLetter`, and where
 * the first of these stands, counted from the name's beginning.
 */
export function lettersFromEnd(query: Uint8Array, names: Uint8Array, begin: number, end: number): number {
  let left = query.length - 1;
  let wanted = query[left]!;
  let first = end;
  for (let at = end - 1; at >= begin; at--) {
    if (names[at] !== wanted) continue;
    first = at;
    if (--left < 0) break;
    wanted = query[left]!;
  }
  return (query.length - 1 - left) * perLetter + first - begin;
}
export const perLetter = 65_536;

export const mostRough = 1023;

/** Of the query's letters from `from` on, which this name has from `at` on: from 0 up, roughly as the careful look. */
export function roughName(table: PathTable, id: number, query: Uint8Array, from: number, at: number): number {
  const { names } = table;
  const begin = table.begins[id]!;
  let score = at === begin ? 24 : 0;
  let last = -2;
  for (let i = from; i < query.length; i++, at++) {
    const letter = query[i]!;
    while (names[at] !== letter) at++;
    score += at === last + 1 ? 16 : 6;
    if (at === begin || beginsWord(letter, table.isCapital(at), names[at - 1]!, table.isCapital(at - 1)))
      score += 8;
    last = at;
  }
  return score;
}

/** Points of the careful look, in the manner of Smith and Waterman: what a letter is worth where it stands. */
const points = {
  letter: 16,
  afterSlash: 12,
  wordBegin: 10,
  nameBegin: 14,
  inName: 4,
  consecutive: 12,
  gapBegins: -4,
  gapGoesOn: -1,
  /** A whole name, with or without what follows its last dot. */
  wholeName: 30,
  perDepth: -2,
};
const lost = -100_000;

export interface Scored {
  score: number;
  /** Indexes of the matched bytes, from the path's beginning. */
  positions: number[];
}

/** Room for the tables of one look, made once: queries of up to 64 bytes on paths of up to 1,024. */
export class CarefulScore {
  static readonly queryBytes = 64;
  static readonly pathBytes = 1024;
  /** Best score with the query's letter i at byte j; and where the letter before stands then. */
  readonly #here = new Int32Array(CarefulScore.queryBytes * CarefulScore.pathBytes);
  readonly #from = new Int16Array(CarefulScore.queryBytes * CarefulScore.pathBytes);
  readonly #bytes = new Uint8Array(CarefulScore.pathBytes);
  readonly #capitals = new Uint8Array(CarefulScore.pathBytes);
  /** What a letter is worth at byte j. */
  readonly #worth = new Int32Array(CarefulScore.pathBytes);

  /** Undefined where the letters are not there in their order, or path or query is too long for this. */
  score(query: Uint8Array, table: PathTable, id: number): Scored | undefined {
    const length = table.length(id);
    const width = CarefulScore.pathBytes;
    if (query.length > CarefulScore.queryBytes || length > width) return undefined;
    const bytes = this.#bytes;
    table.spell(id, bytes, this.#capitals);
    const name = length - (table.begins[id + 1]! - table.begins[id]!);
    const depth = this.#weigh(length, name);
    const last = query.length - 1;
    for (let i = 0; i <= last; i++) if (!this.#row(query[i]!, i, length)) return undefined;
    const here = this.#here;
    let best = -1;
    for (let j = 0, score = lost / 2; j < length; j++) {
      if (here[last * width + j]! < score || bytes[j] !== query[last]) continue;
      best = j;
      score = here[last * width + j]!;
    }
    if (best < 0) return undefined;
    let score = here[last * width + best]!;
    const positions: number[] = new Array<number>(query.length);
    for (let i = last, j = best; i >= 0; i--) {
      positions[i] = j;
      j = this.#from[i * width + j]!;
    }
    if (positions[0] === name && best - name === last) {
      const after = bytes[best + 1];
      if (best === length - 1 || after === dot || after === slash) score += points.wholeName;
    }
    return { score: score + depth * points.perDepth - length / 8, positions };
  }

  /** Fills in what a letter is worth at each byte; how deep the path is. */
  #weigh(length: number, name: number): number {
    const [bytes, capitals, worth] = [this.#bytes, this.#capitals, this.#worth];
    let depth = 0;
    for (let j = 0; j < length; j++) {
      let value = points.letter;
      const before = j === 0 ? slash : bytes[j - 1]!;
      if (j === name) value += points.nameBegin;
      else if (before === slash) value += points.afterSlash;
      else if (beginsWord(bytes[j]!, capitals[j] === 1, before, capitals[j - 1] === 1))
        value += points.wordBegin;
      if (j >= name) value += points.inName;
      else if (bytes[j] === slash) depth++;
      worth[j] = value;
    }
    return depth;
  }

  /** One of the query's letters at all bytes; false where it is nowhere. */
  #row(letter: number, i: number, length: number): boolean {
    const [here, from, bytes, worth] = [this.#here, this.#from, this.#bytes, this.#worth];
    const width = CarefulScore.pathBytes;
    const [row, above] = [i * width, (i - 1) * width];
    if (i === 0) {
      let any = false;
      for (let j = 0; j < length; j++) {
        const found = bytes[j] === letter;
        here[j] = found ? worth[j]! : lost;
        any ||= found;
      }
      return any;
    }
    // The best of the row above before j, less what the gap up to j costs.
    let carried = lost;
    let carriedFrom = -1;
    let any = false;
    here[row] = lost;
    for (let j = 1; j < length; j++) {
      if (j >= 2) {
        carried += points.gapGoesOn;
        const opened = here[above + j - 2]! + points.gapBegins;
        if (opened > carried) {
          carried = opened;
          carriedFrom = j - 2;
        }
      }
      here[row + j] = lost;
      if (bytes[j] !== letter) continue;
      const next = here[above + j - 1]! + points.consecutive;
      const value = next >= carried ? next : carried;
      if (value <= lost / 2) continue;
      any = true;
      here[row + j] = value + worth[j]!;
      from[row + j] = next >= carried ? j - 1 : carriedFrom;
    }
    return any;
  }
}
