/** Paths of a workspace in a few flat arrays: some 130 bytes each, scanned at memory speed. */

/** A bit for each letter, so that a path without one of the query's is passed over by one comparison. */
const maskBits = new Uint32Array(256);
/** ASCII letters in lower case. */
const lowered = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const lower = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
  lowered[byte] = lower;
  if (lower >= 0x61 && lower <= 0x7a) maskBits[byte] = 1 << (lower - 0x61);
  else if (byte >= 0x30 && byte <= 0x39) maskBits[byte] = 1 << (byte < 0x35 ? 26 : 27);
  else if (byte === 0x2d || byte === 0x5f) maskBits[byte] = 1 << 28;
  else if (byte >= 0x80) maskBits[byte] = 1 << 29;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const slash = 0x2f;

/** Of a path that is there: what is removed has no bits and is never found. */
const present = 1 << 30;

/** Which letters these bytes have. */
export function maskOf(bytes: Uint8Array, begin = 0, end = bytes.length): number {
  let mask = present;
  for (let at = begin; at < end; at++) mask |= maskBits[bytes[at]!]!;
  return mask;
}

/** As a query is compared with a table. */
export function foldedBytes(text: string): Uint8Array {
  return encoder.encode(text.normalize('NFC').toLowerCase());
}

export class PathTable {
  /** Of all paths, one after another, as they are written. Of those with letters beyond ASCII as they are compared. */
  bytes: Uint8Array;
  /** The same as they are compared. */
  folded: Uint8Array;
  /** Where each begins; one more than there are paths. */
  begins: Uint32Array;
  masks: Uint32Array;
  /** Of the last name alone. */
  nameMasks: Uint32Array;
  /** How long the last name is; a folder's is the one before its slash, which counts. */
  nameLengths: Uint16Array;
  size = 0;
  /** Those whose bytes are not their name. */
  readonly #odd = new Map<number, string>();

  /** Relative paths with `/`, a folder's ends with one; few folders deep and short ones first, wherever they stood. */
  constructor(paths: readonly string[]) {
    const order = shallowFirst(paths);
    let length = 0;
    for (const path of paths) length += path.length;
    this.bytes = new Uint8Array(Math.ceil(length * 1.02) + 4096);
    this.folded = new Uint8Array(this.bytes.length);
    this.begins = new Uint32Array(paths.length + 64);
    this.masks = new Uint32Array(paths.length + 63);
    this.nameMasks = new Uint32Array(paths.length + 63);
    this.nameLengths = new Uint16Array(paths.length + 63);
    for (const index of order) this.add(paths[index]!);
  }

  /** Of all that is kept. */
  get byteLength(): number {
    const { bytes, folded, begins, masks, nameMasks, nameLengths } = this;
    const arrays = [bytes, folded, begins, masks, nameMasks, nameLengths];
    return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  add(path: string): void {
    const id = this.size;
    const begin = this.begins[id]!;
    this.#makeRoom(id, begin + 3 * path.length);
    let { written } = encoder.encodeInto(path, this.bytes.subarray(begin));
    if (written > path.length) {
      this.#odd.set(id, path);
      const bytes = foldedBytes(path).subarray(0, this.bytes.length - begin);
      this.bytes.set(bytes, begin);
      written = bytes.length;
    }
    const end = begin + written;
    for (let at = begin; at < end; at++) this.folded[at] = lowered[this.bytes[at]!]!;
    let name = end - 1;
    while (name > begin && this.bytes[name - 1] !== slash) name--;
    this.begins[id + 1] = end;
    this.masks[id] = maskOf(this.bytes, begin, end);
    this.nameMasks[id] = maskOf(this.bytes, name, end);
    this.nameLengths[id] = end - name;
    this.size = id + 1;
  }

  #makeRoom(id: number, end: number): void {
    if (id + 2 > this.begins.length) {
      this.begins = grown(this.begins, new Uint32Array(2 * id + 2));
      this.masks = grown(this.masks, new Uint32Array(2 * id + 1));
      this.nameMasks = grown(this.nameMasks, new Uint32Array(2 * id + 1));
      this.nameLengths = grown(this.nameLengths, new Uint16Array(2 * id + 1));
    }
    if (end > this.bytes.length) {
      this.bytes = grown(this.bytes, new Uint8Array(Math.ceil(1.5 * end)));
      this.folded = grown(this.folded, new Uint8Array(this.bytes.length));
    }
  }

  remove(id: number): void {
    this.masks[id] = 0;
    this.nameMasks[id] = 0;
  }

  path(id: number): string {
    return (
      this.#odd.get(id) ?? decoder.decode(this.bytes.subarray(this.begins[id], this.begins[id + 1]))
    );
  }
}

function grown<T extends Uint8Array | Uint16Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Indexes of `paths`, by depth and then length: a scan that ends early has seen what is likely meant. */
function shallowFirst(paths: readonly string[]): Uint32Array {
  const [depths, lengths] = [16, 128];
  const keys = new Uint16Array(paths.length);
  const counts = new Uint32Array(depths * lengths + 1);
  paths.forEach((path, index) => {
    let depth = 0;
    for (let at = path.indexOf('/'); at >= 0 && depth < depths - 1; at = path.indexOf('/', at + 1)) depth++;
    const key = depth * lengths + Math.min(path.length >> 1, lengths - 1);
    keys[index] = key;
    counts[key + 1]!++;
  });
  for (let key = 1; key < counts.length; key++) counts[key]! += counts[key - 1]!;
  const order = new Uint32Array(paths.length);
  keys.forEach((key, index) => (order[counts[key]!++] = index));
  return order;
}
