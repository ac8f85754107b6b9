// Runs the suites of test/vscode in a VS Code that @vscode/test-electron downloads. Not run in CI, whose
// machine can't download VS Code: there `npm test` runs the same suites in the VS Code of the test bed.
//   npm run test:electron [-- VERSION]   such as 1.100.0, `stable`, `insiders`
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const hostile = JSON.parse(readFileSync(join(root, 'test', 'vscode', 'hostile-settings.json'), 'utf8'));
process.chdir(root);
await import('../../esbuild.mjs');

// One CommonJS file inside the repository, so that `mocha` is found from there.
const extensionTestsPath = join(root, '.test-output', 'electron', 'index.js');
await build({
  entryPoints: [join(root, 'test', 'electron', 'index.ts')],
  outfile: extensionTestsPath,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode', 'mocha'],
  sourcemap: 'inline',
  logLevel: 'warning',
});

const temp = mkdtempSync(join(tmpdir(), 'offdesk-electron-'));
const workspace = join(temp, 'workspace');
const results = join(temp, 'results.json');
mkdirSync(join(workspace, '.vscode'), { recursive: true });
writeFileSync(join(workspace, '.vscode', 'settings.json'), JSON.stringify(hostile, null, 2));
try {
  await runTests({
    version: process.argv[2] ?? 'stable',
    extensionDevelopmentPath: root,
    extensionTestsPath,
    extensionTestsEnv: { OFFDESK_HOME: join(temp, 'machine'), OFFDESK_TEST_RESULTS: results },
    launchArgs: [
      workspace,
      '--disable-extensions',
      '--disable-workspace-trust',
      '--user-data-dir',
      join(temp, 'data'),
    ],
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  try {
    const { passed, failed } = JSON.parse(readFileSync(results, 'utf8'));
    console.log(`${passed} passed, ${failed} failed`);
    if (failed > 0) process.exitCode = 1;
  } catch {
    console.log('0 passed, 1 failed');
    process.exitCode = 1;
  }
  rmSync(temp, { recursive: true, force: true });
}
