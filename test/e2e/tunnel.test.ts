/** Tunnels that Offdesk runs (issue 5, line 5): on the command line and in the chooser of the real VS Code, with stand-ins. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { CliHost } from '../support/cli-host.ts';
import { needing } from '../support/needs.ts';
import { vsixPath } from '../support/paths.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { isAlive, quickHosts, standIns, tailnetHost } from '../support/tunnels.ts';
import { startVscodeServer, type VscodeServer } from '../support/vscode-server.ts';
import { eventually } from '../support/wait.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

const quick = `https://${quickHosts[0]}/`;

describe('a tunnel that Offdesk runs', function () {
  this.timeout(240_000);

  describe('on the command line', () => {
    const hosts: CliHost[] = [];
    afterEach(async () => {
      for (const host of hosts.splice(0)) await host.stop();
    });
    const cli = (path: string, program: string) => {
      const host = new CliHost({ args: ['--tunnel', program], env: { PATH: path } });
      hosts.push(host);
      return host;
    };

    it('H41, H45: --tunnel gives a link by its address, and a host that is killed leaves nothing', async () => {
      const programs = standIns();
      const host = cli(programs.path, 'cloudflared');
      const running = await host.event('tunnel', ({ state }) => state === 'running');
      assert.equal(running.url, quick);
      assert.ok((await host.ready()).startsWith(quick));
      const [run] = programs.runs('cloudflared');
      assert.ok(run && isAlive(run.pid));
      process.kill(host.process.pid, 'SIGKILL');
      await eventually(() => !isAlive(run.pid), { what: 'cloudflared to be gone' });
    });

    it('H43: a Tailscale that is not logged in is said, and nothing is left running', async () => {
      const programs = standIns();
      programs.tailscale('loggedOut');
      const host = cli(programs.path, 'tailscale');
      const { code } = await host
        .event('error', (event) => event.code === 'tunnel_login_required')
        .catch(() => {
          // It may be over before it was looked at.
          return host.events('error').find((event) => event.code === 'tunnel_login_required') ?? { code: '' };
        });
      assert.equal(code, 'tunnel_login_required');
      await eventually(() => host.process.exit, { what: 'its end' });
      assert.equal(host.process.exit?.code, 5);
      assert.deepEqual(programs.sessions(), []);
    });
  });

  describe('in the chooser of the desk', () => {
    const programs = standIns();
    let server: VscodeServer | undefined;
    let browser: TestBrowser | undefined;
    let window: Workbench | undefined;

    before(async function () {
      needing(this, 'vscode', 'browser');
      const folder = tempFolder('od-tunnel');
      const workspace = join(folder, 'work');
      mkdirSync(workspace);
      [server, browser] = await Promise.all([
        startVscodeServer({
          vsix: vsixPath(),
          // As with agents: of a terminal's PATH, since that of the server is not the extension's.
          settings: { 'offdesk.agent': 'demo', 'terminal.integrated.env.linux': { PATH: programs.path } },
          env: { OFFDESK_HOME: join(folder, 'machine'), OFFDESK_DEMO_PACE_MS: '1' },
        }),
        launchBrowser(),
      ]);
      window = await openWorkbench(browser.browser, server, {
        folder: workspace,
        height: 940,
        pictures: 'tunnel',
      });
    });
    afterEach(async function () {
      if (this.currentTest?.state === 'failed') await window?.picture('failed').catch(() => {});
    });
    after(async () => {
      await window?.close();
      await browser?.close();
      await server?.stop();
    });

    it('H40, H41: each is offered, shows its state and address, and goes with the choice and with Stop', async () => {
      const desk = window!;
      const view = desk.webview();
      await desk.runCommand('Offdesk: Start Remote Control');
      await view.getByRole('radio', { name: /^Cloudflare quick tunnel/ }).check();
      await view.getByRole('button', { name: 'Use this' }).click();
      await view.locator('.tunnel[data-state=running] .address').getByText(quick).waitFor();
      await view.getByRole('img', { name: 'Pairing QR code' }).waitFor();
      await desk.picture('running');
      const [first] = programs.runs('cloudflared');
      await view.getByRole('button', { name: 'Change reach' }).first().click();
      await view.getByRole('radio', { name: /^Tailscale/ }).check();
      await view.getByRole('button', { name: 'Use this' }).click();
      await view
        .locator('.tunnel[data-state=running] .address')
        .getByText(`https://${tailnetHost}/`)
        .waitFor();
      assert.equal(isAlive(first!.pid), false);
      assert.equal(programs.sessions().length, 1);
      await view.getByRole('button', { name: 'Stop Remote Control' }).click();
      await view.getByRole('button', { name: 'Start Remote Control' }).waitFor();
      assert.deepEqual(programs.sessions(), []);
    });
  });
});
