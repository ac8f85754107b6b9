/** A shared terminal as a terminal of VS Code: the same program that phones see, in a tab of its own. */
import * as vscode from 'vscode';
import { asOffdeskError } from '../base/error.ts';
import type { Disposable } from '../base/disposable.ts';
import type { DeskTerminals } from '../host/desk/desk-terminals.ts';
import type { TerminalRow } from '../protocol/terminals.ts';
import { plainMessage } from './plain-message.ts';
import { withoutReplies } from './terminal-replies.ts';

/** VS Code takes all that it is given: this much a millisecond, so that a flood waits at its source. */
const charsPerMs = 2_048;
/** After a change of size, until all is drawn anew. */
const settleMs = 150;
/** The screen and all above it goes; colours and modes are as at the start (RIS). */
const anew = '\u001bc';
/** What editors and pagers begin with, and end with. */
const alternate = /\u001b\[\?(?:1049|1047|47)([hl])/g;

export interface TabPorts {
  terminals: DeskTerminals;
  id: string;
  /** Looks for the host again, after the connection to it ended. */
  again(): void;
  /** Its user closed the tab. */
  closed(): void;
}

export class TerminalTab implements vscode.Pseudoterminal {
  readonly #ports: TabPorts;
  /** Undefined as long as there is no connection to the host. */
  #terminals: DeskTerminals | undefined;
  readonly #write = new vscode.EventEmitter<string>();
  readonly #size = new vscode.EventEmitter<vscode.TerminalDimensions>();
  readonly #end = new vscode.EventEmitter<number | void>();
  readonly #name = new vscode.EventEmitter<string>();
  readonly onDidWrite = this.#write.event;
  readonly onDidOverrideDimensions = this.#size.event;
  readonly onDidClose = this.#end.event;
  readonly onDidChangeName = this.#name.event;
  #shown: Disposable | undefined;
  /** What fits in the tab; undefined as long as nobody looked. */
  #fits: vscode.TerminalDimensions | undefined;
  /** What VS Code was told to draw: what the terminal has. */
  #told: vscode.TerminalDimensions | undefined;
  #row: TerminalRow | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;
  /** It has more than the tab: then a program that draws all of its screen can't be shown, and the tab says so. */
  #large = false;
  #alternate = false;
  #covered = false;
  #over: 'running' | 'ended' | 'closed' = 'running';
  /** VS Code is ready for it. */
  #open = false;

  constructor(ports: TabPorts) {
    this.#ports = ports;
    this.#terminals = ports.terminals;
  }

  open(fits: vscode.TerminalDimensions | undefined): void {
    this.#open = true;
    if (fits) this.setDimensions(fits);
    this.#follow();
  }

  /** The connection to the host has ended. */
  apart(): void {
    if (!this.#terminals) return;
    this.#terminals = undefined;
    this.#shown = undefined;
    clearTimeout(this.#later);
    if (this.#over === 'running')
      this.#say(vscode.l10n.t('The connection to this terminal has ended. Any key looks for it again.'));
  }

  /** There is another one, and it is still there. */
  back(terminals: DeskTerminals): void {
    if (this.#terminals === terminals) return;
    this.#terminals = terminals;
    if (this.#over !== 'running' || !this.#open) return;
    if (this.#fits) terminals.resize(this.#ports.id, this.#fits.columns, this.#fits.rows);
    this.#follow();
  }

  /** From its screen as it is now. */
  #follow(): void {
    this.#shown?.dispose();
    this.#shown = undefined;
    this.#covered = false;
    const [terminals, { id }] = [this.#terminals, this.#ports];
    if (!terminals) return;
    const shown = terminals.show(id, {
      screen: ({ cols, rows, screen }, taken) => {
        this.#alternate = false;
        this.#resized(cols, rows);
        this.#put(`${anew}${screen}`, taken);
      },
      output: ({ data, size }, taken) => {
        if (size) this.#resized(size.cols, size.rows);
        this.#put(data, taken);
      },
    });
    shown.then(
      (follow) => {
        if (this.#over === 'closed' || this.#terminals !== terminals) follow.dispose();
        else this.#shown = follow;
      },
      (error: unknown) => {
        if (this.#terminals === terminals) this.#say(asOffdeskError(error).sentence);
      },
    );
  }

  /** Its user closed the tab, or its program is over. */
  close(): void {
    const still = this.#over === 'running';
    this.#over = 'closed';
    clearTimeout(this.#timer);
    clearTimeout(this.#later);
    this.#shown?.dispose();
    this.#shown = undefined;
    if (still) this.#ports.closed();
  }

  handleInput(data: string): void {
    const typed = withoutReplies(data);
    if (this.#over === 'ended') this.#end.fire();
    else if (!this.#terminals) this.#ports.again();
    // What was typed would go where nobody sees it: the first key takes the terminal.
    else if (this.#covered) this.#terminals.input(this.#ports.id, '');
    else if (typed !== '' && !this.#terminals.input(this.#ports.id, typed)) this.#sayUnread();
  }

  /** VS Code 1.139: what there is room for, whatever it was told to draw; before its first layout, what the tab before it drew. */
  setDimensions(fits: vscode.TerminalDimensions): void {
    if (isSame(fits, this.#fits)) return;
    this.#fits = fits;
    this.#terminals?.resize(this.#ports.id, fits.columns, fits.rows);
    // Before it is shown for the first time there is nothing to draw anew.
    if (this.#shown) this.#redraw();
  }

  /** What the host says of it now; undefined once it is gone. */
  update(row: TerminalRow | undefined): void {
    if (!row) return this.#gone();
    if (row.name !== this.#row?.name) this.#name.fire(row.name);
    const { unread = false } = this.#row ?? {};
    this.#row = row;
    if (row.unread && !unread) this.#sayUnread();
    // Without what was said, which the program did not print.
    else if (unread && !row.unread && this.#shown) this.#follow();
    if (row.running || this.#over !== 'running') return;
    this.#over = 'ended';
    // As VS Code's own: one that went well leaves.
    if (row.exitCode === 0 && row.signal === undefined) this.#end.fire();
    else this.#say(vscode.l10n.t('Ended ({0}). Any key closes this tab.', row.signal ?? row.exitCode ?? ''));
  }

  /** Nobody has it any more: where its program still ran, who looks at it is told why it does not. */
  #gone(): void {
    const before = this.#row;
    this.#row = undefined;
    if (this.#over !== 'running') {
      if (before) this.#end.fire();
      return;
    }
    this.#over = 'ended';
    this.#say(vscode.l10n.t('Closed elsewhere, or with remote control. Any key closes this tab.'));
  }

  #resized(columns: number, rows: number): void {
    const told = { columns, rows };
    // VS Code draws no more than there is room for.
    this.#large = this.#fits !== undefined && (columns > this.#fits.columns || rows > this.#fits.rows);
    if (isSame(told, this.#told)) return;
    this.#told = told;
    // Also where it is all the room: VS Code 1.139 drops `undefined`, and would go on with what it was told before.
    this.#size.fire(told);
    this.#redraw();
  }

  /** Once VS Code has taken the size, which it does some time after it was told. */
  #redraw(): void {
    clearTimeout(this.#later);
    this.#later = setTimeout(() => {
      if (this.#over === 'running') this.#follow();
    }, settleMs);
  }

  #put(data: string, taken: () => void): void {
    const last = [...data.matchAll(alternate)].at(-1);
    if (last) this.#alternate = last[1] === 'h';
    const covered = this.#large && this.#alternate;
    if (covered && !this.#covered) {
      this.#write.fire(anew);
      this.#say(
        vscode.l10n.t(
          'This program is drawn for a larger screen, that of who typed last. A key fits it to this tab.',
        ),
      );
    } else if (this.#covered && !covered) {
      taken();
      return this.#follow();
    } else if (!covered) this.#write.fire(data);
    this.#covered = covered;
    this.#pace(data.length, taken);
  }

  #pace(chars: number, taken: () => void): void {
    const ms = Math.floor(chars / charsPerMs);
    if (ms === 0 && !this.#timer) return taken();
    // Acknowledgements are for all before them: the last one counts.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      taken();
    }, ms);
  }

  #sayUnread(): void {
    this.#say(
      vscode.l10n.t(
        'This program does not read what is typed, so no more is taken until it does. Killing the terminal can end it.',
      ),
    );
  }

  #say(sentence: string): void {
    this.#write.fire(`\r\n\u001b[2m${plainMessage(sentence)}\u001b[0m\r\n`);
  }
}

function isSame(one: vscode.TerminalDimensions, other: vscode.TerminalDimensions | undefined): boolean {
  return one.columns === other?.columns && one.rows === other.rows;
}
