/** The output channel 'Offdesk', made when the first line is written or it is shown. */
import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable.ts';
import { formatLog, type Log, type LogFields, type LogLevel } from '../base/log.ts';

export class LogPort implements Log, Disposable {
  #channel: vscode.LogOutputChannel | undefined;
  #disposed = false;

  write(level: LogLevel, message: string, fields?: LogFields): void {
    if (!this.#disposed) this.#open()[level](formatLog(message, fields));
  }

  show(): void {
    if (!this.#disposed) this.#open().show(true);
  }

  dispose(): void {
    this.#disposed = true;
    this.#channel?.dispose();
  }

  #open(): vscode.LogOutputChannel {
    return (this.#channel ??= vscode.window.createOutputChannel('Offdesk', { log: true }));
  }
}
