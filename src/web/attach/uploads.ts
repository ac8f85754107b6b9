/** Files that go with a session's prompts: made ready, sent one after the other, and kept here until the computer has them. */
import { batch, computed, effect, signal, type ReadonlySignal } from '@preact/signals';
import type { Clock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { asOffdeskError, OffdeskError, type ErrorShape } from '../../base/error.ts';
import { attachmentLink, attachmentsIn } from '../../protocol/attachment-link.ts';
import { attachmentHave } from '../../protocol/attachments.ts';
import type { PromptBlock } from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';
import { methods } from '../../protocol/methods.ts';
import type { Keep } from '../client/keep.ts';
import type { OutboxEntry } from '../client/outbox.ts';
import { strings } from '../strings.ts';
import type { KeptFiles } from './kept-files.ts';
import { prepare, type Ready } from './prepare.ts';
import { readKept, writeKept } from './kept-facts.ts';
import { sendFile } from './send-file.ts';
import { newUpload, tooMany, type Upload } from './upload.ts';

/** An `_offdesk/attachment/…` request of this session. */
export type Request = (method: string, params: object) => Promise<unknown>;

export interface UploadsOptions {
  session: string;
  keep: Keep;
  clock: Clock;
  /** Where files outlive the page. */
  files: KeptFiles | undefined;
  outbox: ReadonlySignal<readonly OutboxEntry[]>;
  /** `prepare` unless given. */
  prepare?: typeof prepare;
}

export class Uploads implements Disposable {
  readonly all = signal<readonly Upload[]>([]);
  /** Of the message being written. */
  readonly draft = computed(() => this.all.value.filter(({ draft }) => draft));
  /** Why files were not taken; null when they were. */
  readonly refused = signal<ErrorShape | null>(null);
  readonly #options: UploadsOptions;
  readonly #store = new DisposableStore();
  readonly #blobs = new Map<string, Blob>();
  /** The other session has the kept file of it now. */
  readonly #moved = new Set<string>();
  #request: Request | undefined;
  #running: { id: string; abort: AbortController } | undefined;
  /** Of prompts that the computer does not have yet. */
  #wanted: ReadonlySet<string> = new Set();
  /** Prompts that wait for files. */
  readonly #waits = new Set<() => void>();

  constructor(options: UploadsOptions) {
    this.#options = options;
    const kept = readKept(options.keep, options.session);
    const isOver = ({ id, draft }: Upload) => !draft && !this.#isKept(id);
    this.all.value = kept.filter((upload) => !isOver(upload));
    // The computer has them since the last moments of an earlier page.
    for (const { id } of kept.filter(isOver)) void options.files?.remove(id).catch(() => undefined);
    void this.#readPreviews();
    this.#store.add({ dispose: effect(() => this.#tidy(options.outbox.value)) });
    this.#store.add({ dispose: () => this.close() });
  }

  /** Resolves when they are ready to go, or have failed. */
  async add(files: readonly { blob: Blob; name: string }[]): Promise<void> {
    const room = limits.promptAttachments - this.draft.value.length;
    this.refused.value = files.length > room ? tooMany() : null;
    const added = files
      .slice(0, Math.max(0, room))
      .map(({ blob, name }) => ({ blob, upload: newUpload(blob, name) }));
    this.#set([...this.all.value, ...added.map(({ upload }) => upload)]);
    // One at a time: a large picture takes much of a phone's memory.
    for (const { blob, upload } of added) {
      try {
        const ready = await (this.#options.prepare ?? prepare)(blob, upload.name);
        await this.#ready(upload.id, ready);
      } catch (thrown) {
        this.#fail(upload.id, asOffdeskError(thrown), false);
      }
    }
  }

  /** Taken back: here, and at the computer. */
  remove(id: string): void {
    this.#forget([id]);
  }

  again(id: string): void {
    this.#change(id, { state: { kind: 'waiting' } });
    this.#pump();
  }

  /** As they stand in a prompt, which from now on waits for them. */
  take(): PromptBlock[] {
    const taken = this.draft.value.filter(({ state }) => state.kind !== 'preparing');
    this.refused.value = null;
    this.#set(
      this.all.value.map((upload) => (taken.includes(upload) ? { ...upload, draft: false } : upload)),
    );
    return taken.map(attachmentLink);
  }

  /** Resolves when the computer has all that goes with a prompt, as far as it is from here; rejects with why not. */
  async whole(blocks: readonly PromptBlock[]): Promise<void> {
    const ids = new Set(attachmentsIn(blocks).map(({ id }) => id));
    // What it had it may have lost since: it is asked once more.
    this.#set(
      this.all.value.map((upload) => {
        const { kind } = upload.state;
        const anew = ids.has(upload.id) && (kind === 'there' || kind === 'failed');
        return anew ? { ...upload, state: { kind: 'waiting' } } : upload;
      }),
    );
    this.#pump();
    for (;;) {
      const own = this.all.value.filter(({ id }) => ids.has(id));
      const failed = own.flatMap(({ state }) => (state.kind === 'failed' ? [state.error] : []))[0];
      if (failed) throw new OffdeskError(failed.code, failed.message, failed.next);
      if (own.every(({ state }) => state.kind === 'there')) return;
      await new Promise<void>((resolve) => this.#waits.add(resolve));
    }
  }

  /** Another session's prompt takes them over. */
  async moveTo(other: Uploads, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const upload = this.all.value.find((one) => one.id === id);
      const blob = upload && (await this.#blob(id));
      if (!upload || !blob) continue;
      this.#moved.add(id);
      other.#blobs.set(id, blob);
      other.#set([...other.all.value, { ...upload, state: { kind: 'waiting' } }]);
    }
  }

  open(request: Request): void {
    this.#request = request;
    this.#pump();
  }

  close(): void {
    this.#request = undefined;
    this.#running?.abort.abort();
    this.#running = undefined;
    this.#set(
      this.all.value.map((upload) =>
        upload.state.kind === 'sending' ? { ...upload, state: { kind: 'waiting' } } : upload,
      ),
    );
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #ready(id: string, { blob, preview, ...facts }: Ready): Promise<void> {
    // Taken back meanwhile.
    if (!this.all.value.some((upload) => upload.id === id)) return;
    this.#blobs.set(id, blob);
    const shown = preview === undefined ? {} : { preview };
    this.#change(id, { ...facts, ...shown, bytes: blob.size, state: { kind: 'waiting' } });
    this.#pump();
    // What comes late does not bring back what was forgotten.
    if (!this.#store.disposed) await this.#options.files?.put(id, blob, preview).catch(() => undefined);
  }

  /** After a reload. */
  async #readPreviews(): Promise<void> {
    for (const { id, type } of this.all.value) if (type.startsWith('image/')) await this.#blob(id);
  }

  #pump(): void {
    const request = this.#request;
    if (!request || this.#running) return;
    const waiting = this.all.value.filter(({ state }) => state.kind === 'waiting');
    // What a prompt waits for goes first.
    const upload = waiting.find(({ draft }) => !draft) ?? waiting[0];
    if (!upload) return;
    const running = { id: upload.id, abort: new AbortController() };
    this.#running = running;
    this.#change(upload.id, { state: { kind: 'sending', have: 0 } });
    void this.#send(upload, request, running.abort.signal).finally(() => {
      if (this.#running !== running) return;
      this.#running = undefined;
      this.#pump();
    });
  }

  /** Never rejects. */
  async #send(upload: Upload, request: Request, signal: AbortSignal): Promise<void> {
    const { id, name, type, bytes } = upload;
    const told = async (method: string, params: object) => {
      const { have } = attachmentHave.parse(await request(method, { id, ...params }));
      signal.throwIfAborted();
      return have;
    };
    try {
      if (type.startsWith('image/')) await this.#blob(id);
      signal.throwIfAborted();
      const shown = this.all.peek().find((one) => one.id === id)?.preview;
      const preview = shown === undefined ? {} : { preview: shown };
      const have = await told(methods.attachment.put, { name, type, bytes, ...preview });
      if (have < bytes) {
        const file = await this.#blob(id);
        signal.throwIfAborted();
        if (!file)
          throw new OffdeskError('attachment_unknown', strings.attach.lost(name), strings.attach.lostNext);
        const progress = (now: number) => {
          if (!signal.aborted) this.#change(id, { state: { kind: 'sending', have: now } });
        };
        const piece = (at: number, data: string) => told(methods.attachment.piece, { at, data });
        progress(have);
        await sendFile({ file, have, piece, progress, signal, now: () => this.#options.clock.now() });
      }
      this.#change(id, { state: { kind: 'there' } });
    } catch (thrown) {
      if (signal.aborted) return;
      const error = asOffdeskError(thrown);
      // A connection that ended says nothing of the file: it goes on with the next one.
      if (error.code === 'closed') this.#change(id, { state: { kind: 'waiting' } });
      else this.#fail(id, error, error.code === 'storage_failed');
    }
  }

  async #blob(id: string): Promise<Blob | undefined> {
    const known = this.#blobs.get(id);
    if (known) return known;
    const kept = await this.#options.files?.get(id).catch(() => undefined);
    if (!kept || !this.all.peek().some((upload) => upload.id === id)) return undefined;
    this.#blobs.set(id, kept.blob);
    if (kept.preview !== undefined) this.#change(id, { preview: kept.preview });
    return kept.blob;
  }

  #fail(id: string, error: OffdeskError, again: boolean): void {
    this.#change(id, { state: { kind: 'failed', error: error.toShape(), again } });
  }

  /** Of prompts that the computer has, or that were discarded, nothing is kept here. */
  #tidy(outbox: readonly OutboxEntry[]): void {
    const before = new Set(this.#wanted);
    this.#wanted = new Set(outbox.flatMap(({ prompt }) => attachmentsIn(prompt).map(({ id }) => id)));
    const over = [...before].filter((id) => !this.#wanted.has(id));
    // A prompt that is sent again is taken away first, and is there again a moment later.
    queueMicrotask(() => this.#forget(over.filter((id) => !this.#wanted.has(id) && !this.#isKept(id))));
  }

  /** Another page on this device has a prompt with it. */
  #isKept(id: string): boolean {
    return this.#options.keep.get(`outbox.${this.#options.session}`)?.includes(id) ?? false;
  }

  #forget(ids: readonly string[]): void {
    if (ids.length === 0) return;
    for (const id of ids) {
      this.#blobs.delete(id);
      if (!this.#moved.delete(id)) void this.#options.files?.remove(id).catch(() => undefined);
      // What went with a prompt stays there all the same.
      this.#request?.(methods.attachment.drop, { id }).catch(() => undefined);
    }
    const { id, abort } = this.#running ?? {};
    this.#set(this.all.peek().filter((upload) => !ids.includes(upload.id)));
    if (id === undefined || !ids.includes(id)) return;
    abort?.abort();
    this.#running = undefined;
    this.#pump();
  }

  #change(id: string, change: Partial<Upload>): void {
    this.#set(this.all.peek().map((upload) => (upload.id === id ? { ...upload, ...change } : upload)));
  }

  #set(all: readonly Upload[]): void {
    batch(() => {
      this.all.value = all;
      writeKept(this.#options.keep, this.#options.session, all);
    });
    const waits = [...this.#waits];
    this.#waits.clear();
    for (const wait of waits) wait();
  }
}
