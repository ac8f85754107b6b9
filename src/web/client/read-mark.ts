/** How far the reader has read, kept so that the next visit begins where this one ended. */
import { signal } from '@preact/signals';
import * as z from 'zod/v4';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import { cursorSchema, type Cursor } from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';
import type { Keep } from './keep.ts';

const markSchema = z.object({ cursor: cursorSchema, at: z.number() });
type Mark = z.infer<typeof markSchema>;

/** What came after `seq` is new since `at` (ms since the Unix epoch). */
export interface Unread {
  seq: number;
  at: number;
}

export class ReadMark implements Disposable {
  /** What was new when this visit began; null when nothing was, or the session was never read here. */
  readonly unread = signal<Unread | null>(null);
  readonly #keep: Keep;
  readonly #key: string;
  readonly #clock: Clock;
  #mark: Mark | undefined;
  #saving: Disposable | undefined;
  #visiting = false;

  constructor(options: { keep: Keep; key: string; clock: Clock }) {
    this.#keep = options.keep;
    this.#key = options.key;
    this.#clock = options.clock;
    this.#mark = readMark(options.keep.get(options.key));
  }

  /** The reader comes: as soon as it is known what there is, `settle` says what of it is new. */
  visit(): void {
    this.#visiting = true;
  }

  /** All that the host has is here. */
  settle(head: Cursor): void {
    if (!this.#visiting) return;
    this.#visiting = false;
    const mark = this.#mark;
    const fresh = mark?.cursor.epoch === head.epoch && mark.cursor.seq < head.seq;
    this.unread.value = fresh ? { seq: mark.cursor.seq, at: mark.at } : null;
  }

  /** The reader sees the end. */
  seen(cursor: Cursor): void {
    const known = this.#mark?.cursor;
    if (this.#visiting || (known?.epoch === cursor.epoch && known.seq >= cursor.seq)) return;
    this.#mark = { cursor, at: this.#clock.now() };
    this.#saving ??= this.#clock.after(limits.readMarkMs, () => this.flush());
  }

  /** Writes down what is not yet. */
  flush(): void {
    if (!this.#saving) return;
    this.#saving.dispose();
    this.#saving = undefined;
    this.#keep.set(this.#key, JSON.stringify(this.#mark));
  }

  /** What is not written down yet is not any more: the place for it may be wiped. */
  dispose(): void {
    this.#saving?.dispose();
    this.#saving = undefined;
  }

  /** The reader took part: nothing is new any more. */
  clear(): void {
    this.unread.value = null;
  }
}

function readMark(text: string | undefined): Mark | undefined {
  try {
    const parsed = markSchema.safeParse(JSON.parse(text ?? 'null'));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
