/** Activation inside the real VS Code with remote control off, beside an extension that does nothing. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVSIX } from '@vscode/vsce';
import type { Browser } from 'playwright-core';
import { root, vsixPath } from '../../support/paths.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { startVscodeServer } from '../../support/vscode-server.ts';
import { eventually } from '../../support/wait.ts';
import { openWorkbench } from '../../support/workbench.ts';

/** Milliseconds: on the clock, and of the extension host's thread, which a busy machine does not change. */
export interface Took {
  ms: number;
  cpuMs: number;
}

export interface ActivationSample {
  /** Reading, compiling and running the bundle. */
  evaluate: Took;
  /** `activate()` to its return; ours has nothing to wait for. */
  activate: Took;
}

export interface Activation {
  offdesk: ActivationSample[];
  /** An extension with the same manifest fields and an empty `activate()`. */
  empty: ActivationSample[];
  /** In how many windows `core.js` was loaded, at activation or in the two seconds after it. */
  coreLoaded: number;
}

interface Line extends Partial<ActivationSample> {
  extension: string;
  settled?: boolean;
  coreLoaded: boolean;
}

const probe = join(root, 'test', 'vscode', 'activation-probe');
const emptyId = 'offdesk-bench.empty';
const offdeskId = 'offdesk.offdesk';

/** A window each, so that each sample is of a fresh extension host. */
export async function measureActivation(browser: Browser, windows: number): Promise<Activation> {
  const folder = tempFolder('od-bench');
  const results = join(folder, 'activation.jsonl');
  const workspace = join(folder, 'workspace');
  mkdirSync(workspace);
  const server = await startVscodeServer({
    vsix: [vsixPath(), await packEmptyExtension(join(folder, 'empty'))],
    testDriver: true,
    env: { OFFDESK_HOME: join(folder, 'machine'), OFFDESK_TEST_ACTIVATION: results },
  });
  try {
    for (let opened = 1; opened <= windows; opened++) {
      const window = await openWorkbench(browser, server, {
        folder: workspace,
        payload: [['extensionDevelopmentPath', `vscode-remote://127.0.0.1:${server.port}${probe}`]],
      });
      const settled = () => readLines(results).filter((line) => line.settled).length === 2 * opened;
      await eventually(settled, { what: 'both extensions to be active', timeoutMs: 60_000 });
      await window.close();
    }
    const lines = readLines(results);
    return {
      offdesk: samplesOf(lines, offdeskId),
      empty: samplesOf(lines, emptyId),
      coreLoaded: lines.filter(({ coreLoaded, settled }) => coreLoaded && settled).length,
    };
  } finally {
    await server.stop();
    removeFolder(folder);
  }
}

function readLines(path: string): Line[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Line);
}

function samplesOf(lines: readonly Line[], id: string): ActivationSample[] {
  return lines.flatMap(({ extension, evaluate, activate }) =>
    extension === id && evaluate && activate ? [{ evaluate, activate }] : [],
  );
}

/** Of the same shape as the product: same activation event, same kind of place for its bundle. */
async function packEmptyExtension(folder: string): Promise<string> {
  const [publisher, name] = emptyId.split('.');
  const manifest = {
    ...{ publisher, name, version: '0.0.1', license: 'MIT', main: './dist/extension.js' },
    ...{ engines: { vscode: '^1.100.0' }, extensionKind: ['workspace'] },
    activationEvents: ['onStartupFinished'],
  };
  mkdirSync(join(folder, 'dist'), { recursive: true });
  for (const [file, text] of [
    ['package.json', JSON.stringify(manifest)],
    ['README.md', 'Does nothing.'],
    ['LICENSE', 'MIT'],
    ['dist/extension.js', 'exports.activate = () => {};\n'],
  ] as const)
    writeFileSync(join(folder, file), text);
  const packagePath = join(folder, 'empty.vsix');
  await quietly(() =>
    createVSIX({ cwd: folder, packagePath, dependencies: false, allowMissingRepository: true }),
  );
  return packagePath;
}

/** The packager tells the console what it packs, in the middle of our tables. */
async function quietly<T>(call: () => Promise<T>): Promise<T> {
  const kept = { ...console };
  const nothing = (): void => undefined;
  Object.assign(console, { log: nothing, warn: nothing, info: nothing });
  try {
    return await call();
  } finally {
    Object.assign(console, kept);
  }
}
