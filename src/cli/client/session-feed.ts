/** One session followed over all connections: every fact once and in order, acknowledged when it was taken. */
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import { asOffdeskError, OffdeskError } from '../../base/error.ts';
import { fromNotification, type Cursor, type Fact } from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';
import { methods, resumeResultMeta, type ResumeResultMeta, type ResumeWish } from '../../protocol/methods.ts';
import type { HostLink } from '../../host/desk/host-link.ts';

export interface FeedPort {
  /** One after the other: the next waits until the promise resolves. */
  take(fact: Fact): Promise<void> | void;
  /** Where the first attachment begins: at the journal's beginning, or with the last `tail` items. */
  from: { tail: number } | 'beginning';
  /** The journal is another one, which follows from its beginning or with its tail, as `from` says. In order with `take`. */
  reset(): void;
}

export interface FeedOptions {
  sessionId: string;
  port: FeedPort;
  clock: Clock;
  gone(): void;
}

export class SessionFeed implements Disposable {
  readonly sessionId: string;
  readonly #options: FeedOptions;
  /** The newest that came; what was taken of it is `#done`. */
  #cursor: Cursor | undefined;
  #done = 0;
  #acked = 0;
  #waiting = 0;
  #chain: Promise<void> = Promise.resolve();
  #link: HostLink | undefined;
  /** Attached on this link: changes may go. */
  #attached = false;
  /** Facts that came before the answer to session/resume. */
  #early: Fact[] | undefined;
  /** Refused as unknown by a host that may still be opening its sessions. */
  #unlisted = false;
  #ackTimer: Disposable | undefined;
  #failure: OffdeskError | undefined;
  #wake: (() => void)[] = [];
  /** What the host had when this journal began here; undefined until the first answer. */
  #head: number | undefined;

  constructor(options: FeedOptions) {
    this.sessionId = options.sessionId;
    this.#options = options;
  }

  /** The head of the journal at the first attachment to it. Rejects where it was refused. */
  async head(): Promise<number> {
    await this.#until(() => this.#head !== undefined);
    return this.#head!;
  }

  /** The same, as far as it is known. */
  get began(): number | undefined {
    return this.#head;
  }

  attach(link: HostLink): void {
    this.detach();
    if (this.#failure) return;
    this.#link = link;
    void this.#resume(link);
  }

  detach(): void {
    this.#link = undefined;
    this.#attached = false;
    this.#early = undefined;
    this.#ackTimer?.dispose();
    this.#ackTimer = undefined;
  }

  /** Nothing comes any more: what waits rejects. */
  fail(error: OffdeskError): void {
    this.#failure ??= error;
    this.detach();
    this.#stir();
  }

  dispose(): void {
    this.fail(new OffdeskError('closed', 'This session was left.'));
    this.#options.gone();
  }

  notified(method: string, params: unknown): void {
    if (method === methods.reset) {
      if ((params as { sessionId?: unknown } | null)?.sessionId !== this.sessionId) return;
      const link = this.#link;
      if (link) this.attach(link);
      return;
    }
    const parsed = fromNotification(params);
    if (!parsed || parsed.sessionId !== this.sessionId) return;
    if (this.#early) this.#early.push(parsed.fact);
    else this.#put(parsed.fact);
  }

  /** The host names its open sessions. */
  listed(ids: readonly string[]): void {
    if (this.#unlisted && this.#link && ids.includes(this.sessionId)) this.attach(this.#link);
  }

  /** Now or never, as Stop is. False without a connection. */
  notify(method: string, params: object = {}): boolean {
    if (!this.#attached) return false;
    this.#link?.notify(method, { sessionId: this.sessionId, ...params });
    return this.#link !== undefined;
  }

  /** For what has an id: asked again after each reconnect until it is answered. */
  async repeat<Result>(method: string, params: object): Promise<Result> {
    for (;;) {
      await this.#until(() => this.#attached);
      const link = this.#link!;
      try {
        return await link.request<Result>(method, { sessionId: this.sessionId, ...params });
      } catch (caught) {
        const error = asOffdeskError(caught);
        if (this.#failure) throw this.#failure;
        // A session that is interrupted says so, too, and comes back under its id.
        if (error.code !== 'closed') throw error;
        await this.#until(() => this.#link !== link);
      }
    }
  }

  async #resume(link: HostLink): Promise<void> {
    this.#early = [];
    this.#unlisted = false;
    const { from } = this.#options.port;
    try {
      const known = this.#cursor;
      if (from !== 'beginning') await this.#ask(link, known ? { after: known } : from);
      else {
        const wish = known ? { after: known } : { tail: 0 };
        const { head, reset } = await this.#ask(link, wish, (meta) => known !== undefined && !meta.reset);
        if (!known || reset) {
          // What came is said again by what follows: it is here when the host has answered once more.
          await link.request(methods.history, { sessionId: this.sessionId, before: 1, limit: 1 });
          this.#early = [];
          await this.#ask(link, { after: { epoch: head.epoch, seq: 0 } });
        }
      }
    } catch (caught) {
      const error = asOffdeskError(caught);
      if (this.#link !== link || error.code === 'closed') return;
      this.#early = undefined;
      if (error.code === 'session_unknown' && this.#cursor) this.#unlisted = true;
      else this.fail(error);
      return;
    }
    if (this.#link !== link) return;
    this.#attached = true;
    this.#stir();
  }

  /** `begins`: whether what comes is what was wished for. */
  async #ask(
    link: HostLink,
    wish: ResumeWish,
    begins: (meta: ResumeResultMeta) => boolean = () => true,
  ): Promise<ResumeResultMeta> {
    let meta: ResumeResultMeta | undefined;
    await link.request<{ _meta?: { offdesk?: unknown } }>(
      'session/resume',
      { sessionId: this.sessionId, cwd: '/', mcpServers: [], _meta: { offdesk: wish } },
      (result) => {
        if (this.#link !== link) return;
        meta = resumeResultMeta.parse(result._meta?.offdesk);
        if (begins(meta)) this.#begin(meta);
      },
    );
    if (!meta) throw new OffdeskError('closed', 'The connection has ended.');
    return meta;
  }

  #begin({ head, reset }: ResumeResultMeta): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    const anew = this.#cursor !== undefined && (reset || this.#cursor.epoch !== head.epoch);
    if (anew) this.#inOrder(() => this.#options.port.reset());
    if (anew || !this.#cursor) {
      this.#cursor = { epoch: head.epoch, seq: 0 };
      this.#acked = 0;
      this.#done = 0;
    }
    if (anew) this.#head = head.seq;
    else this.#head ??= head.seq;
    for (const fact of early) this.#put(fact);
  }

  #put(fact: Fact): void {
    const cursor = this.#cursor;
    if (!cursor) return;
    if (fact.seq > cursor.seq) this.#cursor = { ...cursor, seq: fact.seq };
    const { epoch } = cursor;
    this.#inOrder(async () => {
      await this.#options.port.take(fact);
      if (this.#cursor?.epoch !== epoch) return;
      this.#done = Math.max(this.#done, fact.seq);
    });
  }

  #inOrder(work: () => Promise<void> | void): void {
    this.#waiting++;
    this.#chain = this.#chain.then(work).then(
      () => this.#taken(),
      (error: unknown) => this.fail(asOffdeskError(error)),
    );
  }

  #taken(): void {
    this.#waiting--;
    if (this.#waiting > 0) return;
    this.#ackTimer ??= this.#options.clock.after(limits.ackEveryMs, () => {
      this.#ackTimer = undefined;
      if (!this.#link || !this.#cursor || this.#acked === this.#done) return;
      this.#acked = this.#done;
      const cursor = { epoch: this.#cursor.epoch, seq: this.#done };
      this.#link.notify(methods.ack, { sessionId: this.sessionId, cursor });
    });
  }

  async #until(reached: () => boolean): Promise<void> {
    while (!reached()) {
      if (this.#failure) throw this.#failure;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  #stir(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
