/** The end of a conversation: what is over is printed once, and what was printed is let go when there is too much. */
import type { Fact } from '../../protocol/facts.ts';
import { limits } from '../../protocol/limits.ts';
import { emptyTranscript, TranscriptFold } from '../../transcript/fold.ts';
import type { Transcript } from '../../transcript/items.ts';
import { cutWindow, knows } from '../../transcript/window.ts';
import { entriesOf, firstOpen, type Entry } from './entries.ts';
import { Printed } from './printed.ts';

/** When there are too many: some room, so that not every new item costs a cut. */
const keptItems = limits.windowItems - limits.tailItems;

export class ChatWindow {
  #fold = new TranscriptFold(emptyTranscript());
  /** Items that were let go: what still comes of them is theirs, not a new item's. */
  readonly #gone = new Set<string>();
  /** The last prompt among those: its turn may go on. */
  #begun: string | undefined;
  printed = new Printed();
  /** What may still change; drawn as often as it does. */
  live: readonly Entry[] = [];

  get transcript(): Transcript {
    return this.#fold.transcript;
  }

  take(fact: Fact): void {
    if (fact.item === undefined || fact.event || !this.#gone.has(fact.item)) this.#fold.apply(fact);
  }

  /** To be called before it is drawn: tells what is over from what lives. */
  settle(): void {
    const { items, turn } = this.transcript;
    const entries = this.#entries();
    const first = items.length > limits.windowItems ? items[items.length - keptItems] : undefined;
    // What has to go is printed as it stands, also behind a call that never ends.
    const forced = first ? entries.findIndex(({ id }) => id === first.id) : 0;
    const over = entries.slice(0, Math.max(firstOpen(entries, turn !== null), forced));
    if (first) this.#cut(items.length - keptItems);
    const known = first ? this.#entries() : entries;
    this.printed = this.printed.with(over, known);
    this.live = known.filter((entry) => !this.printed.has(entry));
  }

  #entries(): Entry[] {
    const { items, fold } = this.transcript;
    // Its end alone is known of it then.
    const begun = fold.aside.get(this.#begun ?? '');
    return entriesOf(items, begun?.kind === 'prompt' ? begun : undefined);
  }

  #cut(begin: number): void {
    const { transcript } = this;
    const { window } = cutWindow(transcript, begin);
    const gone = transcript.items.slice(0, begin).filter(({ id }) => !knows(window, id));
    for (const { id } of gone) this.#gone.add(id);
    this.#begun = gone.findLast(({ kind }) => kind === 'prompt')?.id ?? this.#begun;
    for (const id of this.#gone) {
      if (this.#gone.size <= limits.goneItems) break;
      this.#gone.delete(id);
    }
    this.#fold = new TranscriptFold(window);
  }
}
