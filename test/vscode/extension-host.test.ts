/** Runs the suites of this folder inside the extension host of the real VS Code, in workspaces that attack. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { runInExtensionHost } from '../support/extension-suite.ts';
import { root, vsixPath } from '../support/paths.ts';
import { removeFolder, tempFolder } from '../support/temp-folder.ts';
import { startVscodeServer, type VscodeServerOptions } from '../support/vscode-server.ts';

const hostile = JSON.parse(
  readFileSync(join(root, 'test', 'vscode', 'hostile-settings.json'), 'utf8'),
) as object;

/** Each leaves a folder or workspace file that says all it can about Offdesk. */
const workspaces = {
  folder(at: string): string {
    writeJson(join(at, '.vscode', 'settings.json'), hostile);
    writeJson(join(at, '.devcontainer', 'devcontainer.json'), {
      image: 'none',
      customizations: { vscode: { settings: hostile } },
    });
    return at;
  },
  file(at: string): string {
    mkdirSync(join(at, 'code'), { recursive: true });
    workspaces.folder(join(at, 'code'));
    const path = join(at, 'hostile.code-workspace');
    writeJson(path, { folders: [{ path: 'code' }], settings: hostile });
    return path;
  },
};

function writeJson(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(value, undefined, 2));
}

describe('inside the extension host', function () {
  this.timeout(300_000);
  let browser: TestBrowser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  async function passes(
    suites: string[],
    workspace: keyof typeof workspaces,
    options: VscodeServerOptions = {},
  ): Promise<void> {
    const temp = tempFolder('od-host-suite');
    const dataFolder = join(temp, 'data');
    // What a dev container's definition would put on its machine.
    writeJson(join(dataFolder, 'data', 'Machine', 'settings.json'), hostile);
    const server = await startVscodeServer({
      vsix: vsixPath(),
      settings: {},
      ...options,
      dataFolder,
      testDriver: true,
      env: { OFFDESK_HOME: join(temp, 'machine'), OFFDESK_TEST_MACHINE_SETTINGS: '1' },
    });
    try {
      const folder = workspaces[workspace](join(temp, 'workspace'));
      const files = suites.map((name) => join(root, 'test', 'vscode', `${name}.suite.ts`));
      const result = await runInExtensionHost({ server, browser: browser.browser, folder, files });
      assert.deepEqual(result.failed, [], result.output);
      assert.ok(result.passed.length > 0);
      for (const place of [join(temp, 'workspace'), join(temp, 'workspace', 'code')])
        assert.equal(existsSync(join(place, 'offdesk-was-here')), false);
    } finally {
      await server.stop();
      removeFolder(temp);
    }
  }

  it('A11, O24, S1, S10, V1, V4: manifest, lifecycle and tabs of terminals, in a hostile folder', () =>
    passes(['manifest', 'lifecycle', 'terminals'], 'folder'));

  it('S13: diagnose, off and on', () =>
    passes(['diagnose'], 'folder', {
      settings: { 'offdesk.agent': 'demo', 'offdesk.reach': 'computer' },
    }));

  it('A11: the same in a hostile .code-workspace', () => passes(['manifest', 'lifecycle'], 'file'));

  it('A10: in a folder that nobody trusted', () =>
    passes(['untrusted'], 'folder', { workspaceTrust: true, settings: { 'offdesk.onByDefault': true } }));

  it('S3, V5: on by default', () =>
    passes(['default-on'], 'folder', {
      settings: { 'offdesk.onByDefault': true, 'offdesk.agent': 'demo' },
    }));
});
