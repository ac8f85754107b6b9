/** What differs between two lists of lines: around lines that are unique on both sides, so that long files cost little. */
import { diffArrays } from 'diff';
import { limits } from '../protocol/limits.ts';

/** Lines `oldStart` to `oldEnd` (not included) gave way to `newStart` to `newEnd`; counted from 0. */
export interface LineChange {
  oldStart: number;
  oldEnd: number;
  newStart: number;
  newEnd: number;
}

/** In order; nothing where both are the same. */
export function compareLines(before: readonly string[], after: readonly string[]): LineChange[] {
  const comparison = new Comparison(before, after);
  comparison.between({ oldStart: 0, oldEnd: before.length, newStart: 0, newEnd: after.length }, true);
  return comparison.changes;
}

class Comparison {
  readonly changes: LineChange[] = [];
  readonly #before: readonly string[];
  readonly #after: readonly string[];
  /** Steps that comparing without anchors may still take. */
  #steps: number = limits.diffSteps;

  constructor(before: readonly string[], after: readonly string[]) {
    this.#before = before;
    this.#after = after;
  }

  /** `anchored`: it may be divided at lines that are unique on both sides. */
  between(range: LineChange, anchored: boolean): void {
    const part = this.#trimmed(range);
    if (part.oldStart === part.oldEnd && part.newStart === part.newEnd) return;
    if (part.oldStart === part.oldEnd || part.newStart === part.newEnd) return this.#push(part);
    const anchors = anchored ? this.#anchors(part) : [];
    if (anchors.length === 0) return this.#directly(part);
    let { oldStart, newStart } = part;
    for (const [oldAt, newAt] of anchors) {
      this.between({ oldStart, oldEnd: oldAt, newStart, newEnd: newAt }, false);
      oldStart = oldAt + 1;
      newStart = newAt + 1;
    }
    this.between({ oldStart, oldEnd: part.oldEnd, newStart, newEnd: part.newEnd }, false);
  }

  #push(change: LineChange): void {
    const last = this.changes.at(-1);
    if (last?.oldEnd === change.oldStart && last.newEnd === change.newStart)
      this.changes[this.changes.length - 1] = { ...last, oldEnd: change.oldEnd, newEnd: change.newEnd };
    else this.changes.push(change);
  }

  #trimmed({ oldStart, oldEnd, newStart, newEnd }: LineChange): LineChange {
    const [before, after] = [this.#before, this.#after];
    while (oldStart < oldEnd && newStart < newEnd && before[oldStart] === after[newStart]) {
      oldStart++;
      newStart++;
    }
    while (oldStart < oldEnd && newStart < newEnd && before[oldEnd - 1] === after[newEnd - 1]) {
      oldEnd--;
      newEnd--;
    }
    return { oldStart, oldEnd, newStart, newEnd };
  }

  /** Pairs of a line that is once on each side, in an order that both sides have (patience diff). */
  #anchors(part: LineChange): [number, number][] {
    const olds = uniques(this.#before, part.oldStart, part.oldEnd);
    const news = uniques(this.#after, part.newStart, part.newEnd);
    const pairs: [number, number][] = [];
    // A map keeps the order in which lines came first.
    for (const [line, oldAt] of olds) {
      const newAt = oldAt < 0 ? -1 : (news.get(line) ?? -1);
      if (newAt >= 0) pairs.push([oldAt, newAt]);
    }
    return longestGrowing(pairs);
  }

  /** The shortest way from one to the other (Myers), while there is time for it. */
  #directly(part: LineChange): void {
    const maxEditLength = Math.floor(Math.sqrt(2 * this.#steps));
    const found = diffArrays(
      this.#before.slice(part.oldStart, part.oldEnd),
      this.#after.slice(part.newStart, part.newEnd),
      { maxEditLength },
    );
    const edits = found?.reduce((sum, { added, removed, count }) => sum + (added || removed ? count : 0), 0);
    this.#steps = Math.max(0, this.#steps - (edits ?? maxEditLength) ** 2 / 2);
    if (!found) return this.#push(part);
    let { oldStart, newStart } = part;
    for (const { added, removed, count } of found) {
      const oldEnd = added ? oldStart : oldStart + count;
      const newEnd = removed ? newStart : newStart + count;
      if (added || removed) this.#push({ oldStart, oldEnd, newStart, newEnd });
      oldStart = oldEnd;
      newStart = newEnd;
    }
  }
}

/** Line → where it is, or −1 where it is more than once. */
function uniques(lines: readonly string[], start: number, end: number): Map<string, number> {
  const found = new Map<string, number>();
  for (let at = start; at < end; at++) {
    const line = lines[at]!;
    found.set(line, found.has(line) ? -1 : at);
  }
  return found;
}

/** The longest part of `pairs` in which the second numbers grow, too. */
function longestGrowing(pairs: readonly [number, number][]): [number, number][] {
  /** Of each length so far, the pair with the smallest second number that ends such a part. */
  const ends: number[] = [];
  const previous = new Int32Array(pairs.length);
  pairs.forEach(([, value], index) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[ends[middle]!]![1] < value) low = middle + 1;
      else high = middle;
    }
    previous[index] = low > 0 ? ends[low - 1]! : -1;
    ends[low] = index;
  });
  const found: [number, number][] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = previous[at]!) found.push(pairs[at]!);
  return found.reverse();
}
