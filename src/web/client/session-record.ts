/** The transcript of one session as it grows: facts go in one by one, readers see at most one change a frame. */
import { signal } from '@preact/signals';
import type { Fact } from '../../protocol/facts.ts';
import { emptyTranscript, TranscriptFold } from '../../transcript/fold.ts';
import { mergeHistory } from '../../transcript/history.ts';
import type { Transcript } from '../../transcript/items.ts';

export class SessionRecord {
  readonly transcript = signal<Transcript>(emptyTranscript());
  readonly #frame: (call: () => void) => void;
  #fold = new TranscriptFold(emptyTranscript());
  #scheduled = false;

  /** `frame`: defers to the next frame. */
  constructor(frame: (call: () => void) => void) {
    this.#frame = frame;
  }

  /** The fold takes each fact at most once, so repetition does no harm. */
  add(fact: Fact): void {
    this.#fold.apply(fact);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#frame(() => this.#publish());
  }

  /** A page of history: whole items, older than the oldest here. */
  prepend(facts: readonly Fact[]): void {
    this.#fold = new TranscriptFold(mergeHistory(this.#fold.transcript, facts));
    this.#publish();
  }

  clear(): void {
    this.#fold = new TranscriptFold(emptyTranscript());
    this.#publish();
  }

  #publish(): void {
    this.#scheduled = false;
    this.transcript.value = this.#fold.transcript;
  }
}
