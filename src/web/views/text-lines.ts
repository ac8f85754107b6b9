/** Where the lines of a long text begin, so that a window can be cut out of it without a list of its lines. */

/** A line that is longer is shown in several. */
const maxLine = 4_000;

export class TextLines {
  /** Of each line, and the end of the last. */
  readonly #starts: number[] = [];
  readonly #text: string;

  /** Empty lines at both ends are left out. */
  constructor(text: string) {
    this.#text = text;
    let start = /^(?:[ \t\r]*\n)*/.exec(text)?.[0].length ?? 0;
    let end = text.length;
    while (end > start && ' \t\r\n'.includes(text[end - 1]!)) end--;
    while (start < end) {
      this.#starts.push(start);
      const lineEnd = text.indexOf('\n', start) + 1 || end;
      start = Math.min(lineEnd, end, start + maxLine);
    }
    this.#starts.push(end);
  }

  get count(): number {
    return this.#starts.length - 1;
  }

  /** From line `begin` to line `end`, not included; counted from 0. */
  slice(begin: number, end: number): string {
    return this.#text.slice(this.#at(begin), this.#at(end));
  }

  /** At most `chars` before line `begin`. */
  before(begin: number, chars: number): string {
    const at = this.#at(begin);
    return this.#text.slice(Math.max(this.#at(0), at - chars), at);
  }

  #at(line: number): number {
    return this.#starts[Math.min(Math.max(0, line), this.count)]!;
  }
}
