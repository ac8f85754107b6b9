/** What the desk may ask of its host: the `_offdesk/host/…` requests, failures kept for the view. */
import { signal } from '@preact/signals';
import { asOffdeskError, type ErrorShape } from '../../base/error.ts';
import type { ReachKind } from '../../protocol/host-status.ts';
import { methods, type Scope } from '../../protocol/methods.ts';
import type { HostClient } from '../client/host-client.ts';

export type Act = 'copyInvite' | 'copySession' | 'log' | 'settings' | 'dismissNotice' | 'move' | 'login';
export type DeviceChange = { revoke: true } | { scope: Scope } | { name: string };

export class DeskHost {
  /** Why the last request failed; null when it did not. */
  readonly failure = signal<ErrorShape | null>(null);
  readonly #host: HostClient;

  constructor(host: HostClient) {
    this.#host = host;
  }

  /** Why it did not start is in the host's status, as long as that is so. */
  async start(): Promise<void> {
    await this.#ask(methods.host.start, {});
    this.failure.value = null;
  }
  stop = () => this.#ask(methods.host.stop, {});
  reach = (kind: ReachKind, url?: string) => this.#ask(methods.host.reach, { kind, ...(url ? { url } : {}) });
  invite = () => this.#ask(methods.host.invite, {});
  pairing = (id: string, allow: boolean, scope?: Scope) =>
    this.#ask(methods.host.pairing, { id, allow, ...(scope ? { scope } : {}) });
  device = (id: string, change: DeviceChange) => this.#ask(methods.host.device, { id, change });
  act = (act: Act, id?: string) => this.#ask(methods.host.act, { act, ...(id === undefined ? {} : { id }) });

  openFile = (path: string, line: number | null) =>
    this.#ask(methods.host.act, { act: 'openFile', file: { path, line } });

  /** True when the host did it. */
  async #ask(method: string, params: unknown): Promise<boolean> {
    this.failure.value = null;
    try {
      await this.#host.request(method, params);
      return true;
    } catch (thrown) {
      this.failure.value = asOffdeskError(thrown).toShape();
      return false;
    }
  }
}
