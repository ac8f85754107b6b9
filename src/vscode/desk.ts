/** The window's remote host: made on first use, never where it may not run, gone with the window. */
import { disposable, DisposableStore, type Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { OffdeskError } from '../base/error.ts';
import type { HostPorts, RemoteHost } from '../host/api.ts';
import type { HostStatus } from '../protocol/host-status.ts';

export interface DeskPorts {
  /** Loads what is heavy. */
  load(): Promise<{ createRemoteHost(ports: HostPorts): RemoteHost }>;
  hostPorts(): HostPorts;
  /** Throws OffdeskError where no host may run, such as `untrusted_workspace`. */
  assertAllowed(): void;
}

export class Desk implements Disposable {
  readonly #ports: DeskPorts;
  readonly #status = new Emitter<HostStatus>();
  readonly #store = new DisposableStore();
  #host: Promise<RemoteHost> | undefined;
  #made: RemoteHost | undefined;
  #decided = false;

  constructor(ports: DeskPorts) {
    this.#ports = ports;
    this.#store.add(this.#status);
  }

  readonly onStatus = this.#status.event;

  /** Undefined until someone needed the host: nothing runs then. */
  get status(): HostStatus | undefined {
    return this.#made?.status;
  }

  /** Rejects with OffdeskError where no host may run. */
  async host(): Promise<RemoteHost> {
    if (this.#store.disposed) throw new OffdeskError('closed', 'This window is closing.');
    this.#ports.assertAllowed();
    this.#host ??= this.#make().catch((error: unknown) => {
      this.#host = undefined;
      throw error;
    });
    return this.#host;
  }

  /** Someone has started or stopped it: what would start it by itself has no say any more. */
  get decided(): boolean {
    return this.#decided || this.#store.disposed;
  }

  async start(options?: { agent?: boolean }): Promise<void> {
    this.#decided = true;
    await (await this.host()).start(options);
  }

  /** Nobody asked for it just now: no agent starts that did not run before. */
  async startByItself(): Promise<void> {
    await (await this.host()).start({ agent: false });
  }

  /** Without a host there is nothing to stop, and none is made for it. */
  async stop(): Promise<void> {
    this.#decided = true;
    const host = await this.#host?.catch(() => undefined);
    await host?.stop();
  }

  /** As `dispose`, and resolves when nothing listens and no agent runs; sessions come back with the next window. */
  async end(): Promise<void> {
    const host = this.#made;
    const ended = host?.suspend();
    try {
      await ended;
    } finally {
      this.dispose();
    }
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #make(): Promise<RemoteHost> {
    const { createRemoteHost } = await this.#ports.load();
    const host = this.#store.add(createRemoteHost(this.#ports.hostPorts()));
    if (this.#store.disposed) throw new OffdeskError('closed', 'This window is closing.');
    this.#made = host;
    this.#store.add(disposable(() => (this.#made = undefined)));
    this.#store.add(host.onStatus((status) => this.#status.fire(status)));
    this.#status.fire(host.status);
    return host;
  }
}
