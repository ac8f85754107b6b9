/** Paths that the tests share: the repository, its packages, and where results and pictures go. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../bed/places.mjs';

export {
  root,
  node24,
  vscodeNode,
  vscodeServerMain,
  claudeAgent,
  opencodeAgent,
  agentPrograms,
  chromiumPath,
} from '../bed/places.mjs';

/** Not in git: packages, logs, pictures of a run. */
export const outputFolder = join(root, '.test-output');

/** The packaged extension that `npm run package` made, or the one that `OFFDESK_TEST_VSIX` names. */
export function vsixPath(): string {
  const path = process.env.OFFDESK_TEST_VSIX ?? join(root, 'dist', 'offdesk.vsix');
  if (!existsSync(path)) throw new Error(`no package at ${path}: run \`npm run package\` first`);
  return path;
}

/** The built CLI. */
export const cliPath = join(root, 'dist', 'cli.js');

/** A path for a picture or log of this run; the folder exists. */
export function outputPath(...parts: string[]): string {
  const path = join(outputFolder, ...parts);
  mkdirSync(join(path, '..'), { recursive: true });
  return path;
}
