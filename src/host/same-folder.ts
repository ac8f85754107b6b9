/** Whether two paths name one folder: links, and on Windows case, make no difference. */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * Compares absolute paths with `folder`; each is looked up on disk at most once, and not at all where it is written the
 * same. A folder that is not there is the one that is written alike.
 */
export function sameFolderAs(folder: string, platform = process.platform): (other: string) => boolean {
  const known = new Map<string, string>();
  const real = (path: string) => {
    const found = known.get(path) ?? realPath(path, platform);
    known.set(path, found);
    return found;
  };
  return (other) => other === folder || real(other) === real(folder);
}

function realPath(path: string, platform: NodeJS.Platform): string {
  let real = resolve(path);
  try {
    real = realpathSync.native(path);
  } catch {
    // Removed, or out of reach.
  }
  return platform === 'win32' ? real.toLowerCase() : real;
}
