/** The shared terminals as tabs of this window: each that somebody opened, here or on a phone, has one. */
import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable.ts';
import { asOffdeskError, OffdeskError } from '../base/error.ts';
import type { RemoteHost } from '../host/api.ts';
import type { DeskTerminals } from '../host/desk/desk-terminals.ts';
import type { TerminalRow } from '../protocol/terminals.ts';
import type { Desk } from './desk.ts';
import { plainMessage } from './plain-message.ts';
import { TerminalTab } from './terminal-tab.ts';

export interface TabsPorts {
  desk: Desk;
  /** Loads what is heavy. */
  connect(host: RemoteHost): Promise<DeskTerminals>;
}

/** As long as nobody has looked at it. */
const usual = { cols: 80, rows: 24 };

/** From the end of the connection to the host to the next one, in milliseconds. */
const againMs = 1_000;

export class TerminalTabs implements Disposable {
  readonly #ports: TabsPorts;
  readonly #tabs = new Map<string, { tab: TerminalTab; terminal: vscode.Terminal }>();
  /** Their tab was closed here: they don't come back by themselves. */
  readonly #dismissed = new Set<string>();
  #connected: Promise<DeskTerminals> | undefined;
  /** The connection that there is. */
  #terminals: DeskTerminals | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #disposed = false;

  constructor(ports: TabsPorts) {
    this.#ports = ports;
  }

  /** Call once remote control is on: what phones open is seen here, too. */
  follow(): void {
    void this.#connect().catch(() => undefined);
  }

  /** *New Terminal Session*: asks for a command line, such as that of an agent without ACP. */
  async create(): Promise<void> {
    const command = await vscode.window.showInputBox({
      title: vscode.l10n.t('New Terminal Session'),
      prompt: vscode.l10n.t(
        'A command line, such as that of an agent without ACP. Leave it empty for your shell.',
      ),
      placeHolder: vscode.l10n.t('for example: aider'),
    });
    if (command === undefined) return;
    const { desk } = this.#ports;
    const host = await desk.host();
    if (host.status.state === 'off') await desk.start({ agent: false });
    const terminals = await this.#connect();
    const line = command.trim();
    const id = await terminals.open({ ...usual, ...(line === '' ? {} : { command: line }) });
    this.#show(terminals, id, line).show();
  }

  /** *Show Terminal Session*: one of those that are there. */
  async pick(): Promise<void> {
    const terminals = await this.#connect();
    const items = terminals.rows.map(({ id, name, cwd, running }) => ({
      ...{ id, label: name, description: cwd },
      ...(running ? {} : { detail: vscode.l10n.t('ended') }),
    }));
    if (items.length === 0)
      throw new OffdeskError(
        'terminal_unknown',
        vscode.l10n.t('No terminal is shared.'),
        vscode.l10n.t('New Terminal Session opens one.'),
      );
    const title = vscode.l10n.t('Show Terminal Session');
    const picked = await vscode.window.showQuickPick(items, { title });
    if (picked) this.#show(terminals, picked.id, picked.label).show();
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#again);
    this.#terminals?.dispose();
  }

  #connect(): Promise<DeskTerminals> {
    this.#connected ??= this.#open().catch((error: unknown) => {
      this.#connected = undefined;
      throw error;
    });
    return this.#connected;
  }

  async #open(): Promise<DeskTerminals> {
    const terminals = await this.#ports.connect(await this.#ports.desk.host());
    if (this.#disposed) terminals.dispose();
    this.#terminals = terminals;
    let worked = false;
    terminals.onRows((rows) => {
      worked = true;
      this.#update(terminals, rows);
    });
    terminals.onEnd(() => this.#ended(terminals, worked));
    return terminals;
  }

  /** A program outlives the connection of who looks at it: its tab comes back with the next. */
  #ended(terminals: DeskTerminals, worked: boolean): void {
    if (this.#disposed || this.#terminals !== terminals) return;
    this.#terminals = undefined;
    this.#connected = undefined;
    for (const { tab } of this.#tabs.values()) tab.apart();
    // One that never said anything is tried again by a key, a command, or once the host has news.
    if (worked) this.#again = setTimeout(() => this.follow(), againMs);
  }

  #update(terminals: DeskTerminals, rows: readonly TerminalRow[]): void {
    for (const id of [...this.#dismissed]) if (!rows.some((row) => row.id === id)) this.#dismissed.delete(id);
    for (const [id, { tab }] of [...this.#tabs]) {
      const row = rows.find((one) => one.id === id);
      if (row) tab.back(terminals);
      tab.update(row);
    }
    for (const { id, name, agent, running } of rows) {
      // An agent's command has its place in the conversation.
      if (!agent && running && !this.#dismissed.has(id)) this.#show(terminals, id, name);
    }
  }

  /** Its tab, made where there is none; the editor stays in front. */
  #show(terminals: DeskTerminals, id: string, name: string): vscode.Terminal {
    const known = this.#tabs.get(id);
    if (known) return known.terminal;
    this.#dismissed.delete(id);
    const tab = new TerminalTab({
      ...{ terminals, id },
      again: () => this.follow(),
      closed: () =>
        void this.#closed(id).catch((error: unknown) =>
          vscode.window.showErrorMessage(`Offdesk: ${plainMessage(asOffdeskError(error).sentence)}`),
        ),
    });
    const terminal = vscode.window.createTerminal({
      ...{ name: name || vscode.l10n.t('Shared'), pty: tab, isTransient: true },
      iconPath: new vscode.ThemeIcon('device-mobile'),
    });
    this.#tabs.set(id, { tab, terminal });
    const gone = vscode.window.onDidCloseTerminal((one) => {
      if (one !== terminal) return;
      gone.dispose();
      this.#tabs.delete(id);
      // Before the tab itself hears of it: rows that come in between would open it again.
      this.#dismissed.add(id);
    });
    return terminal;
  }

  /** It is everybody's: closing a tab takes it from nobody, unless that is said. */
  async #closed(id: string): Promise<void> {
    const row = this.#terminals?.rows.find((one) => one.id === id);
    if (this.#terminals && !row) return;
    this.#dismissed.add(id);
    if (!row?.running) return;
    const end = vscode.l10n.t('End It');
    const show = vscode.l10n.t('Show Again');
    const text = vscode.l10n.t('"{0}" still runs, and your devices see it.', row.name);
    const picked = await vscode.window.showInformationMessage(`Offdesk: ${text}`, end, show);
    if (picked === undefined) return;
    const terminals = await this.#connect();
    if (picked === end) await terminals.close(id);
    else this.#show(terminals, id, row.name).show();
  }
}
