/** The desk: a VS Code workbench in a browser page, driven as a user would. */
import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { outputPath } from './paths.ts';
import { collectLog, type PageLog } from './page-log.ts';
import { eventually } from './wait.ts';
import type { VscodeServer } from './vscode-server.ts';

export interface WorkbenchOptions {
  /** The folder or `.code-workspace` file to open; empty for a window without one. */
  folder: string;
  width?: number;
  height?: number;
  /** For VS Code's web side: `extensionDevelopmentPath` and the like. */
  payload?: readonly [string, string][];
  /** Folder of the pictures under .test-output. */
  pictures?: string;
  /** Share storage with another window of this context. */
  context?: BrowserContext;
}

const patience = 60_000;
/** For the palette to show a command that is contributed. */
const paletteMs = 5_000;
/** For a toast that is to come: longer than one stays. */
const toastMs = 15_000;

/** Opens a window and waits until commands can be run. */
export async function openWorkbench(
  browser: Browser,
  server: VscodeServer,
  options: WorkbenchOptions,
): Promise<Workbench> {
  const context =
    options.context ??
    (await browser.newContext({ viewport: { width: options.width ?? 1280, height: options.height ?? 860 } }));
  context.setDefaultTimeout(patience);
  const log = collectLog(context);
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
  const page = await context.newPage();
  const workbench = new Workbench(page, log, options, server);
  try {
    await workbench.reload();
  } catch (error) {
    await workbench.picture('did-not-open').catch(() => undefined);
    await workbench.close();
    throw error;
  }
  return workbench;
}

export class Workbench {
  readonly page: Page;
  readonly log: PageLog;
  readonly #options: WorkbenchOptions;
  readonly #server: VscodeServer;

  constructor(page: Page, log: PageLog, options: WorkbenchOptions, server: VscodeServer) {
    this.page = page;
    this.log = log;
    this.#options = options;
    this.#server = server;
  }

  get context(): BrowserContext {
    return this.page.context();
  }

  /** Loads the window, again if it is open: extensions start anew. */
  async reload(): Promise<void> {
    await this.page.goto(this.#server.workbenchUrl(this.#options.folder, this.#options.payload), {
      waitUntil: 'domcontentloaded',
    });
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: patience });
    // The remote indicator gets its name once the extension host's side is connected.
    await this.page.locator('#status\\.host').waitFor({ timeout: patience });
  }

  /**
   * Runs a command by the title that the palette shows, such as `Offdesk: Start Remote Control`. The palette lists
   * what is contributed when it opens, which extensions may be late for: it is opened again until the command is there.
   */
  async runCommand(title: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input').first();
    await eventually(
      async () => {
        await this.page.keyboard.press('F1');
        await input.fill(`>${title}`, { timeout: paletteMs });
        const row = this.quickPickRow(title);
        try {
          await row.waitFor({ timeout: paletteMs });
        } catch (error) {
          await this.page.keyboard.press('Escape');
          throw error;
        }
        await row.click({ timeout: paletteMs });
        return true;
      },
      { what: `the command "${title}"`, timeoutMs: patience },
    );
  }

  /** Rows of the open quick pick that have this label. */
  quickPickRow(label: string | RegExp): Locator {
    return this.page
      .locator('.quick-input-widget .quick-input-list .monaco-list-row')
      .filter({
        has: this.page.locator('.label-name', {
          hasText: typeof label === 'string' ? exactly(label) : label,
        }),
      })
      .first();
  }

  /** Chooses in an open quick pick. */
  async pick(label: string | RegExp): Promise<void> {
    await this.quickPickRow(label).click();
  }

  /** Types into an open input box and confirms. */
  async enterText(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input').first();
    await input.waitFor();
    await input.fill(text);
    await input.press('Enter');
  }

  /** A status bar item by a part of its accessible name: its text, icons by name, or what the extension set. */
  statusBarItem(name: string | RegExp): Locator {
    return this.page.locator('.part.statusbar .statusbar-item').getByRole('button', { name });
  }

  /** A notification by its text. */
  notification(text: string | RegExp): Locator {
    return this.page
      .locator('.notification-toast, .notifications-center .monaco-list-row')
      .filter({ hasText: text });
  }

  /** Waits for a notification: as a toast, or in the centre, which keeps it when the toast has left. */
  async showsNotification(text: string | RegExp): Promise<void> {
    await this.#whereverShown((options) => this.notification(text).last().waitFor(options));
  }

  /** Presses a notification's button, in the same places. */
  async answerNotification(text: string | RegExp, button: string): Promise<void> {
    const pressed = this.notification(text).last().getByRole('button', { name: button, exact: true });
    await this.#whereverShown((options) => pressed.click(options));
  }

  /** A toast leaves after ten seconds, which a busy machine may take before it is looked for. */
  async #whereverShown(look: (options?: { timeout: number }) => Promise<void>): Promise<void> {
    try {
      await look({ timeout: toastMs });
    } catch {
      await this.runCommand('Notifications: Show Notifications');
      await look();
    }
  }

  /** Presses a modal dialog's button (`showWarningMessage` with `modal`). */
  async answerDialog(text: string | RegExp, button: string): Promise<void> {
    const dialog = this.page.locator('.monaco-dialog-box').filter({ hasText: text });
    await dialog.waitFor();
    await dialog.getByRole('button', { name: button, exact: true }).click();
  }

  /** Shows a view container by its name in the activity bar, or in the panel's or secondary side bar's tabs. */
  async openView(name: string): Promise<void> {
    const label = this.page.locator(`.composite-bar .action-label[aria-label^="${name}"]`).first();
    await label.waitFor();
    const tab = label.locator('xpath=..');
    const selected = (await tab.getAttribute('aria-selected')) === 'true';
    // A click on the tab of a shown container would hide it.
    if (!selected || (await tab.getAttribute('aria-expanded')) === 'false')
      // A badge lies over the icon and gets the click first; the container of both is what listens.
      await label.click({ force: true });
    // Where it rests on the icon a hover comes and lies over the view.
    const { width, height } = this.page.viewportSize()!;
    await this.page.mouse.move(width - 40, height / 2);
  }

  /** Changes the user settings in an editor, as a user does: what else writes the file goes unnoticed by windows. */
  async changeSettings(settings: Record<string, unknown>): Promise<void> {
    const { settingsPath } = this.#server;
    const text = this.#server.settingsText(settings);
    await this.runCommand('Preferences: Open User Settings (JSON)');
    const editor = this.page.locator('.editor-instance .monaco-editor').first();
    await editor.locator('.view-line').first().waitFor();
    await editor.click();
    await this.page.evaluate((text) => navigator.clipboard.writeText(text), text);
    for (const keys of ['Control+A', 'Control+V', 'Control+S']) await this.page.keyboard.press(keys);
    await eventually(() => readFileSync(settingsPath, 'utf8').trim() === text, {
      what: 'the settings to be saved',
    });
    await this.runCommand('View: Close All Editors');
  }

  /** Inside the webview that is shown; the first when several are. */
  webview(at = 0): FrameLocator {
    return this.page
      .locator('iframe.webview.ready')
      .nth(at)
      .contentFrame()
      .frameLocator('iframe#active-frame');
  }

  /** Waits for a webview in which `inside` finds something visible: for windows with several. */
  webviewWith(inside: (frame: FrameLocator) => Locator): Promise<FrameLocator> {
    return eventually(
      async () => {
        const count = await this.page.locator('iframe.webview.ready').count();
        for (let at = 0; at < count; at++) {
          const frame = this.webview(at);
          if (await inside(frame).first().isVisible()) return frame;
        }
        return undefined;
      },
      { what: 'a webview with that content', timeoutMs: patience },
    );
  }

  /** Saves a PNG of the whole window as `.test-output/<pictures>/<name>.png`, and returns it. */
  picture(name: string): Promise<Buffer> {
    return this.page.screenshot({ path: outputPath(this.#options.pictures ?? 'pictures', `${name}.png`) });
  }

  /** Closes the window; its extension host ends some time after. */
  async close(): Promise<void> {
    await this.page.close().catch(() => undefined);
    if (!this.#options.context) await this.context.close().catch(() => undefined);
  }
}

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}
