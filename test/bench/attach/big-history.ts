/** The history of a gigabyte: it takes a minute to write, so the newest one is kept beside the test bed. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../support/paths.ts';
import { writeHistory } from './history.ts';

/** About a thousand bytes each. */
export const bigItems = 1_000_000;

const kept = join(homedir(), '.cache', 'offdesk-test');
const prefix = 'big-journal-';

/** Fills `folder` with a copy of its own. */
export async function copyBigHistory(folder: string): Promise<void> {
  const name = `${prefix}${hash()}`;
  const path = join(kept, name);
  if (!existsSync(path)) {
    mkdirSync(kept, { recursive: true });
    for (const old of readdirSync(kept).filter((entry) => entry.startsWith(prefix)))
      rmSync(join(kept, old), { recursive: true, force: true });
    const partial = join(kept, `${prefix}partial-${process.pid}`);
    await writeHistory({ folder: partial, items: bigItems });
    renameSync(partial, path);
  }
  cpSync(path, folder, { recursive: true });
}

/** Of what writes it: another format or content is another history. */
function hash(): string {
  const sum = createHash('sha256').update(String(bigItems));
  const journal = join(root, 'src', 'session', 'disk-journal');
  const sources = readdirSync(journal).map((name) => join(journal, name));
  for (const path of [...sources.sort(), join(root, 'test', 'bench', 'attach', 'history.ts')])
    sum.update(readFileSync(path));
  return sum.digest('hex').slice(0, 16);
}
