/** One session as a client sees it: attaches, keeps its cursor, acknowledges, sends and answers. */
import { signal } from '@preact/signals';
import type { Clock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { asOffdeskError, type ErrorShape } from '../../base/error.ts';
import {
  fromNotification,
  type Answer,
  type Cursor,
  type Fact,
  type PromptBlock,
} from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';
import {
  filesResult,
  historyResult,
  methods,
  type FilesResult,
  type ResumeResultMeta,
} from '../../protocol/methods.ts';
import type { AcpLink } from './acp-link.ts';
import { Answers } from './answers.ts';
import type { Keep } from './keep.ts';
import { Outbox } from './outbox.ts';
import { SessionRecord } from './session-record.ts';

/** `apart`: no connection; `reading`: behind the host's head; `live`: all that the host has is here. */
export type Sync = 'apart' | 'reading' | 'live';

export interface SessionClientOptions {
  id: string;
  keep: Keep;
  clock: Clock;
  /** Defers work to the next frame, so that a burst of facts renders once. */
  frame: (call: () => void) => void;
}

export class SessionClient implements Disposable {
  readonly id: string;
  readonly record: SessionRecord;
  readonly outbox: Outbox;
  readonly answers = new Answers();
  readonly sync = signal<Sync>('apart');
  /** Pass to `_offdesk/history`; null when the beginning is here. */
  readonly earlier = signal<{ before: number | null; loading: boolean }>({ before: null, loading: false });
  /** Why the session could not be attached or read. */
  readonly error = signal<ErrorShape | null>(null);
  readonly #clock: Clock;
  readonly #store = new DisposableStore();
  #link: AcpLink | undefined;
  #cursor: Cursor | undefined;
  #head = 0;
  /** Facts that came before the answer to session/resume said which epoch they belong to. */
  #early: Fact[] | undefined;
  #ackedAt = 0;
  #acked = 0;
  #ackTimer: Disposable | undefined;

  constructor(options: SessionClientOptions) {
    this.id = options.id;
    this.#clock = options.clock;
    this.record = new SessionRecord(options.frame);
    this.outbox = new Outbox({ keep: options.keep, key: `outbox.${options.id}`, clock: options.clock });
  }

  /** A connection is there and greeted. Resolves when attached; errors show in `error`. */
  async attach(link: AcpLink): Promise<void> {
    this.detach();
    this.#link = link;
    await this.#resume(link);
  }

  detach(): void {
    this.#link = undefined;
    this.#early = undefined;
    this.#ackTimer?.dispose();
    this.#ackTimer = undefined;
    this.sync.value = 'apart';
    this.outbox.close();
    this.answers.close();
  }

  /** Params of session/update, raw. */
  take(params: unknown): void {
    const parsed = fromNotification(params);
    if (!parsed || parsed.sessionId !== this.id) return;
    if (this.#early) this.#early.push(parsed.fact);
    else this.#apply(parsed.fact);
  }

  /** The answer to our session/resume, in its place among the facts. */
  resumed(result: ResumeResultMeta): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    const first = this.#cursor === undefined;
    if (result.reset || this.#cursor?.epoch !== result.head.epoch) this.#forget();
    if (result.reset || first) this.earlier.value = { before: result.from, loading: false };
    this.#cursor ??= { epoch: result.head.epoch, seq: 0 };
    this.#head = result.head.seq;
    this.sync.value = 'reading';
    for (const fact of early) this.#apply(fact);
    this.#settle();
  }

  /** The journal cannot continue from our cursor: forget it and read the tail again. */
  reset(): void {
    this.#forget();
    if (this.#link) void this.#resume(this.#link);
  }

  prompt(blocks: PromptBlock[]): void {
    this.outbox.add(blocks);
  }

  answer(question: string, answer: Answer): void {
    this.answers.give(question, answer);
  }

  /** Stop: cancels the turn. Does nothing without a connection. */
  cancel(): void {
    this.#link?.notify('session/cancel', { sessionId: this.id });
  }

  async removeQueued(id: string): Promise<void> {
    await this.#request(methods.queueRemove, { sessionId: this.id, id });
  }

  async resumeQueue(): Promise<void> {
    await this.#request(methods.queueResume, { sessionId: this.id });
  }

  /** Files for `@query`; empty without a connection. */
  async files(query: string): Promise<FilesResult['files']> {
    const params = { sessionId: this.id, query: query.slice(0, 512), limit: limits.completions };
    return filesResult.parse(await this.#request(methods.files, params)).files;
  }

  /** Loads items before those that are here; one request at a time. */
  async loadEarlier(): Promise<void> {
    const { before, loading } = this.earlier.value;
    if (before === null || loading || !this.#link) return;
    this.earlier.value = { before, loading: true };
    const epoch = this.#cursor?.epoch;
    try {
      const params = { sessionId: this.id, before, limit: limits.tailItems };
      const page = historyResult.parse(await this.#request(methods.history, params));
      if (this.#cursor?.epoch !== epoch) return;
      const facts = page.updates.map(fromNotification).filter((parsed) => parsed !== undefined);
      this.record.prepend(facts.map((parsed) => parsed.fact));
      this.earlier.value = { before: page.from, loading: false };
    } catch {
      // The connection went or the host refused: the next scroll tries again.
      this.earlier.value = { ...this.earlier.value, loading: false };
    }
  }

  dispose(): void {
    this.detach();
    this.#store.dispose();
  }

  async #resume(link: AcpLink): Promise<void> {
    this.#early = [];
    this.#ackedAt = link.received;
    const offdesk = this.#cursor ? { after: this.#cursor } : { tail: limits.tailItems };
    try {
      await link.request('session/resume', {
        sessionId: this.id,
        cwd: '/',
        mcpServers: [],
        _meta: { offdesk },
      });
    } catch (thrown) {
      const error = asOffdeskError(thrown);
      if (this.#link === link && error.code !== 'closed') this.error.value = error.toShape();
      return;
    }
    if (this.#link !== link) return;
    this.error.value = null;
    this.outbox.open(async (id, prompt) => {
      await link.request('session/prompt', { sessionId: this.id, prompt, _meta: { offdesk: { id } } });
    });
    this.answers.open((question, id, answer) =>
      link.request(methods.answer, { sessionId: this.id, id, question, answer }),
    );
  }

  #apply(fact: Fact): void {
    if (!this.#cursor) return;
    this.record.add(fact);
    if (fact.seq > this.#cursor.seq) this.#cursor = { ...this.#cursor, seq: fact.seq };
    const event = fact.event;
    if (event?.type === 'prompt_received') this.outbox.confirm(event.id);
    this.#settle();
    this.#ackSoon();
  }

  #settle(): void {
    if (this.sync.value === 'reading' && (this.#cursor?.seq ?? 0) >= this.#head) this.sync.value = 'live';
  }

  #ackSoon(): void {
    const link = this.#link;
    if (!link) return;
    if (link.received - this.#ackedAt >= limits.ackEveryBytes) this.#ack(link);
    else this.#ackTimer ??= this.#clock.after(limits.ackEveryMs, () => this.#ack(link));
  }

  #ack(link: AcpLink): void {
    this.#ackTimer?.dispose();
    this.#ackTimer = undefined;
    if (this.#link !== link || !this.#cursor || this.#acked === this.#cursor.seq) return;
    this.#ackedAt = link.received;
    this.#acked = this.#cursor.seq;
    link.notify(methods.ack, { sessionId: this.id, cursor: this.#cursor });
  }

  #forget(): void {
    this.#cursor = undefined;
    this.#acked = 0;
    this.#head = 0;
    this.record.clear();
    this.earlier.value = { before: null, loading: false };
  }

  #request<Result>(method: string, params: unknown): Promise<Result> {
    if (!this.#link) return Promise.reject(asOffdeskError(new Error('There is no connection.'), 'closed'));
    return this.#link.request<Result>(method, params);
  }
}
