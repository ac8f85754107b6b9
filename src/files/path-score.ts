/** How well a path answers what was typed: a quick look for thousands, a careful one for the best of them. */
import type { PathTable } from './path-table.ts';

const [slash, dot, dash, underscore, space] = [0x2f, 0x2e, 0x2d, 0x5f, 0x20];

/** A word begins here: after a separator, at a capital after a small letter, at a digit after a letter. */
export function beginsWord(bytes: Uint8Array, at: number, begin: number): boolean {
  if (at === begin) return true;
  const before = bytes[at - 1]!;
  if (before === slash || before === dash || before === underscore || before === dot || before === space)
    return true;
  const here = bytes[at]!;
  const capital = here >= 0x41 && here <= 0x5a;
  const digit = here >= 0x30 && here <= 0x39;
  return (capital && before >= 0x61 && before <= 0x7a) || (digit && !(before >= 0x30 && before <= 0x39));
}

/** No match. */
export const none = -1;
export const mostRough = 1023;

/**
 * 0 to `mostRough`: looks from the end for the query's letters, so that the last name is preferred; `none` where they
 * are not there in their order. `inName`: the last name alone counts.
 */
export function roughScore(query: Uint8Array, table: PathTable, id: number, inName: boolean): number {
  const { folded } = table;
  const end = table.begins[id + 1]!;
  const name = end - table.nameLengths[id]!;
  const begin = inName ? name : table.begins[id]!;
  let left = query.length - 1;
  let wanted = query[left]!;
  let at = end;
  for (;;) {
    while (--at >= begin && folded[at] !== wanted);
    if (at < begin) return none;
    if (left === 0) break;
    wanted = query[--left]!;
  }
  return worth(query, table, at, name, end, table.begins[id]!);
}

/** What is found from `at`, forwards as it was found backwards: nearly the same letters, and cheap. */
function worth(
  query: Uint8Array,
  { bytes, folded }: PathTable,
  first: number,
  name: number,
  end: number,
  begin: number,
): number {
  let score = 200 - Math.min(end - begin, 200);
  if (first === name) score += 24;
  let before = -2;
  let at = first;
  for (let i = 0; i < query.length; i++, at++) {
    while (folded[at] !== query[i]) at++;
    if (at === before + 1) score += 10;
    if (at >= name) score += 6;
    if (beginsWord(bytes, at, begin)) score += 8;
    before = at;
  }
  return Math.min(score, mostRough);
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
  /** Best score with the query's letter i at byte j; and with it at j or before. */
  readonly #here = new Int32Array(CarefulScore.queryBytes * CarefulScore.pathBytes);
  readonly #from = new Int16Array(CarefulScore.queryBytes * CarefulScore.pathBytes);

  /** Undefined where the letters are not there in their order, or path or query is too long for this. */
  score(query: Uint8Array, table: PathTable, id: number): Scored | undefined {
    const { bytes, folded } = table;
    const begin = table.begins[id]!;
    const end = table.begins[id + 1]!;
    const length = end - begin;
    const width = CarefulScore.pathBytes;
    if (query.length > CarefulScore.queryBytes || length > width) return undefined;
    const [here, from] = [this.#here, this.#from];
    const name = length - table.nameLengths[id]!;
    let depth = 0;
    for (let i = 0; i < query.length; i++) {
      const [row, above] = [i * width, (i - 1) * width];
      // The best of the row above before j, less what the gap up to j costs.
      let carried = i === 0 ? 0 : lost;
      let carriedFrom = -1;
      for (let j = 0; j < length; j++) {
        const byte = bytes[begin + j]!;
        if (i === 0 && byte === slash) depth++;
        here[row + j] = lost;
        if (i > 0 && j >= 2) {
          carried += points.gapGoesOn;
          const opened = here[above + j - 2]! + points.gapBegins;
          if (opened > carried) [carried, carriedFrom] = [opened, j - 2];
        }
        if (folded[begin + j] !== query[i]) continue;
        let value = points.letter;
        if (j === name) value += points.nameBegin;
        else if (j > 0 && bytes[begin + j - 1] === slash) value += points.afterSlash;
        else if (beginsWord(bytes, begin + j, begin)) value += points.wordBegin;
        if (j >= name) value += points.inName;
        const next = i > 0 && j > 0 ? here[above + j - 1]! + points.consecutive : lost;
        if (i === 0) here[row + j] = value;
        else if (next >= carried && next > lost / 2) {
          here[row + j] = value + next;
          from[row + j] = j - 1;
        } else if (carried > lost / 2) {
          here[row + j] = value + carried;
          from[row + j] = carriedFrom;
        }
      }
    }
    const last = (query.length - 1) * width;
    let best = -1;
    for (let j = 0; j < length; j++)
      if (here[last + j]! > lost / 2 && (best < 0 || here[last + j]! >= here[last + best]!)) best = j;
    if (best < 0) return undefined;
    let score = here[last + best]!;
    const positions: number[] = [];
    for (let i = query.length - 1, j = best; i >= 0; i--) {
      positions.push(j);
      j = from[i * width + j]!;
    }
    positions.reverse();
    if (positions[0] === name && best - name === query.length - 1) {
      const after = bytes[begin + best + 1];
      if (best === length - 1 || after === dot || after === slash) score += points.wholeName;
    }
    score += depth * points.perDepth - length / 8;
    return { score, positions };
  }
}
