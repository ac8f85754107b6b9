/** Changes of the queue that clients ask for: each takes effect once, and only while its prompt waits. */
import type { Origin, PromptBlock } from '../protocol/facts.ts';
import type { Changes } from './changes.ts';
import type { Turns } from './turns.ts';

/** `change`, in all of these: by this id it takes effect once, however often it is asked for. */
export class QueueChanges {
  readonly #changes: Changes;
  readonly #turns: Turns;
  readonly #stopTurn: (origin: Origin) => Promise<void>;

  constructor(changes: Changes, turns: Turns, stopTurn: (origin: Origin) => Promise<void>) {
    this.#changes = changes;
    this.#turns = turns;
    this.#stopTurn = stopTurn;
  }

  remove(id: string, origin: Origin, change?: string | undefined): Promise<void> {
    return this.#change('remove', [id], origin, change, () => this.#turns.remove(id, origin));
  }

  edit(id: string, blocks: PromptBlock[], origin: Origin, change?: string | undefined): Promise<void> {
    const { queue } = this.#turns;
    return this.#changes.once(change, {
      ...{ what: 'queue_edit', origin, again: () => {}, effect: () => queue.edit(id, blocks, origin) },
      // What does not fit is refused before the change counts as done.
      prepare: () => void queue.checkRoom(blocks, queue.check(id)),
    });
  }

  /** To before another one that waits; null for the end. */
  move(id: string, before: string | null, origin: Origin, change?: string | undefined): Promise<void> {
    const ids = before === null ? [id] : [id, before];
    return this.#change('move', ids, origin, change, () => this.#turns.queue.move(id, before, origin));
  }

  /** Send now: stops the running turn, and this prompt is the next. */
  now(id: string, origin: Origin, change?: string | undefined): Promise<void> {
    return this.#change('now', [id], origin, change, () =>
      this.#turns.now(id, origin, () => this.#stopTurn(origin)),
    );
  }

  resume(origin: Origin, change?: string | undefined): Promise<void> {
    return this.#changes.once(change, {
      ...{ what: 'queue_resume', origin, again: () => {} },
      effect: async (journaled) => {
        await journaled();
        await this.#turns.resume(origin);
      },
    });
  }

  /** `ids`: those that must still wait. */
  #change(
    what: 'remove' | 'move' | 'now',
    ids: string[],
    origin: Origin,
    change: string | undefined,
    effect: () => Promise<void>,
  ): Promise<void> {
    return this.#changes.once(change, {
      ...{ what: `queue_${what}`, origin, again: () => {}, effect },
      prepare: () => {
        for (const id of ids) this.#turns.queue.check(id);
        return undefined;
      },
    });
  }
}
