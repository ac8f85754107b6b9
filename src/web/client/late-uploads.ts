/** What goes with a session's prompts beside their text: loaded when there is something, so that a page without it is no larger. */
import { signal, type ReadonlySignal } from '@preact/signals';
import type { Clock } from '../../base/clock.ts';
import { OffdeskError } from '../../base/error.ts';
import { attachmentsIn } from '../../protocol/attachment-link.ts';
import type { PromptBlock } from '../../protocol/facts.ts';
import type { Request, Uploads } from '../attach/uploads.ts';
import type { Keep } from './keep.ts';
import type { OutboxEntry } from './outbox.ts';

export interface LateUploadsOptions {
  session: string;
  keep: Keep;
  clock: Clock;
  /** IndexedDB's name for the files of this computer; without one they live as long as the page. */
  database: string | undefined;
  outbox: ReadonlySignal<readonly OutboxEntry[]>;
}

export class LateUploads {
  readonly now = signal<Uploads | null>(null);
  readonly #options: LateUploadsOptions;
  #loading: Promise<Uploads> | undefined;
  #request: Request | undefined;
  #disposed = false;

  constructor(options: LateUploadsOptions) {
    this.#options = options;
    // What an earlier page left goes on by itself.
    if (options.keep.get(`attached.${options.session}`)) this.load().catch(() => undefined);
  }

  /** Rejects where this part of the page can't be had. */
  load(): Promise<Uploads> {
    this.#loading ??= this.#load().catch((cause: unknown) => {
      this.#loading = undefined;
      throw new OffdeskError('closed', 'The page could not load what sends files.', '', { cause });
    });
    return this.#loading;
  }

  open(request: Request): void {
    this.#request = request;
    this.now.value?.open(request);
  }

  close(): void {
    this.#request = undefined;
    this.now.value?.close();
  }

  /** Resolves when the computer has all that goes with the prompt; undefined where nothing does. */
  whole(blocks: readonly PromptBlock[]): Promise<void> | undefined {
    if (attachmentsIn(blocks).length === 0) return undefined;
    return this.load().then((uploads) => uploads.whole(blocks));
  }

  /** Another session's prompt takes over what is here. */
  async moveTo(other: LateUploads, blocks: readonly PromptBlock[]): Promise<void> {
    const ids = attachmentsIn(blocks).map(({ id }) => id);
    if (ids.length === 0) return;
    const [from, to] = await Promise.all([this.load(), other.load()]);
    await from.moveTo(to, ids);
  }

  dispose(): void {
    this.#disposed = true;
    this.now.value?.dispose();
  }

  async #load(): Promise<Uploads> {
    const { openUploads } = await import('../attach/open-uploads.ts');
    const uploads = openUploads(this.#options);
    if (this.#disposed) uploads.dispose();
    else if (this.#request) uploads.open(this.#request);
    this.now.value = uploads;
    return uploads;
  }
}
