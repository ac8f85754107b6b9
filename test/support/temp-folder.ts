/** Temporary folders of the tests, removed at the end of the process at the latest. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders = new Set<string>();
process.once('exit', () => {
  for (const folder of folders) removeFolder(folder);
});

/** A new empty folder; its name is short because socket paths below it are bounded at 107 bytes. */
export function tempFolder(name = 'od'): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `${name}-`)));
  folders.add(folder);
  return folder;
}

export function removeFolder(folder: string): void {
  folders.delete(folder);
  if (process.env.OFFDESK_TEST_KEEP) return;
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  } catch {
    // A process that is just ending may still write there; the folder is under /tmp and says whose it is.
  }
}
