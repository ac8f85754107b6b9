/**
 * The mark that remote control is on in a folder: it outlives whatever ends this process, so that remote control
 * comes back by itself until its user stops it. It lies in the machine folder, where no repository can put one.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../remote/machine-folder.ts';

function fileOf(machineFolder: string, cwd: string): string {
  const name = createHash('sha256').update(cwd).digest('hex').slice(0, 32);
  return join(machineFolder, 'on', `${name}.json`);
}

/** Rejects with `storage_failed`. */
export async function markOn(machineFolder: string, cwd: string, on: boolean): Promise<void> {
  const file = fileOf(machineFolder, cwd);
  if (!on) return rm(file, { force: true });
  if (await isMarkedOn(machineFolder, cwd)) return;
  await mkdir(join(machineFolder, 'on'), { recursive: true, mode: 0o700 });
  await replaceFile(file, JSON.stringify({ version: 1, cwd }));
}

/** Where it can't be read it is off. */
export async function isMarkedOn(machineFolder: string, cwd: string): Promise<boolean> {
  try {
    const mark: unknown = JSON.parse(await readFile(fileOf(machineFolder, cwd), 'utf8'));
    return typeof mark === 'object' && mark !== null && 'cwd' in mark && mark.cwd === cwd;
  } catch {
    return false;
  }
}
