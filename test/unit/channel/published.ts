/** Published test vectors, read from where they are kept; tests that lack them say so and are pending. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const folder = process.env.OFFDESK_VECTORS ?? resolve(root, '../shared/vectors');

/** The parsed file; without it the test is skipped, with the reason printed. */
export function published<T>(test: Mocha.Context, file: string): T {
  const path = join(folder, file);
  if (!existsSync(path)) {
    console.log(`      skipped: ${file} is not in OFFDESK_VECTORS or ../shared/vectors`);
    test.skip();
  }
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}
