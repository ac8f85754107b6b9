/** A real agent at the desk: the real VS Code with the packaged extension, and a phone, where only loopback exists. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vsixPath } from '../../support/paths.ts';
import { openPhone, type Phone } from '../../support/phone.ts';
import { sharedNetwork } from '../../support/quiet-network.ts';
import { installedAgent, type AnyAgent } from '../../support/real-agents.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { startVscodeServer, type VscodeServer } from '../../support/vscode-server.ts';
import { eventually } from '../../support/wait.ts';
import { openWorkbench, type Workbench } from '../../support/workbench.ts';
import { patienceMs, type AgentWorldOptions } from './agent-world.ts';
import { Surface } from './surface.ts';

const onWithPhone = /Offdesk: Remote control is on, 1 device is connected/;

export interface AgentDeskOptions extends Pick<AgentWorldOptions, 'network' | 'model' | 'browser'> {
  /** Folder of the pictures under .test-output. */
  pictures: string;
  /** Further agents that are installed. */
  also?: readonly AnyAgent[];
  settings?: Record<string, unknown>;
}

export class AgentDesk {
  readonly name: AnyAgent;
  readonly workspace: string;
  /** `~/.offdesk` of the extension. */
  readonly machine: string;
  server!: VscodeServer;
  desk!: Workbench;
  phone!: Phone;
  /** How the desk lists the phone. */
  phoneName = '';
  readonly atDesk = new Surface('desk', () => this.desk.webview());
  readonly onPhone = new Surface('phone', () => this.phone.page);
  readonly #options: AgentDeskOptions;
  readonly #folder = tempFolder('od-agent-desk');

  constructor(name: AnyAgent, options: AgentDeskOptions) {
    this.name = name;
    this.#options = options;
    this.workspace = join(this.#folder, 'garden-shed');
    this.machine = join(this.#folder, 'machine');
    mkdirSync(this.workspace);
    writeFileSync(join(this.workspace, 'readme.txt'), 'alpha line\n');
  }

  get model() {
    return this.#options.model;
  }

  /** What it opened before it failed is closed by `close`. */
  async open(): Promise<void> {
    const { network, model, browser, pictures, also = [], settings } = this.#options;
    const folder = this.#folder;
    const bins = [this.name, ...also].map((name) =>
      installedAgent(name, {
        ...{ home: join(folder, `agent-${name}`), modelUrl: model.url, network: sharedNetwork, folder },
      }),
    );
    const path = [...new Set(bins), '/usr/bin', '/bin'].join(':');
    const home = join(folder, 'home');
    mkdirSync(home);
    // VS Code asks the login shell for the environment of its extensions.
    writeFileSync(join(home, '.profile'), `export PATH='${path}'\n`);
    this.server = await startVscodeServer({
      network,
      home,
      vsix: vsixPath(),
      settings: {
        'offdesk.agent': this.name,
        'offdesk.reach': 'computer',
        'offdesk.hostName': 'Workstation',
        ...settings,
      },
      env: { OFFDESK_HOME: this.machine, PATH: path },
    });
    const window = { folder: this.workspace, width: 1280, height: 940, pictures };
    this.desk = await openWorkbench(browser, this.server, window);
    this.phone = await openPhone(browser, { pictures });
    this.phone.context.setDefaultTimeout(patienceMs);
  }

  /** Starts remote control, opens its link on the phone, and allows it at the desk. */
  async pair(): Promise<void> {
    await this.desk.runCommand('Offdesk: Start Remote Control');
    const view = this.desk.webview();
    const { page } = this.desk;
    // All windows of a browser share one clipboard.
    await page.evaluate(() => navigator.clipboard.writeText(''));
    await view.getByRole('button', { name: 'Copy link' }).click();
    const link = await eventually(
      async () => {
        const text = await page.evaluate(() => navigator.clipboard.readText());
        return text.startsWith('http') && text;
      },
      { what: 'the link' },
    );
    await this.phone.open(link);
    const dialog = view.getByRole('alertdialog');
    const asks = (await dialog.getAttribute('aria-label')) ?? '';
    this.phoneName = /^Allow (.*)\?$/.exec(asks)?.[1] ?? '';
    await dialog.getByRole('button', { name: 'Allow' }).click();
    await this.connected();
  }

  /** The desk says that the phone is there. */
  async connected(): Promise<void> {
    await this.desk.statusBarItem(onWithPhone).waitFor({ timeout: patienceMs });
  }

  /** Whether the agent asks before the turn of this prompt is over. */
  async asks(prompt: string): Promise<boolean> {
    const came = await eventually(
      async () => {
        if (await this.onPhone.card.isVisible()) return 'question';
        const by = await this.onPhone.fate(prompt).textContent();
        return /· (done|stopped|failed|interrupted)$/.test(by ?? '') && 'end';
      },
      { what: `a question or the end of ${prompt}`, timeoutMs: patienceMs },
    );
    return came === 'question';
  }

  async picture(what: string): Promise<void> {
    await this.desk?.picture(`${this.name}-${what}-desk`);
    await this.phone?.picture(`${this.name}-${what}-phone`);
  }

  async close(): Promise<void> {
    await this.phone?.close();
    await this.desk?.close();
    await this.server?.stop();
    removeFolder(this.#folder);
  }
}
