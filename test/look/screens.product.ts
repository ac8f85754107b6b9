/** The real product to be looked at: VS Code with the package and a workspace, a phone, an own relay between them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { OwnRelay } from '../e2e/support/own-relay.ts';
import { Surface } from '../e2e/support/surface.ts';
import { launchBrowser, type TestBrowser } from '../support/browser.ts';
import { vsixPath } from '../support/paths.ts';
import { openPhone, type Phone, type PhoneOptions } from '../support/phone.ts';
import { removeFolder, tempFolder } from '../support/temp-folder.ts';
import { startVscodeServer, type VscodeServer } from '../support/vscode-server.ts';
import { eventually } from '../support/wait.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

/** VS Code's own, the default of this version or of older ones, and the class that a webview gets with each. */
export const themes = {
  light: { search: 'Light', label: /^Light (2026|Modern)$/, kind: 'vscode-light' },
  contrast: { search: 'Contrast', label: 'Dark High Contrast', kind: 'vscode-high-contrast' },
  'contrast-light': { search: 'Contrast', label: 'Light High Contrast', kind: 'vscode-high-contrast-light' },
  dark: { search: 'Dark', label: /^Dark (2026|Modern)$/, kind: 'vscode-dark' },
} as const;

interface Parts {
  relay: OwnRelay;
  server: VscodeServer;
  browser: TestBrowser;
  window: Workbench;
  phone: Phone;
}

export class Product {
  readonly relay: OwnRelay;
  readonly window: Workbench;
  readonly phone: Phone;
  readonly atDesk: Surface;
  readonly onPhone: Surface;
  readonly #parts: Parts;
  readonly #folder: string;

  private constructor(parts: Parts, folder: string) {
    this.#parts = parts;
    this.#folder = folder;
    this.relay = parts.relay;
    this.window = parts.window;
    this.phone = parts.phone;
    this.atDesk = new Surface('desk', () => this.window.webview());
    this.onPhone = new Surface('phone', () => this.phone.page);
  }

  /** `desk`: how the window of VS Code is shown; `settings`: of the user. */
  static async open(
    options: { desk?: BrowserContextOptions; settings?: object; phone?: PhoneOptions } = {},
  ): Promise<Product> {
    const folder = tempFolder('od-screens');
    const parts: Partial<Parts> = {};
    try {
      const workspace = makeWorkspace(join(folder, 'api-gateway'));
      const relay = (parts.relay = await OwnRelay.start());
      const server = (parts.server = await startVscodeServer({
        vsix: vsixPath(),
        nodeArgs: relay.nodeArgs,
        settings: { 'offdesk.hostName': 'workstation', 'offdesk.agent': 'demo', ...options.settings },
        // The demo agent shows the path of its scratch folder: a short one.
        env: {
          ...relay.hostEnv,
          TMPDIR: '/tmp',
          OFFDESK_HOME: join(folder, 'machine'),
          OFFDESK_DEMO_PACE_MS: '0',
        },
      }));
      const browser = (parts.browser = await launchBrowser({ ca: relay.ca }));
      const viewport = { width: 1280, height: 860 };
      const context = await browser.browser.newContext({ viewport, ...options.desk });
      const shown = { folder: workspace, context };
      const window = (parts.window = await openWorkbench(browser.browser, server, shown));
      const phone = await openPhone(browser.browser, { reducedMotion: 'reduce', ...options.phone });
      return new Product({ relay, server, browser, window, phone }, folder);
    } catch (error) {
      await closeParts(parts, folder);
      throw error;
    }
  }

  async chooseTheme(name: keyof typeof themes): Promise<void> {
    const { search, label, kind } = themes[name];
    await this.window.runCommand('Preferences: Color Theme');
    // The list holds only the rows that fit.
    await this.window.page.locator('.quick-input-widget input').first().fill(search);
    await this.window.pick(label);
    const body = this.window.webview().locator('body');
    const shown = async () => (await body.getAttribute('class'))?.split(' ').includes(kind);
    await eventually(shown, { what: `the theme ${name}` });
  }

  /** In the open chooser; resolves with the pairing link. */
  async useRelay(): Promise<string> {
    const view = this.window.webview();
    await view.getByRole('radio', { name: /own relay/i }).check();
    await view.getByRole('textbox', { name: 'Your relay’s address' }).fill(this.relay.url);
    await view.getByRole('button', { name: 'Use this' }).click();
    await view.getByRole('img', { name: 'Pairing QR code' }).waitFor();
    await view.getByRole('button', { name: 'Copy link' }).click();
    const clipboard = () => this.window.page.evaluate(() => navigator.clipboard.readText());
    const copied = async () => (await clipboard()).startsWith(this.relay.url) && clipboard();
    return eventually(copied, { what: 'the link on the clipboard' });
  }

  async close(): Promise<void> {
    await closeParts(this.#parts, this.#folder);
  }
}

async function closeParts(parts: Partial<Parts>, folder: string): Promise<void> {
  await parts.window?.close();
  await parts.browser?.close();
  await parts.server?.stop();
  await parts.relay?.close();
  removeFolder(folder);
}

const billing = `import { withAuth, type Context } from '../auth';
import { payments } from './payments';
import { retry } from './retry';

export interface Charge {
  readonly amount: number;
  readonly currency: 'EUR' | 'USD';
}

/** Charges the signed-in customer; tries again where the network failed. */
export const charge = withAuth(async ({ user, body }: Context<Charge>) => {
  const { amount, currency } = body;
  return retry(() => payments.charge(user.id, amount, currency), { times: 3 });
});

export const refund = withAuth(async ({ user, body }: Context<Charge>) =>
  payments.refund(user.id, body.amount, body.currency),
);
`;

const auth = `export interface Context<Body> {
  readonly user: { readonly id: string };
  readonly body: Body;
}
type Handler<Body> = (context: Context<Body>) => Promise<void>;
export const withAuth = <Body>(handler: Handler<Body>): Handler<Body> => handler;
`;
const payments = `type Move = (user: string, amount: number, currency: string) => Promise<void>;
export declare const payments: { readonly charge: Move; readonly refund: Move };
`;
const retry = `export declare function retry(call: () => Promise<void>, options: { times: number }): Promise<void>;
`;

/** Something to look at in explorer and editor. */
function makeWorkspace(folder: string): string {
  for (const name of ['src/services', 'test']) mkdirSync(join(folder, name), { recursive: true });
  for (const [name, text] of [
    ['readme.md', '# API gateway\n'],
    ['package.json', '{ "name": "api-gateway", "private": true }\n'],
    ['src/auth.ts', auth],
    ['src/services/billing.ts', billing],
    ['src/services/payments.ts', payments],
    ['src/services/retry.ts', retry],
    ['test/billing.test.ts', '\n'],
  ] as const)
    writeFileSync(join(folder, name), text);
  return folder;
}
