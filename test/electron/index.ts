/**
 * Entry of the suites that run inside the extension host: VS Code calls `run`. Besides rejecting when a test
 * fails, it writes `{passed, failed, failures}` to the file that OFFDESK_TEST_RESULTS names.
 */
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

interface Failure {
  title: string;
  error: string;
}

export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, color: false });
  mocha.suite.emit('pre-require', globalThis, 'offdesk', mocha);
  await import('../vscode/manifest.suite.ts');
  await import('../vscode/lifecycle.suite.ts');
  const failures: Failure[] = [];
  let passed = 0;
  const failed = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.on('pass', () => passed++);
    runner.on('fail', (test, error: Error) =>
      failures.push({ title: test.fullTitle(), error: error.stack ?? error.message }),
    );
  });
  const results = process.env['OFFDESK_TEST_RESULTS'];
  if (results) writeFileSync(results, JSON.stringify({ passed, failed, failures }, null, 2));
  if (failed > 0) throw new Error(failures.map(({ title, error }) => `${title}\n${error}`).join('\n\n'));
}
