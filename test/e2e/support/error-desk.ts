/** The place of what goes wrong at the desk: one VS Code, one phone, a tunnel, and settings that change. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { lookup } from 'node:dns';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { WebSocket } from 'ws';
import type { WebSocketPort } from '../../../src/channel/relay-socket.ts';
import { launchBrowser, type TestBrowser } from '../../support/browser.ts';
import { FaultProxy } from '../../support/fault-proxy.ts';
import { vsixPath } from '../../support/paths.ts';
import { openPhone, type Phone } from '../../support/phone.ts';
import { freePort } from '../../support/ports.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { TestDevice } from '../../support/test-device.ts';
import { createTestCa, type TestCa } from '../../support/tls.ts';
import { startVscodeServer, type VscodeServer } from '../../support/vscode-server.ts';
import { eventually } from '../../support/wait.ts';
import { openWorkbench, type Workbench } from '../../support/workbench.ts';
import { Surface } from './surface.ts';

const tunnelName = 'relay.test';
const pictures = 'desk-errors';
const settingsChanged = /The changed settings take effect at the next start/;
/** Restarts of agents and hosts on a machine that has other work. */
const patienceMs = 60_000;

interface Parts {
  ca: TestCa;
  /** TLS ends here, as with a tunnel of the user's. */
  tunnel: FaultProxy;
  browser: TestBrowser;
  server: VscodeServer;
  window: Workbench;
  phone: Phone;
}

export class ErrorDesk {
  readonly server: VscodeServer;
  readonly window: Workbench;
  readonly phone: Phone;
  readonly onPhone: Surface;
  /** For what tests keep. */
  readonly folder: string;
  /** Of the embedded relay. */
  readonly port: number;
  readonly #parts: Parts;
  #settings: Record<string, unknown>;
  #clipboard = '';

  private constructor(parts: Parts, folder: string, port: number, settings: Record<string, unknown>) {
    this.#parts = parts;
    this.server = parts.server;
    this.window = parts.window;
    this.phone = parts.phone;
    this.folder = folder;
    this.port = port;
    this.#settings = settings;
    this.onPhone = new Surface('phone', () => this.phone.page);
  }

  static async open(): Promise<ErrorDesk> {
    const folder = tempFolder('od-errors');
    const nothing = join(folder, 'no-programs');
    mkdirSync(nothing);
    const port = await freePort();
    const ca = await createTestCa();
    const tunnel = await FaultProxy.start({ target: { port }, tls: await ca.issue(tunnelName) });
    const settings = {
      'offdesk.agent': 'demo',
      'offdesk.reach': 'tunnel',
      'offdesk.publicUrl': `https://${tunnelName}:${tunnel.port}/`,
      'offdesk.port': port,
      'offdesk.hostName': 'Workshop',
    };
    const [server, browser] = await Promise.all([
      startVscodeServer({
        vsix: vsixPath(),
        settings,
        env: { PATH: nothing, OFFDESK_HOME: join(folder, 'machine'), OFFDESK_DEMO_PACE_MS: '1' },
      }),
      launchBrowser({ ca }),
    ]);
    const window = await openWorkbench(browser.browser, server, {
      ...{ folder: workspace(folder, 'first'), height: 940, pictures },
    });
    const phone = await openPhone(browser.browser, { pictures });
    return new ErrorDesk({ ca, tunnel, browser, server, window, phone }, folder, port, settings);
  }

  /** The conversation in a window's webview. */
  at(window = this.window): Surface {
    return new Surface('desk', () => window.webview());
  }

  button(name: string, window = this.window): Locator {
    return window.webview().getByRole('button', { name, exact: true });
  }

  state(window = this.window): Locator {
    return window.webview().locator('header').getByRole('status');
  }

  /** A second window of the same user, on a folder of its own; on none with an empty name. */
  openWindow(name: string): Promise<Workbench> {
    return openWorkbench(this.#parts.browser.browser, this.server, {
      ...{ folder: name && workspace(this.folder, name), height: 940, pictures },
    });
  }

  /** A device without a page. */
  device(): TestDevice {
    const { ca } = this.#parts;
    return new TestDevice(
      (url) =>
        new WebSocket(url, {
          ca: ca.cert,
          lookup: (_name, options, callback) => lookup('127.0.0.1', options, callback),
        }) as unknown as WebSocketPort,
    );
  }

  /** Copies the link that the view offers, or fails within `timeoutMs`; one that was not copied before. */
  async copyLink(timeoutMs = patienceMs): Promise<string> {
    await this.button('Copy link').click({ timeout: timeoutMs });
    const link = await eventually(
      async () => {
        const text = await this.window.page.evaluate(() => navigator.clipboard.readText());
        return text !== this.#clipboard && text.includes('#i=') && text;
      },
      { what: 'a new link on the clipboard', timeoutMs },
    );
    this.#clipboard = link;
    return link;
  }

  /** The request of a device, at the desk. */
  get request(): Locator {
    return this.window.webview().getByRole('alertdialog');
  }

  /** Changes the settings while remote control is on, and takes the offer to start again with them. */
  async restartWith(settings: Record<string, unknown>): Promise<void> {
    await this.change(settings);
    await this.restart();
  }

  /** Takes the offer of the note that settings changed. */
  async restart(): Promise<void> {
    await this.window.answerNotification(settingsChanged, 'Restart Now');
    await this.window.notification(settingsChanged).waitFor({ state: 'hidden' });
  }

  async change(settings: Record<string, unknown>): Promise<void> {
    this.#settings = { ...this.#settings, ...settings };
    await this.window.changeSettings(this.#settings);
  }

  /** For what starts later. */
  write(settings: Record<string, unknown>): void {
    this.#settings = { ...this.#settings, ...settings };
    this.server.writeSettings(this.#settings);
  }

  saysSettingsChanged(): Promise<void> {
    return this.window.showsNotification(settingsChanged);
  }

  /** Waits until a problem is on a screen in two sentences: what happened, and what to do. Returns them. */
  async says(
    code: string,
    screen: Pick<Surface['screen'], 'locator'> = this.window.webview(),
  ): Promise<string> {
    const note = screen.locator(`[role=alert][data-code="${code}"]`);
    await note.first().waitFor({ timeout: patienceMs });
    const text = (await note.first().locator('p, b, .what').allInnerTexts()).join(' ');
    assert.ok((text.match(/\S[.!?](\s|$)/g) ?? []).length >= 2, `${code}: ${text}`);
    assert.equal(await note.count(), 1, `${code} is said once: ${text}`);
    return text;
  }

  /**
   * Makes the installed extension's next start give invites this much time: five minutes are too long for a test, and
   * nothing in the product shortens them. The returned function undoes it.
   */
  shortenInvites(ms: number): () => void {
    const extensions = join(this.server.dataFolder, 'extensions');
    const name = readdirSync(extensions).find((entry) => entry.startsWith('offdesk.offdesk-'));
    const path = join(extensions, name ?? '', 'dist', 'core.js');
    const code = readFileSync(path, 'utf8');
    const bound = /\binviteMs:(3e5|300000|300 ?\* ?1e3|5 ?\* ?60 ?\* ?1e3)\b/;
    assert.match(code, bound);
    writeFileSync(path, code.replace(bound, `inviteMs:${ms}`));
    return () => writeFileSync(path, code);
  }

  async picture(name: string): Promise<void> {
    await this.window.picture(name);
  }

  async close(): Promise<void> {
    const { ca, tunnel, browser, server, window } = this.#parts;
    await window.close();
    await browser.close();
    await server.stop();
    await tunnel.close();
    ca.dispose();
    removeFolder(this.folder);
  }
}

function workspace(folder: string, name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'README.md'), '# A project\n');
  return path;
}
