/** Writes a file of the user's so that whoever looks, also after a kill or a loss of power, finds all of it or what was there. */
import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { access, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { askProgram } from '../agent/ask-program.ts';
import { limits } from '../protocol/limits.ts';

/**
 * `path`: with links followed; its folder is there. Written beside it and put in its place, with its mode. In place,
 * where a reader may find a part, only where something of it would not outlive that: other names of it (hard links), its
 * owner or group, rights beyond its mode (an ACL), and where nothing may be put there (the folder's mode, a mount, another
 * program on Windows). Rejects as node:fs, and with `EINVAL` for what is no file. A kill can leave `.offdesk-….tmp` there.
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const before = await stat(path).catch(absent);
  if (before && !before.isFile()) throw Object.assign(new Error('no file'), { code: 'EINVAL' });
  // A file that may not be written to stays, though its folder may be.
  if (before) await access(path, constants.W_OK);
  const inPlace = before && (before.nlink > 1 || (await hasAcl(path)));
  if (inPlace || !(await put(path, text, before))) await writeFile(path, text);
}

/** Node can't tell; its group would get what the ACL's mask says. A plus stands behind the mode of one that has any. */
async function hasAcl(path: string): Promise<boolean> {
  if (process.platform === 'win32') return false;
  const said = await askProgram({ command: 'ls', env: {} }, ['-ld', '--', path], {
    ms: limits.probeTimeoutMs,
  });
  return /^\S{10}\+/.test(said);
}

/** False where it can't be had that way; all is as it was then. */
async function put(path: string, text: string, before: Stats | undefined): Promise<boolean> {
  // Of its own length: one that is added to a long name may be too long.
  const temporary = join(dirname(path), `.offdesk-${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      if (before && !(await dressed(file, before))) return false;
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    return true;
  } catch (error) {
    // A disk that is full must not lose what is there.
    if (full.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return false;
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

const full = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO']);

/** As the one that it replaces; false where that can't be. */
async function dressed(file: Awaited<ReturnType<typeof open>>, { mode, uid, gid }: Stats): Promise<boolean> {
  if (process.platform === 'win32') return true;
  const now = await file.stat();
  if (now.uid !== uid) return false;
  if (now.gid !== gid) {
    const had = await file.chown(uid, gid).then(
      () => true,
      () => false,
    );
    if (!had) return false;
  }
  await file.chmod(mode & 0o7777);
  return true;
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
