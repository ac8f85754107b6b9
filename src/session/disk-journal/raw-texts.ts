/**
 * What lines say, as a search compares it, taken from their bytes: strings made of a gigabyte are garbage that stays for
 * a while. Not verified by checksums, and wrong only by saying too much: it tells what is worth a closer look.
 */
import { chunkText } from '../coalesce.ts';
import type { Fact } from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';
import { foldedUnits } from '../find.ts';

/** Where a text is among the `RawTexts`. */
export interface Piece {
  from: number;
  to: number;
}

const feed = 0x0a;
const quote = 0x22;
const backslash = 0x5c;
const underscore = 0x5f;
/** Of the checksum and the space before a line's JSON. */
const sumBytes = 9;

const moreStart = Buffer.from('{"n":');
const moreText = Buffer.from('"+":"');
const moreEnd = Buffer.from('"}');
const updateStart = Buffer.from('"update":{"sessionUpdate":"');
const chunkTextStart = Buffer.from('_chunk","content":{"type":"text","text":"');
const chunkEnd = Buffer.from('"}}}');
const chunkMark = chunkTextStart.subarray(0, '_chunk"'.length);

export class RawTexts {
  /** Folded UTF-16 units: the same memory for all that is searched. */
  #units = new Uint16Array(limits.readBytes);
  #length = 0;

  /** Forgets all pieces. */
  clear(): void {
    this.#length = 0;
  }

  /** Texts of chunks are joined; of other lines all of their JSON is taken, which has the text in it. */
  add(lines: Buffer): Piece {
    const from = this.#length;
    this.#room(lines.length);
    for (let start = 0; start < lines.length;) {
      const found = lines.indexOf(feed, start);
      const end = found < 0 ? lines.length : found;
      this.#line(lines, start + sumBytes, end);
      start = end + 1;
    }
    return { from, to: this.#length };
  }

  /** The pieces as one text. */
  joined(pieces: readonly Piece[]): Piece {
    if (pieces.length === 1) return pieces[0]!;
    const from = this.#length;
    for (const piece of pieces) {
      this.#room(piece.to - piece.from);
      this.#units.copyWithin(this.#length, piece.from, piece.to);
      this.#length += piece.to - piece.from;
    }
    return { from, to: this.#length };
  }

  /** `wanted`: folded, in UTF-16. */
  holds({ from, to }: Piece, wanted: Buffer): boolean {
    const text = Buffer.from(this.#units.buffer, 2 * from, 2 * (to - from));
    return text.includes(wanted, 0, 'utf16le');
  }

  #room(units: number): void {
    if (this.#length + units <= this.#units.length) return;
    const larger = new Uint16Array(2 * (this.#length + units));
    larger.set(this.#units.subarray(0, this.#length));
    this.#units = larger;
  }

  #line(bytes: Buffer, from: number, to: number): void {
    if (isAt(bytes, from, moreStart)) {
      const text = bytes.indexOf(moreText, from) + moreText.length;
      if (text <= to) this.#take(bytes, text, to - moreEnd.length);
      return;
    }
    const text = textOfChunk(bytes, from, to);
    if (text === undefined) this.#take(bytes, from, to);
    else if (typeof text === 'number') this.#take(bytes, text, to - chunkEnd.length);
    else {
      const json = Buffer.from(JSON.stringify(text));
      this.#room(json.length + bytes.length);
      this.#take(json, 1, json.length - 1);
    }
  }

  /** UTF-8 to folded UTF-16. */
  #take(bytes: Buffer, from: number, to: number): void {
    const fold = foldedUnits();
    const units = this.#units;
    let length = this.#length;
    for (let at = from; at < to;) {
      const lead = bytes[at]!;
      let unit = lead;
      if (lead < 0x80) at += 1;
      else if (lead < 0xe0) {
        unit = ((lead & 0x1f) << 6) | (bytes[at + 1]! & 0x3f);
        at += 2;
      } else if (lead < 0xf0) {
        unit = ((lead & 0x0f) << 12) | ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f);
        at += 3;
      } else {
        // A pair of surrogates, for which nobody looks here.
        unit = 0xd800;
        at += 4;
      }
      units[length++] = fold[unit]!;
    }
    this.#length = length;
  }
}

/** Where the text of a chunk begins that ends with its line, or the text where there is more to it. */
function textOfChunk(bytes: Buffer, from: number, to: number): number | string | undefined {
  let mark = from;
  while (mark < to && !(bytes[mark] === underscore && isAt(bytes, mark, chunkMark))) mark++;
  if (mark === to) return undefined;
  const text = mark + chunkTextStart.length;
  const plain = isAt(bytes, mark, chunkTextStart) && isUpdate(bytes, mark) && endsWith(bytes, text, to);
  if (plain) return text;
  try {
    return chunkText(JSON.parse(bytes.toString('utf8', from, to)) as Fact);
  } catch {
    return undefined;
  }
}

/** Whether `mark` ends the name of the fact's own update. */
function isUpdate(bytes: Buffer, mark: number): boolean {
  let name = mark;
  while (bytes[name - 1] !== quote && name > 0) name--;
  return isAt(bytes, name - updateStart.length, updateStart);
}

/** Whether the string that begins at `from` is the line's last value. */
function endsWith(bytes: Buffer, from: number, to: number): boolean {
  let at = from;
  while (at < to && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at === to - chunkEnd.length && isAt(bytes, at, chunkEnd);
}

function isAt(bytes: Buffer, at: number, word: Buffer): boolean {
  return (
    at >= 0 &&
    at + word.length <= bytes.length &&
    bytes.compare(word, 0, word.length, at, at + word.length) === 0
  );
}
