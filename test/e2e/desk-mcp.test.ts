/** The MCP servers of a folder in the real VS Code: a dialog shows what would be started before an agent gets it. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { needing } from '../support/needs.ts';
import { root, vsixPath } from '../support/paths.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { startVscodeServer } from '../support/vscode-server.ts';
import { eventually } from '../support/wait.ts';
import { openWorkbench } from '../support/workbench.ts';

describe('MCP servers at the desk', function () {
  this.timeout(300_000);
  let browser: TestBrowser;
  before(async function () {
    needing(this, 'vscode', 'browser');
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  it('C16, I2: the dialog shows command lines, a yes passes them on, and it is not asked again', async () => {
    const folder = tempFolder('od-mcp-desk');
    const named = join(folder, 'named');
    const cwd = join(folder, 'shed');
    mkdirSync(join(cwd, '.vscode'), { recursive: true });
    const server = { command: '/bin/memo-server', args: ['--deep'], env: { KEY: 'hunter2-hunter2' } };
    writeFileSync(join(cwd, '.vscode', 'mcp.json'), JSON.stringify({ servers: { memo: server } }));
    const agent = join(root, 'test', 'support', 'mcp-naming-agent.mjs');
    const vscode = await startVscodeServer({
      vsix: vsixPath(),
      settings: {
        ...{ 'offdesk.agent': 'custom', 'offdesk.reach': 'computer' },
        'offdesk.agentCommand': { command: process.execPath, args: [agent], env: { NAMED: named } },
      },
      env: { OFFDESK_HOME: join(folder, 'machine') },
    });
    const window = await openWorkbench(browser.browser, vscode, { folder: cwd, pictures: 'mcp' });
    const dialog = window.page.locator('.monaco-dialog-box');
    const sessions = () =>
      existsSync(named)
        ? readFileSync(named, 'utf8')
            .trim()
            .split('\n')
            .map((line) => (JSON.parse(line) as { mcpServers: { name: string }[] }).mcpServers)
        : [];
    try {
      await window.runCommand('Offdesk: Start Remote Control');
      await dialog.getByText('memo: KEY=… /bin/memo-server --deep').waitFor();
      assert.ok(!(await dialog.innerText()).includes('hunter2'));
      assert.deepEqual(sessions(), [], 'the agent waits for the answer');
      await dialog.getByRole('button', { name: 'Pass Them On', exact: true }).click();
      await eventually(() => sessions().length === 1, { what: 'the session', timeoutMs: 60_000 });
      assert.deepEqual(
        sessions()[0]?.map(({ name }) => name),
        ['memo'],
      );
      await window.runCommand('Offdesk: Stop Remote Control');
      await window.statusBarItem(/Remote control is off/).waitFor();
      await window.runCommand('Offdesk: Start Remote Control');
      await eventually(() => sessions().length === 2, { what: 'another session', timeoutMs: 60_000 });
      assert.equal(sessions()[1]?.length, 1);
      assert.equal(await dialog.count(), 0);
    } finally {
      await window.close();
      await vscode.stop();
    }
  });
});
