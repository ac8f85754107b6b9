/** One session as a client sees it: attaches, keeps its cursor, acknowledges, sends and answers. */
import { signal } from '@preact/signals';
import type { Clock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { asOffdeskError, OffdeskError, type ErrorShape } from '../../base/error.ts';
import { Newest } from '../../base/newest.ts';
import {
  fromNotification,
  type Answer,
  type Cursor,
  type Fact,
  type PromptBlock,
} from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';
import { filesResult, methods, type FilesResult, type ResumeResultMeta } from '../../protocol/methods.ts';
import type { AcpLink } from './acp-link.ts';
import { Acks } from './acks.ts';
import { Answers } from './answers.ts';
import { Changes, type Change } from './changes.ts';
import { noHistoryCache, type HistoryCache } from './history-cache.ts';
import type { Keep } from './keep.ts';
import { LateUploads } from './late-uploads.ts';
import { Outbox } from './outbox.ts';
import { ReadMark } from './read-mark.ts';
import { SessionCopy } from './session-copy.ts';
import { SessionPages } from './session-pages.ts';
import { SessionRecord } from './session-record.ts';
import { SessionSearch } from './session-search.ts';

/** `apart`: no connection; `reading`: behind the host's head; `live`: all that the host has is here. */
export type Sync = 'apart' | 'reading' | 'live';

export interface SessionClientOptions {
  id: string;
  keep: Keep;
  /** Without one nothing of the conversation is kept. */
  cache?: HistoryCache | undefined;
  clock: Clock;
  /** IndexedDB's name for this computer's files on their way; without one they live as long as the page. */
  database?: string | undefined;
  /** Defers work to the next frame, so that a burst of facts renders once. */
  frame: (call: () => void) => void;
  /** The session's name, where it is known. */
  title?: () => string | undefined;
}

/** Where the view shall go: to an item, or to the end. A further jump to the same place is another object. */
export interface Jump {
  /** Null: the end. */
  item: string | null;
  /** Marked, so that the reader finds what was looked for. */
  mark: boolean;
}

export class SessionClient implements Disposable {
  readonly id: string;
  readonly record: SessionRecord;
  readonly outbox: Outbox;
  readonly uploads: LateUploads;
  readonly answers = new Answers();
  readonly changes = new Changes();
  readonly read: ReadMark;
  readonly search: SessionSearch;
  readonly sync = signal<Sync>('apart');
  readonly pages: SessionPages;
  /** Null until somebody jumps. */
  readonly jump = signal<Jump | null>(null);
  /** Why the session could not be attached or read. */
  readonly error = signal<ErrorShape | null>(null);
  readonly #options: SessionClientOptions;
  readonly #store = new DisposableStore();
  readonly #copy: SessionCopy;
  readonly #restored: Promise<void>;
  readonly #acks: Acks;
  readonly #files = new Newest(async (query: string) => {
    const params = { sessionId: this.id, query, limit: limits.completions };
    return filesResult.parse(await this.#request(methods.files, params)).files;
  });
  #link: AcpLink | undefined;
  #cursor: Cursor | undefined;
  #head = 0;
  /** Facts that came before the answer to session/resume said which epoch they belong to. */
  #early: Fact[] | undefined;

  constructor(options: SessionClientOptions) {
    const { id, keep, clock, frame, cache = noHistoryCache } = options;
    this.id = id;
    this.#options = options;
    const record = new SessionRecord(frame);
    this.record = record;
    const prepare = (prompt: PromptBlock[]) => this.uploads.whole(prompt);
    this.outbox = new Outbox({ keep, key: `outbox.${id}`, clock, prepare });
    const { database } = options;
    this.uploads = new LateUploads({ session: id, keep, clock, database, outbox: this.outbox.entries });
    this.read = new ReadMark({ keep, key: `read.${id}`, clock });
    this.pages = new SessionPages({
      ...{ id, record, request: (method, params) => this.#request(method, params) },
      standing: () => ({ link: this.#link, epoch: this.#cursor?.epoch }),
    });
    this.#acks = new Acks(clock, (link) => {
      if (this.#cursor) link.notify(methods.ack, { sessionId: id, cursor: this.#cursor });
    });
    this.search = new SessionSearch(
      (query, before, limit) => this.#request(methods.search, { sessionId: id, query, before, limit }),
      () => record.head.value,
    );
    this.#copy = new SessionCopy({ cache, name: `session.${id}`, clock, take: () => this.#snapshot() });
    this.#store.add(this.#copy);
    this.#store.add(this.read);
    this.#restored = this.#restore();
  }

  /** A connection is there and greeted. Resolves when attached; errors show in `error`. */
  async attach(link: AcpLink): Promise<void> {
    this.detach();
    // Else who asks for what is still unknown asks again while the answer is on its way.
    this.error.value = null;
    this.#link = link;
    await this.#restored;
    if (this.#link === link) await this.#resume(link);
  }

  detach(): void {
    this.#link = undefined;
    this.#early = undefined;
    this.#acks.stop();
    this.pages.stop();
    this.sync.value = 'apart';
    this.outbox.close();
    this.uploads.close();
    this.answers.close();
    this.changes.close();
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
    if (result.reset || this.#cursor?.epoch !== result.head.epoch) this.#forget();
    const gap = result.gap === true;
    if (this.#cursor === undefined || gap) this.record.begin(result.from);
    this.#cursor ??= { epoch: result.head.epoch, seq: 0 };
    this.#head = result.head.seq;
    this.sync.value = 'reading';
    for (const fact of early) this.#apply(fact);
    this.#settle();
    // What is read elsewhere missed what the gap holds.
    const place = gap && this.record.edges.value.later !== null ? this.record.place : undefined;
    if (place) void this.pages.open(place.since);
  }

  /** The journal cannot continue from our cursor: forget it and read the tail again. */
  reset(): void {
    this.#forget();
    if (this.#link) void this.#resume(this.#link);
  }

  /** A request about this session; rejects with `closed` without a connection. */
  ask(method: string, params: object): Promise<unknown> {
    return this.#request(method, { sessionId: this.id, ...params });
  }

  /** Shown at once, at the end; its id. */
  prompt(blocks: PromptBlock[]): string {
    const { id } = this.outbox.add(blocks, this.#options.title?.());
    this.read.clear();
    this.toEnd();
    return id;
  }

  answer(question: string, answer: Answer): void {
    this.answers.give(question, answer);
  }

  /** Stop: cancels the turn. Does nothing without a connection. */
  cancel(): void {
    this.#link?.notify('session/cancel', { sessionId: this.id });
  }

  /** Goes as soon as there is a connection, and takes effect once. */
  change(change: Change): void {
    this.changes.make(change);
  }

  /** Files for `@query`. Rejects with `superseded` when the next is asked for before this one goes, or without a connection. */
  files(query: string): Promise<FilesResult['files']> {
    return this.#files.ask(query.slice(0, 512));
  }

  /**
   * Shows the item that begins at `seq`, or the first after it, with what is around it. Does nothing without a
   * connection where it is not here already.
   */
  async openAt(seq: number, item: string | null, mark = false): Promise<void> {
    const here = this.record.find(seq, item);
    if (here === undefined) await this.pages.open(seq);
    const found = here ?? this.record.find(seq, item);
    if (found !== undefined) this.jump.value = { item: found, mark };
  }

  /** Shows the end, and follows it. */
  toEnd(): void {
    this.record.toTail();
    this.jump.value = { item: null, mark: false };
  }

  /** The reader sees the end. */
  seen(): void {
    if (this.#store.disposed) return;
    if (this.#cursor && this.sync.value !== 'reading') this.read.seen(this.#cursor);
  }

  /** The reader comes: what is new since he was here last shows in `read.unread`. */
  visit(): void {
    this.read.visit();
    if (this.#cursor && this.sync.value === 'live') this.read.settle(this.#cursor);
  }

  /** Writes down what a page that may die would lose. */
  flush(): void {
    this.read.flush();
    this.#copy.flush();
  }

  dispose(): void {
    this.detach();
    this.uploads.dispose();
    this.#store.dispose();
  }

  async #restore(): Promise<void> {
    const copy = await this.#copy.read();
    if (!copy || this.#cursor) return;
    this.record.begin(copy.before, copy.transcript);
    this.#cursor = copy.cursor;
  }

  #snapshot() {
    const cursor = this.#cursor;
    return cursor && { ...this.record.tail, cursor };
  }

  async #resume(link: AcpLink): Promise<void> {
    this.#early = [];
    this.#acks.begin(link);
    const offdesk = this.#cursor
      ? { after: this.#cursor, atMost: limits.historyItems }
      : { tail: limits.tailItems };
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
    this.uploads.open((method, params) => link.request(method, { sessionId: this.id, ...params }));
    this.outbox.open(async (id, prompt) => {
      await link.request('session/prompt', { sessionId: this.id, prompt, _meta: { offdesk: { id } } });
    });
    this.answers.open((question, id, answer) =>
      link.request(methods.answer, { sessionId: this.id, id, question, answer }),
    );
    this.changes.open((method, params) => link.request(method, { sessionId: this.id, ...params }));
  }

  #apply(fact: Fact): void {
    if (!this.#cursor) return;
    this.record.add(fact);
    this.pages.came(fact);
    if (fact.seq > this.#cursor.seq) this.#cursor = { ...this.#cursor, seq: fact.seq };
    const event = fact.event;
    if (event?.type === 'prompt_received') this.outbox.confirm(event.id);
    this.#settle();
    this.#acks.came();
    this.#copy.changed();
  }

  #settle(): void {
    if (this.sync.value !== 'reading' || !this.#cursor || this.#cursor.seq < this.#head) return;
    this.sync.value = 'live';
    this.read.settle(this.#cursor);
  }

  #forget(): void {
    this.#cursor = undefined;
    this.#head = 0;
    this.record.clear();
  }

  #request<Result>(method: string, params: unknown): Promise<Result> {
    if (!this.#link) return Promise.reject(new OffdeskError('closed', 'There is no connection.'));
    return this.#link.request<Result>(method, params);
  }
}
