/** The folders of a list of files, and the order in which both are looked at: the few folders deep and short ones first. */

/** The folder of a path, with its slash; empty for what lies at the top. */
export const folderOfPath = (path: string): string =>
  path.slice(0, path.lastIndexOf('/', path.length - 2) + 1);

export interface Folders {
  /** Each with its slash; the first is the top. */
  folders: string[];
  /** Of each folder, the one that it lies in. */
  parents: number[];
  /** Of each file. */
  folderOf: Uint32Array;
}

/** All folders above these files. */
export function foldersOf(files: readonly string[]): Folders {
  const [folders, parents] = [[''], [0]];
  const known = new Map([['', 0]]);
  const folderOf = new Uint32Array(files.length);
  const indexOf = (folder: string): number => {
    let index = known.get(folder);
    if (index !== undefined) return index;
    const parent = indexOf(folderOfPath(folder));
    index = folders.push(folder) - 1;
    parents.push(parent);
    known.set(folder, index);
    return index;
  };
  let [last, index] = ['', 0];
  for (let at = 0; at < files.length; at++) {
    const file = files[at]!;
    // Lists are mostly sorted: the next file is in the same folder.
    if (!file.startsWith(last) || file.indexOf('/', last.length) >= 0) {
      last = folderOfPath(file);
      index = indexOf(last);
    }
    folderOf[at] = index;
  }
  return { folders, parents, folderOf };
}

/** How many folders each lies in, the top not counted; parents come before what is in them. */
function depthsOf(parents: readonly number[]): Uint16Array {
  const depths = new Uint16Array(parents.length);
  for (let folder = 1; folder < parents.length; folder++) {
    const parent = parents[folder]!;
    depths[folder] = parent === 0 ? 0 : depths[parent]! + 1;
  }
  return depths;
}

/**
 * All folders but the top, by their indexes, and all files, by theirs after these: by depth and then length, so that a
 * scan that ends early has seen what is likely meant.
 */
export function shallowFirst(files: readonly string[], { folders, parents, folderOf }: Folders): Uint32Array {
  const depths = depthsOf(parents);
  const [levels, lengths] = [16, 128];
  const total = folders.length + files.length;
  const keys = new Uint16Array(total);
  const counts = new Uint32Array(levels * lengths + 1);
  for (let at = 1; at < total; at++) {
    const file = at - folders.length;
    const folder = file < 0 ? at : folderOf[file]!;
    const depth = depths[folder]! + (file < 0 || folder === 0 ? 0 : 1);
    const { length } = file < 0 ? folders[at]! : files[file]!;
    const key = Math.min(depth, levels - 1) * lengths + Math.min(length >> 1, lengths - 1);
    keys[at] = key;
    counts[key + 1]!++;
  }
  for (let key = 1; key < counts.length; key++) counts[key]! += counts[key - 1]!;
  const order = new Uint32Array(total - 1);
  for (let at = 1; at < total; at++) order[counts[keys[at]!]!++] = at;
  return order;
}
