/** The test bed itself works: when this fails, other failures in this stage say nothing about Offdesk. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { createVSIX } from '@vscode/vsce';
import QRCode from 'qrcode';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { runInExtensionHost } from '../support/extension-suite.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { needing } from '../support/needs.ts';
import { createOtherComputer } from '../support/netns.ts';
import { openPhone } from '../support/phone.ts';
import { readQr } from '../support/qr.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { createTestCa } from '../support/tls.ts';
import { eventually } from '../support/wait.ts';
import { startVscodeServer } from '../support/vscode-server.ts';
import { openWorkbench } from '../support/workbench.ts';

describe('test bed', function () {
  this.timeout(180_000);

  describe('VS Code', () => {
    let vsix: string;
    let folder: string;
    let browser: TestBrowser;
    before(async function () {
      needing(this, 'vscode', 'browser');
      vsix = await packThrowawayExtension();
      folder = tempFolder('od-ws');
      browser = await launchBrowser();
    });
    after(async () => browser?.close());

    it('installs a package, runs a command, shows webview and toast, and is gone when stopped', async () => {
      const server = await startVscodeServer({
        vsix,
        settings: { 'throwaway.word': 'application-wide' },
        env: { THROWAWAY: 'inherited' },
      });
      const window = await openWorkbench(browser.browser, server, { folder, pictures: 'bed' });
      try {
        await window.statusBarItem('application-wide').waitFor();
        await window.runCommand('Throwaway: Open');
        const view = await window.webviewWith((frame) => frame.getByText('inherited'));
        await view.getByRole('button', { name: 'Press' }).click();
        await window.answerNotification('Pressed', 'Good');
        await view.getByRole('status').getByText('Good').waitFor();
        assert.equal(await readQr(await window.picture('window')), 'https://relay.test/#secret');
        assert.deepEqual(window.log.exceptions, []);
      } finally {
        await window.close();
        await server.stop();
      }
      assert.deepEqual(server.process.leftovers(), []);
    });

    it('runs a mocha suite inside the extension host', async () => {
      const server = await startVscodeServer({ vsix, testDriver: true });
      try {
        const files = [join(import.meta.dirname, '..', 'support', 'throwaway.suite.ts')];
        const result = await runInExtensionHost({ server, browser: browser.browser, folder, files });
        assert.deepEqual(result.passed, ['throwaway suite sees the installed extension'], result.output);
        assert.equal(result.failed[0]?.title, 'throwaway suite fails', result.output);
      } finally {
        await server.stop();
      }
    });
  });

  describe('networks', () => {
    let web: Server;
    let port: number;
    beforeEach(async function () {
      needing(this, 'browser');
      web = createServer((_, response) =>
        response
          .setHeader('content-type', 'text/html')
          .end('<meta name=viewport content=width=device-width><h1>Here</h1>'),
      );
      web.listen(0, '0.0.0.0');
      await once(web, 'listening');
      port = (web.address() as { port: number }).port;
    });
    afterEach(() => {
      web?.closeAllConnections();
      web?.close();
    });

    it('a phone opens a page behind TLS of a test CA, by a test name, through the fault proxy', async function () {
      needing(this, 'tls');
      const ca = await createTestCa();
      const proxy = await FaultProxy.start({ target: { port }, tls: await ca.issue('relay.test') });
      const browser = await launchBrowser({ ca });
      try {
        const phone = await openPhone(browser.browser);
        await phone.open(`https://relay.test:${proxy.port}/`);
        await phone.page.getByRole('heading', { name: 'Here' }).waitFor();
        assert.equal(await phone.page.evaluate(() => isSecureContext), true);
        assert.equal(await phone.page.evaluate(() => innerWidth), 360);
        assert.ok(proxy.recordings[0]?.up.includes('GET / HTTP/1.1'));
        await assert.rejects(phone.open('http://elsewhere.test/'), /ERR_NAME_NOT_RESOLVED/);
      } finally {
        await browser.close();
        await proxy.close();
        ca.dispose();
      }
    });

    it('a phone on another network opens a LAN address, loses the network, and comes back', async function () {
      needing(this, 'networks');
      const other = await createOtherComputer();
      const browser = await launchBrowser({ on: other, addresses: [other.hostAddress] });
      try {
        const phone = await openPhone(browser.browser);
        await phone.open(`http://${other.hostAddress}:${port}/`);
        assert.equal(await phone.page.evaluate(() => isSecureContext), false);
        const reach = (): Promise<boolean> =>
          phone.page.evaluate(() =>
            fetch('/', { signal: AbortSignal.timeout(500) }).then(Boolean, () => false),
          );
        await eventually(reach, { what: 'the network' });
        await other.plug(false);
        assert.equal(await reach(), false);
        await other.plug(true);
        await eventually(reach, { what: 'the network to be back' });
        // It has a loopback of its own.
        await assert.rejects(phone.open(`http://127.0.0.1:${port}/`), /ERR_CONNECTION_REFUSED/);
      } finally {
        await browser.close();
        await other.dispose();
      }
    });
  });
});

/** A little extension with a setting, a status bar item, and a webview with a button and a QR code. */
async function packThrowawayExtension(): Promise<string> {
  const folder = tempFolder('od-throwaway');
  mkdirSync(folder, { recursive: true });
  const manifest = {
    ...{ name: 'throwaway', publisher: 'offdesk', version: '0.0.1', license: 'MIT', main: './main.js' },
    ...{
      engines: { vscode: '^1.100.0' },
      activationEvents: ['onStartupFinished'],
      extensionKind: ['workspace'],
    },
    contributes: {
      commands: [{ command: 'throwaway.open', category: 'Throwaway', title: 'Open' }],
      configuration: {
        properties: { 'throwaway.word': { type: 'string', scope: 'application', default: 'unset' } },
      },
    },
  };
  const qr = await QRCode.toString('https://relay.test/#secret', { type: 'svg', width: 220 });
  const html = `<!doctype html><p>{env}</p><button>Press</button><p role="status"></p>${qr}<script>
    const api = acquireVsCodeApi();
    document.querySelector('button').onclick = () => api.postMessage('pressed');
    addEventListener('message', (event) => (document.querySelector('[role=status]').textContent = event.data));
  </script>`;
  const main = `
    const vscode = require('vscode');
    exports.activate = (context) => {
      const item = vscode.window.createStatusBarItem('throwaway');
      item.text = vscode.workspace.getConfiguration('throwaway').get('word');
      item.show();
      const open = () => {
        const { webview } = vscode.window.createWebviewPanel('throwaway', 'Throwaway', 1, { enableScripts: true });
        webview.onDidReceiveMessage(async () => {
          webview.postMessage(await vscode.window.showInformationMessage('Pressed', 'Good'));
        });
        webview.html = ${JSON.stringify(html)}.replace('{env}', process.env.THROWAWAY);
      };
      context.subscriptions.push(item, vscode.commands.registerCommand('throwaway.open', open));
    };`;
  for (const [name, text] of [
    ['package.json', JSON.stringify(manifest)],
    ['main.js', main],
    ['README.md', 'Throwaway'],
    ['LICENSE', 'MIT'],
  ] as const)
    writeFileSync(join(folder, name), text);
  const packagePath = join(folder, 'throwaway.vsix');
  await createVSIX({ cwd: folder, packagePath, dependencies: false, allowMissingRepository: true });
  return packagePath;
}
