/** Paths of a workspace in a few flat arrays: a name each, and folders once, so that a search reads little. */
import { folderOfPath, foldersOf, shallowFirst } from './path-order.ts';

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

/** Of what is there: an entry that was removed has no bits and is never found. */
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

/**
 * An entry is a file or a folder: a name (a folder's with its slash) in a folder, by its number. Folder 0 is the top;
 * every other folder is an entry, too, and comes after the one that it lies in.
 */
export class PathTable {
  /** One after another, as they are compared: in lower case, beyond ASCII as UTF-8 of the folded name. */
  names: Uint8Array;
  /** Where each begins; one more than there are entries. */
  begins: Uint32Array;
  /** Of the name alone. */
  masks: Uint32Array;
  folders: Uint32Array;
  size = 0;
  folderEntries = new Uint32Array(64);
  /** Of the whole path. */
  folderMasks = new Uint32Array(64).fill(present, 0, 1);
  /** Of the whole path, in bytes as compared. */
  folderLengths = new Uint16Array(64);
  folderCount = 1;
  /** A bit for each byte of `names` that was a capital. */
  #capitals: Uint8Array;
  /** Names that are more than their bytes. */
  readonly #odd = new Map<number, string>();

  /** Relative files with `/`, in any order: the few folders deep and short ones are looked at first. */
  constructor(files: readonly string[]) {
    const { folders, parents, folderOf } = foldersOf(files);
    let length = 0;
    for (let at = 0; at < files.length; at++) length += files[at]!.length - folders[folderOf[at]!]!.length;
    for (const folder of folders) length += folder.length - folderOfPath(folder).length;
    const count = folders.length + files.length;
    this.names = new Uint8Array(Math.ceil(length * 1.01) + 4096);
    this.#capitals = new Uint8Array((this.names.length >> 3) + 1);
    this.begins = new Uint32Array(count + 256);
    this.masks = new Uint32Array(count + 255);
    this.folders = new Uint32Array(count + 255);
    const numbers = new Uint32Array(folders.length);
    const number = (folder: number): number => {
      if (folder === 0 || numbers[folder] !== 0) return numbers[folder]!;
      const parent = parents[folder]!;
      return (numbers[folder] = this.#writeFolder(folders[folder]!, folders[parent]!.length, number(parent)));
    };
    for (const at of shallowFirst(files, { folders, parents, folderOf })) {
      const file = at - folders.length;
      if (file < 0) number(at);
      else this.#write(files[file]!, folders[folderOf[file]!]!.length, number(folderOf[file]!));
    }
  }

  /** Of all that is kept, but for names beyond ASCII. */
  get byteLength(): number {
    const { names, begins, masks, folders, folderEntries, folderMasks, folderLengths } = this;
    const arrays = [names, begins, masks, folders, folderEntries, folderMasks, folderLengths, this.#capitals];
    return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** With the folders above it; nothing where it is there. A folder ends with a slash. */
  add(path: string): void {
    const folder = this.#folder(folderOfPath(path));
    if (path.endsWith('/')) this.#folder(path);
    else if (this.#entry(path, folder) === undefined) this.#write(path, folderOfPath(path).length, folder);
  }

  /** Its entry; a folder's path ends with a slash. */
  find(path: string): number | undefined {
    const folder = this.#folderNumber(folderOfPath(path));
    return folder === undefined ? undefined : this.#entry(path, folder);
  }

  isThere(id: number): boolean {
    return this.masks[id] !== 0;
  }

  /** A file, or a folder with all that is in it; and folders that are empty without it. */
  remove(path: string): void {
    const id = this.find(path);
    if (id === undefined) return;
    this.masks[id] = 0;
    const below = path.endsWith('/') ? this.#folderNumber(path) : undefined;
    if (below !== undefined) this.#removeBelow(below);
    for (let folder = this.folders[id]!; folder !== 0 && !this.#holdsAny(folder);) {
      const entry = this.folderEntries[folder]!;
      this.masks[entry] = 0;
      folder = this.folders[entry]!;
    }
  }

  path(id: number): string {
    let path = this.#name(id);
    for (let folder = this.folders[id]!; folder !== 0; folder = this.folders[this.folderEntries[folder]!]!)
      path = this.#name(this.folderEntries[folder]!) + path;
    return path;
  }

  /** Of those that are there, each with its slash. */
  *folderPaths(): Generator<string> {
    for (let folder = 1; folder < this.folderCount; folder++)
      if (this.isThere(this.folderEntries[folder]!)) yield this.path(this.folderEntries[folder]!);
  }

  /** Bytes of its whole path as they are compared. */
  length(id: number): number {
    return this.folderLengths[this.folders[id]!]! + this.begins[id + 1]! - this.begins[id]!;
  }

  /** Writes its whole path as it is compared, and 1 for each capital. Both have room for `length(id)`. */
  spell(id: number, bytes: Uint8Array, capitals: Uint8Array): void {
    let end = this.length(id);
    for (let entry = id; ;) {
      const [begin, next] = [this.begins[entry]!, this.begins[entry + 1]!];
      end -= next - begin;
      for (let at = begin; at < next; at++) {
        bytes[end + at - begin] = this.names[at]!;
        capitals[end + at - begin] = this.isCapital(at) ? 1 : 0;
      }
      const folder = this.folders[entry]!;
      if (folder === 0) return;
      entry = this.folderEntries[folder]!;
    }
  }

  /** Whether this byte of `names` was written as a capital. */
  isCapital(at: number): boolean {
    return (this.#capitals[at >> 3]! & (1 << (at & 7))) !== 0;
  }

  #name(id: number): string {
    const odd = this.#odd.get(id);
    if (odd !== undefined) return odd;
    let name = '';
    for (let at = this.begins[id]!; at < this.begins[id + 1]!; at++)
      name += String.fromCharCode(this.names[at]! - (this.isCapital(at) ? 0x20 : 0));
    return name;
  }

  /** Made where it is not there, and there again where it was removed. */
  #folder(path: string): number {
    if (path === '') return 0;
    const parent = this.#folder(folderOfPath(path));
    const number = this.#folderNumber(path);
    if (number === undefined) return this.#writeFolder(path, folderOfPath(path).length, parent);
    const entry = this.folderEntries[number]!;
    this.masks[entry] = maskOf(this.names, this.begins[entry], this.begins[entry + 1]);
    return number;
  }

  #folderNumber(path: string): number | undefined {
    if (path === '') return 0;
    const bytes = foldedBytes(path);
    const mask = maskOf(bytes);
    for (let folder = 1; folder < this.folderCount; folder++) {
      const alike = this.folderLengths[folder] === bytes.length && this.folderMasks[folder] === mask;
      if (alike && this.path(this.folderEntries[folder]!) === path) return folder;
    }
    return undefined;
  }

  #entry(path: string, folder: number): number | undefined {
    const name = path.slice(folderOfPath(path).length);
    const mask = maskOf(foldedBytes(name));
    for (let id = 0; id < this.size; id++)
      if (this.folders[id] === folder && this.masks[id] === mask && this.#name(id) === name) return id;
    return undefined;
  }

  #holdsAny(folder: number): boolean {
    for (let id = 0; id < this.size; id++)
      if (this.folders[id] === folder && this.masks[id] !== 0) return true;
    return false;
  }

  #removeBelow(folder: number): void {
    const gone = new Uint8Array(this.folderCount);
    gone[folder] = 1;
    for (let inner = folder + 1; inner < this.folderCount; inner++)
      gone[inner] = gone[this.folders[this.folderEntries[inner]!]!]!;
    for (let id = 0; id < this.size; id++) if (gone[this.folders[id]!]) this.masks[id] = 0;
  }

  #writeFolder(path: string, from: number, parent: number): number {
    const entry = this.#write(path, from, parent);
    const number = this.folderCount++;
    if (number >= this.folderEntries.length) {
      this.folderEntries = grown(this.folderEntries, new Uint32Array(2 * number));
      this.folderMasks = grown(this.folderMasks, new Uint32Array(2 * number));
      this.folderLengths = grown(this.folderLengths, new Uint16Array(2 * number));
    }
    this.folderEntries[number] = entry;
    this.folderMasks[number] = this.masks[entry]! | this.folderMasks[parent]!;
    this.folderLengths[number] = this.length(entry);
    return number;
  }

  /** `from`: where its name begins. */
  #write(path: string, from: number, folder: number): number {
    const id = this.size;
    const begin = this.begins[id]!;
    this.#makeRoom(id, begin + 3 * (path.length - from) + 16);
    const end = begin + this.#spellName(id, path, from, begin);
    this.begins[id + 1] = end;
    this.masks[id] = maskOf(this.names, begin, end);
    this.folders[id] = folder;
    this.size = id + 1;
    return id;
  }

  /** How many bytes it has. */
  #spellName(id: number, path: string, from: number, begin: number): number {
    for (let at = from; at < path.length; at++) {
      const code = path.charCodeAt(at);
      if (code >= 0x80) {
        const name = path.slice(from);
        this.#odd.set(id, name);
        const bytes = foldedBytes(name).subarray(0, this.names.length - begin);
        this.names.set(bytes, begin);
        return bytes.length;
      }
      const lower = lowered[code]!;
      const place = begin + at - from;
      this.names[place] = lower;
      if (lower !== code) this.#capitals[place >> 3]! |= 1 << (place & 7);
    }
    return path.length - from;
  }

  #makeRoom(id: number, end: number): void {
    if (id + 2 > this.begins.length) {
      const most = Math.ceil(1.2 * id) + 2;
      this.begins = grown(this.begins, new Uint32Array(most));
      this.masks = grown(this.masks, new Uint32Array(most - 1));
      this.folders = grown(this.folders, new Uint32Array(most - 1));
    }
    if (end > this.names.length) {
      this.names = grown(this.names, new Uint8Array(Math.ceil(1.2 * end)));
      this.#capitals = grown(this.#capitals, new Uint8Array((this.names.length >> 3) + 1));
    }
  }
}

function grown<T extends Uint8Array | Uint16Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
