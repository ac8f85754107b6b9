/** Storage: the machine folder is there, the user's alone, can be written, and has room. */
import { randomBytes } from 'node:crypto';
import { rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Check, DiagnosePorts, Finding } from './check.ts';

const warningBytes = 1024 ** 3;
const problemBytes = 100 * 1024 ** 2;

export function storageCheck({ t, machineFolder }: DiagnosePorts): Check {
  return {
    title: t('Storage'),
    async run() {
      const folder = await stat(machineFolder).catch(() => undefined);
      if (!folder)
        return [
          { verdict: 'ok', message: t('{0} is made at the first start.', machineFolder) },
          await room(machineFolder, t),
        ];
      const found = [await writable(machineFolder, t), await room(machineFolder, t)];
      if (process.platform !== 'win32' && (folder.mode & 0o077) !== 0)
        found.push({
          verdict: 'warning',
          message: t('Other users of this computer may look into {0}.', machineFolder),
          next: t('The next start takes that from them.'),
        });
      return found;
    },
  };
}

async function writable(folder: string, t: DiagnosePorts['t']): Promise<Finding> {
  const file = join(folder, `.diagnose.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeFile(file, 'Offdesk\n', { mode: 0o600, flag: 'wx' });
    return { verdict: 'ok', message: t('{0} can be written.', folder) };
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return {
      verdict: 'problem',
      message: t('{0} cannot be written ({1}).', folder, code),
      next: t('Check that the disk has room and that you may write there.'),
    };
  } finally {
    await rm(file, { force: true }).catch(() => {});
  }
}

async function room(folder: string, t: DiagnosePorts['t']): Promise<Finding> {
  const { bavail, bsize } = await statfs(await existing(folder));
  const bytes = bavail * bsize;
  const message = t('Free on its disk: {0} MB.', Math.floor(bytes / 1024 ** 2));
  if (bytes >= warningBytes) return { verdict: 'ok', message };
  const next = t('Make room: what is said in a session is kept there.');
  return { verdict: bytes < problemBytes ? 'problem' : 'warning', message, next };
}

async function existing(path: string): Promise<string> {
  const there = await stat(path).then(
    () => true,
    () => false,
  );
  return there || dirname(path) === path ? path : existing(dirname(path));
}
