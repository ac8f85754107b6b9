/** Runs mocha test files inside VS Code's extension host, beside the installed package. */
import { readFileSync, writeFileSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { format } from 'node:util';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { root } from './paths.ts';
import { removeFolder, tempFolder } from './temp-folder.ts';
import type { VscodeServer } from './vscode-server.ts';
import { openWorkbench } from './workbench.ts';
import { within } from './wait.ts';

export interface SuiteResult {
  passed: string[];
  pending: string[];
  failed: { title: string; error: string }[];
  /** What the suite wrote to the console. */
  output: string;
}

export interface SuiteOptions {
  /** Started with `testDriver: true`. */
  server: VscodeServer;
  browser: Browser;
  /** The folder that the window opens. */
  folder: string;
  /** Mocha files in TypeScript; they may import `vscode` and anything of this repository. */
  files: string[];
  /** Milliseconds for the whole suite; 3 minutes by default. */
  timeoutMs?: number;
}

/**
 * Bundles the files into a small extension that VS Code loads for development, lets it run them, and gives their
 * results. The extension under test is the one installed in the server.
 */
export async function runInExtensionHost(options: SuiteOptions): Promise<SuiteResult> {
  const extension = tempFolder('od-suite');
  const resultPath = join(extension, 'result.json');
  writeFileSync(
    join(extension, 'package.json'),
    JSON.stringify({
      ...{ name: 'offdesk-suite', publisher: 'offdesk', version: '0.0.1', engines: { vscode: '^1.100.0' } },
      ...{ main: './main.js', extensionKind: ['workspace'], activationEvents: [] },
    }),
  );
  writeFileSync(join(extension, 'main.js'), 'exports.activate = () => undefined;\n');
  const mocha = createRequire(import.meta.url).resolve('mocha');
  await build({
    stdin: { contents: suiteEntry(options.files, mocha, resultPath), resolveDir: root, loader: 'ts' },
    outfile: join(extension, 'index.js'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    external: ['vscode', mocha],
    absWorkingDir: root,
    logLevel: 'silent',
  });

  const remote = `vscode-remote://127.0.0.1:${options.server.port}${extension}`;
  const context = await options.browser.newContext();
  const lines: string[] = [];
  try {
    let report: (code: number) => void = () => undefined;
    const exit = new Promise<number>((resolve) => (report = resolve));
    await context.exposeFunction('codeAutomationExit', (code: number) => report(code));
    await context.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
      lines.push(`${type}: ${format(...args)}`);
    });
    const window = openWorkbench(options.browser, options.server, {
      folder: options.folder,
      context,
      payload: [
        ['extensionDevelopmentPath', remote],
        ['extensionTestsPath', `${remote}/index.js`],
      ],
    });
    // A short suite may end the window before it has opened for us: its exit code counts.
    window.catch(() => undefined);
    const code = await within(exit, options.timeoutMs ?? 180_000, `the suite\n${lines.join('\n')}`);
    if (!existsSync(resultPath))
      throw new Error(`the suite ended with ${code} and left no results\n${lines.join('\n')}`);
    const result = JSON.parse(readFileSync(resultPath, 'utf8')) as Omit<SuiteResult, 'output'>;
    return { ...result, output: lines.join('\n') };
  } finally {
    await context.close();
    removeFolder(extension);
  }
}

/** The module that VS Code calls: it runs mocha (not bundled: it loads parts of itself by name) over the files. */
function suiteEntry(files: string[], mocha: string, resultPath: string): string {
  const imports = files.map((file) => `require(${JSON.stringify(`./${relative(root, file)}`)});`).join('\n');
  return `
    import { writeFileSync } from 'node:fs';
    const loaded = require(${JSON.stringify(mocha)});
    const Mocha = loaded.default ?? loaded;
    export async function run() {
      const mocha = new Mocha({ ui: 'bdd', timeout: 60000, reporter: 'spec', color: false });
      mocha.suite.emit('pre-require', globalThis, '', mocha);
      ${imports}
      const result = { passed: [], pending: [], failed: [] };
      await new Promise((resolve) => {
        const runner = mocha.run(resolve);
        runner.on('pass', (test) => result.passed.push(test.fullTitle()));
        runner.on('pending', (test) => result.pending.push(test.fullTitle()));
        runner.on('fail', (test, error) => result.failed.push({ title: test.fullTitle(), error: error.stack ?? String(error) }));
      });
      writeFileSync(${JSON.stringify(resultPath)}, JSON.stringify(result));
      if (result.failed.length) throw new Error(result.failed.length + ' failed');
    }
  `;
}
