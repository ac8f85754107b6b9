/** The one item in the status bar: state at a glance, more in its tooltip, a click to act. */
import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable.ts';
import type { HostStatus } from '../protocol/host-status.ts';
import { statusText, type StatusText } from './status-text.ts';

export class StatusItem implements Disposable {
  readonly #item: vscode.StatusBarItem;

  constructor() {
    this.#item = vscode.window.createStatusBarItem('offdesk.status', vscode.StatusBarAlignment.Right, 100);
    this.#item.name = vscode.l10n.t('Offdesk Remote Control');
    this.#item.command = 'offdesk.status';
    this.update(undefined);
    this.#item.show();
  }

  update(status: HostStatus | undefined): void {
    const said = statusText(status, vscode.l10n.t);
    this.#item.text = said.text;
    this.#item.accessibilityInformation = { label: `Offdesk: ${said.label}`, role: 'button' };
    this.#item.backgroundColor = background(said.tone);
    const tooltip = new vscode.MarkdownString();
    said.tooltip.forEach((line, index) => tooltip.appendMarkdown(index > 0 ? '\n\n' : '').appendText(line));
    this.#item.tooltip = tooltip;
  }

  dispose(): void {
    this.#item.dispose();
  }
}

function background(tone: StatusText['tone']): vscode.ThemeColor | undefined {
  switch (tone) {
    case 'plain':
      return undefined;
    case 'waiting':
      return new vscode.ThemeColor('statusBarItem.warningBackground');
    case 'error':
      return new vscode.ThemeColor('statusBarItem.errorBackground');
  }
}
