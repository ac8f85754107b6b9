/** The host as a client of the command line sees it, over one connection after another. */
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/emitter.ts';
import { asOffdeskError, OffdeskError } from '../../base/error.ts';
import type { Clock } from '../../base/clock.ts';
import { hostStatus, type HostStatus } from '../../protocol/host-status.ts';
import { clientState, helloMeta, methods, type ClientState } from '../../protocol/methods.ts';
import type { MessageTransport } from '../../protocol/transport.ts';
import { BUILD, PROTOCOL } from '../../protocol/version.ts';
import { HostLink } from '../../host/desk/host-link.ts';
import { SessionFeed, type FeedPort } from './session-feed.ts';

export class HostPeer implements Disposable {
  readonly #clock: Clock;
  readonly #store = new DisposableStore();
  readonly #feeds = new Set<SessionFeed>();
  readonly #stateEvent = this.#store.add(new Emitter<ClientState>());
  readonly #statusEvent = this.#store.add(new Emitter<HostStatus>());
  readonly #changed = this.#store.add(new Emitter<void>());
  readonly onState = this.#stateEvent.event;
  /** At the desk alone. */
  readonly onStatus = this.#statusEvent.event;
  #state: ClientState | undefined;
  #status: HostStatus | undefined;
  /** Of this connection; `greeted`: it knows that we are here, and has told its state. */
  #link: HostLink | undefined;
  #greeted = false;
  #failure: OffdeskError | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** As last told, by this connection or an earlier one. */
  get state(): ClientState | undefined {
    return this.#state;
  }

  get status(): HostStatus | undefined {
    return this.#status;
  }

  get here(): boolean {
    return this.#greeted;
  }

  /** A new connection takes the place of the one before. */
  use(transport: MessageTransport): void {
    this.lose();
    const link: HostLink = new HostLink(transport, {
      notification: (method, params) => {
        if (this.#link === link) this.#notified(method, params);
      },
      ended: () => {
        if (this.#link === link) this.lose();
      },
    });
    this.#link = link;
    this.#state = undefined;
    void this.#greet(link);
  }

  lose(): void {
    const link = this.#link;
    this.#link = undefined;
    this.#greeted = false;
    for (const feed of this.#feeds) feed.detach();
    link?.close();
    this.#changed.fire();
  }

  /** There will be no connection any more: what waits for one rejects. */
  fail(error: OffdeskError): void {
    this.#failure ??= error;
    this.lose();
    for (const feed of this.#feeds) feed.fail(error);
  }

  /** Resolves when there is a connection and the host has told its state. Rejects as `fail` was told. */
  async ready(): Promise<ClientState> {
    while (!this.#greeted || !this.#state) {
      if (this.#failure) throw this.#failure;
      await new Promise<void>((resolve) => {
        const subscription = this.#changed.event(() => {
          subscription.dispose();
          resolve();
        });
      });
    }
    return this.#state;
  }

  /** Rejects with `closed` without a connection, or where it ends first. */
  request<Result>(method: string, params: object): Promise<Result> {
    const link = this.#greeted ? this.#link : undefined;
    if (!link) {
      const away = new OffdeskError(
        'closed',
        'There is no connection to the computer.',
        'Try again in a moment.',
      );
      return Promise.reject(this.#failure ?? away);
    }
    return link.request<Result>(method, params);
  }

  /** Follows a session over all connections, until disposed. */
  feed(sessionId: string, port: FeedPort): SessionFeed {
    const feed = new SessionFeed({
      sessionId,
      port,
      clock: this.#clock,
      gone: () => this.#feeds.delete(feed),
    });
    this.#feeds.add(feed);
    if (this.#failure) feed.fail(this.#failure);
    else if (this.#greeted && this.#link) feed.attach(this.#link);
    return feed;
  }

  dispose(): void {
    this.fail(new OffdeskError('closed', 'Offdesk was stopped.'));
    for (const feed of [...this.#feeds]) feed.dispose();
    this.#store.dispose();
  }

  async #greet(link: HostLink): Promise<void> {
    try {
      const result = await link.request<{ _meta?: { offdesk?: unknown } }>('initialize', {
        protocolVersion: 1,
        clientInfo: { name: 'offdesk', title: 'Offdesk', version: BUILD },
        clientCapabilities: { elicitation: { form: {}, url: {} } },
        _meta: { offdesk: { protocol: PROTOCOL, build: BUILD } },
      });
      const hello = helloMeta.safeParse(result._meta?.offdesk);
      if (!hello.success || hello.data.protocol !== PROTOCOL) throw otherVersion(hello.data?.protocol);
    } catch (caught) {
      const error = asOffdeskError(caught);
      if (this.#link === link && error.code !== 'closed') this.fail(error);
      return;
    }
    if (this.#link !== link) return;
    this.#greeted = true;
    for (const feed of this.#feeds) feed.attach(link);
    this.#changed.fire();
  }

  #notified(method: string, params: unknown): void {
    switch (method) {
      case 'session/update':
      case methods.reset:
        for (const feed of this.#feeds) feed.notified(method, params);
        return;
      case methods.state: {
        const parsed = clientState.safeParse(params);
        if (!parsed.success) return;
        this.#state = parsed.data;
        for (const feed of this.#feeds) feed.listed(parsed.data.sessions.map(({ id }) => id));
        this.#stateEvent.fire(parsed.data);
        this.#changed.fire();
        return;
      }
      case methods.host.status: {
        const parsed = hostStatus.safeParse(params);
        if (!parsed.success) return;
        this.#status = parsed.data;
        this.#statusEvent.fire(parsed.data);
        return;
      }
    }
  }
}

function otherVersion(theirs: number | undefined): OffdeskError {
  const side = (theirs ?? 0) > PROTOCOL ? 'here' : 'on the other computer';
  return new OffdeskError(
    'version_mismatch',
    'The two sides have different versions.',
    `Update Offdesk ${side}.`,
  );
}
