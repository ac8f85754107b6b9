/** What the desk is told of the host: one status, notices to be read once, and lines of activity. */
import type { Clock } from '../base/clock.ts';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import type { ErrorCode } from '../base/error.ts';
import type { HostStatus } from '../protocol/host-status.ts';
import { Notices, type Notice } from './notices.ts';

export interface DeskNewsPorts {
  clock: Clock;
  /** The host as it is now. */
  build(notices: Notice[]): HostStatus;
}

export class DeskNews implements Disposable {
  readonly #build: DeskNewsPorts['build'];
  readonly #notices: Notices;
  readonly #store = new DisposableStore();
  readonly #statusChanged = this.#store.add(new Emitter<HostStatus>());
  readonly #activity = this.#store.add(new Emitter<string>());
  readonly onStatus = this.#statusChanged.event;
  readonly onActivity = this.#activity.event;
  #status: HostStatus;
  #planned = false;
  #warnings: string[] = [];

  constructor({ clock, build }: DeskNewsPorts) {
    this.#build = build;
    this.#notices = new Notices(clock);
    this.#status = build([]);
  }

  get status(): HostStatus {
    return this.#status;
  }

  /** One line for the CLI's terminal and the log. */
  activity(line: string): void {
    this.#activity.fire(line);
  }

  notice(severity: Notice['severity'], message: string, code: string): void {
    this.#notices.add(severity, message, code);
    this.#activity.fire(message);
    this.changed();
  }

  dismiss(id: string): void {
    this.#notices.dismiss(id);
    this.changed();
  }

  /** What happened since has made these notices untrue. */
  forget(code: ErrorCode): void {
    this.#notices.forget(code);
  }

  /** What every surface shows, such as a full disk, is said at the desk, too, once, until it is over. */
  warn(warnings: string[]): void {
    const news = warnings.filter((warning) => !this.#warnings.includes(warning));
    const over = this.#warnings.length > 0 && warnings.length === 0;
    this.#warnings = warnings;
    for (const warning of news) this.notice('error', warning, 'storage_failed');
    if (over) this.forget('storage_failed');
  }

  /** Many changes in one turn of the event loop become one status. */
  changed(): void {
    if (this.#planned) return;
    this.#planned = true;
    queueMicrotask(() => {
      this.#planned = false;
      if (this.#store.disposed) return;
      this.#status = this.#build(this.#notices.all);
      this.#statusChanged.fire(this.#status);
    });
  }

  dispose(): void {
    this.#store.dispose();
  }
}
