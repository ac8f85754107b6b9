/** The webview view: serves the desk's client, which is built anew each time it becomes visible. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { systemClock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { limits } from '../protocol/limits.ts';
import type { Desk } from './desk.ts';
import { showError } from './show-error.ts';
import { waitingCount } from './status-text.ts';
import { webviewPage } from './webview-page.ts';
import { beginsConnection, WebviewTransport } from './webview-transport.ts';

export const viewId = 'offdesk.view';

export class DeskView implements vscode.WebviewViewProvider, Disposable {
  readonly #desk: Desk;
  readonly #root: vscode.Uri;
  readonly #shown = new Emitter<void>();
  #view: vscode.WebviewView | undefined;
  #transport: WebviewTransport | undefined;

  constructor(desk: Desk, extension: vscode.Uri) {
    this.#desk = desk;
    this.#root = vscode.Uri.joinPath(extension, 'dist', 'web');
  }

  get visible(): boolean {
    return this.#view?.visible ?? false;
  }

  /**
   * Resolves when the view is on screen, or VS Code did not show it. Measured on VS Code 1.139: while it still starts, its
   * own command to focus a view can end well and show nothing.
   */
  async reveal(): Promise<void> {
    for (let tries = 0; tries < limits.revealTries; tries++) {
      await vscode.commands.executeCommand(`${viewId}.focus`);
      if (await this.#isShown(limits.revealMs)) return;
    }
  }

  /** Whether it is on screen within this time. */
  #isShown(ms: number): Promise<boolean> {
    if (this.visible) return Promise.resolve(true);
    return new Promise((resolve) => {
      const late = systemClock.after(ms, () => end(false));
      const shown = this.#shown.event(() => end(true));
      const end = (is: boolean) => {
        late.dispose();
        shown.dispose();
        resolve(is);
      };
    });
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view;
    const { webview } = view;
    webview.options = { enableScripts: true, localResourceRoots: [this.#root] };
    webview.onDidReceiveMessage((message: unknown) => this.#receive(webview, message));
    // Without retained context the page is gone as soon as it is hidden; its connection goes with it.
    view.onDidChangeVisibility(() => {
      if (!view.visible) this.#transport?.close();
      else {
        this.#showBadge();
        this.#shown.fire();
      }
    });
    view.onDidDispose(() => {
      if (this.#view !== view) return;
      this.#transport?.close();
      this.#view = undefined;
    });
    webview.html = webviewPage({
      source: webview.cspSource,
      nonce: randomBytes(16).toString('base64url'),
      script: this.#uri(webview, 'webview.js'),
      style: this.#uri(webview, 'webview.css'),
      title: vscode.l10n.t('Offdesk'),
      language: vscode.env.language,
    });
    this.#showBadge();
    if (view.visible) this.#shown.fire();
  }

  /** Call after each change of the host's status. */
  update(): void {
    this.#showBadge();
  }

  dispose(): void {
    this.#transport?.close();
  }

  #uri(webview: vscode.Webview, file: string): string {
    return webview.asWebviewUri(vscode.Uri.joinPath(this.#root, file)).toString();
  }

  #showBadge(): void {
    if (!this.#view) return;
    const value = waitingCount(this.#desk.status);
    const tooltip =
      value === 1 ? vscode.l10n.t('1 thing waits for you') : vscode.l10n.t('{0} things wait for you', value);
    // VS Code shows no 0; `undefined` leaves the last number standing in 1.100.
    this.#view.badge = value > 0 ? { value, tooltip } : { value: 0, tooltip: '' };
  }

  #receive(webview: vscode.Webview, message: unknown): void {
    if (typeof message !== 'string') return;
    // A page that was built anew speaks first; what it replaced can't be told in another way.
    if (beginsConnection(message)) {
      this.#transport?.close();
      const transport = new WebviewTransport((text) => void webview.postMessage(text));
      this.#transport = transport;
      void this.#serve(transport);
    }
    this.#transport?.receive(message);
  }

  async #serve(transport: WebviewTransport): Promise<void> {
    try {
      const host = await this.#desk.host();
      if (transport.closed) return;
      const connection = host.connectDesk(transport);
      transport.onClose(() => connection.dispose());
      transport.open();
    } catch (error) {
      transport.close();
      await showError(error);
    }
  }
}
