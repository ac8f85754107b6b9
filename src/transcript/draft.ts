/** A transcript under construction: it copies a part of the one it began with before it first changes it. */
import { promptShown } from './prompt-item.ts';
import { noState } from './state.ts';
import { endTool } from './tool-item.ts';
import type { Item, PromptItem, QuestionItem, SessionView, StateKnown, Transcript } from './items.ts';

export function emptyTranscript(): Transcript {
  const fold = { index: new Map(), aside: new Map(), ends: [], tools: [], state: {} };
  return { ...noState, items: [], queue: [], questions: [], cursor: 0, fold };
}

/** Whether it has a place among the items yet. */
function shown(item: Item): boolean {
  if (item.kind === 'prompt') return promptShown(item);
  return item.kind !== 'question' || item.request !== null;
}

const waits = (item: Item): item is PromptItem =>
  item.kind === 'prompt' && item.state === 'received' && item.blocks.length > 0;
const isOpen = (item: Item): item is QuestionItem =>
  item.kind === 'question' && item.state.kind === 'open' && item.request !== null;

export class Draft {
  cursor: number;
  view: SessionView;
  #state: StateKnown;
  #items: Item[];
  #index: Map<string, number>;
  #aside: Map<string, Item>;
  #queue: PromptItem[];
  #questions: QuestionItem[];
  #ends: number[];
  #tools: string[];
  /** What the last snapshot shows must not change any more. */
  #shared = { items: true, index: true, aside: true, tools: true };
  #snapshot: Transcript | undefined;

  constructor(from: Transcript) {
    const { items, queue, questions, cursor, fold, ...view } = from;
    this.cursor = cursor;
    this.view = view;
    this.#state = fold.state;
    this.#items = items as Item[];
    this.#index = fold.index as Map<string, number>;
    this.#aside = fold.aside as Map<string, Item>;
    this.#queue = queue as PromptItem[];
    this.#questions = questions as QuestionItem[];
    this.#ends = fold.ends as number[];
    this.#tools = fold.tools as string[];
    this.#snapshot = from;
  }

  get state(): StateKnown {
    return this.#state;
  }

  knows(state: StateKnown): void {
    const reordered = state.order !== this.#state.order;
    this.#state = state;
    if (reordered) this.#queue = inOrder(this.#queue, state);
  }

  get(id: string): Item | undefined {
    const index = this.#index.get(id);
    return index === undefined ? this.#aside.get(id) : this.#items[index];
  }

  put(item: Item): void {
    this.changed();
    const old = this.get(item.id);
    const index = this.#index.get(item.id);
    if (index !== undefined) this.#ownItems()[index] = item;
    else if (shown(item)) this.#insert(item);
    else this.#ownAside().set(item.id, item);
    if (item.kind === 'tool' && !old) this.#ownTools().push(item.id);
    if (item.kind === 'prompt') this.#queue = inOrder(follow(this.#queue, item, waits(item)), this.#state);
    if (item.kind === 'question') this.#questions = follow(this.#questions, item, isOpen(item));
  }

  /** A turn ended: tool calls since the last end are closed. */
  endTurn(seq: number): void {
    if (seq <= (this.#ends.at(-1) ?? 0)) return;
    this.changed();
    this.#ends = [...this.#ends, seq];
    for (const id of this.#tools) {
      const index = this.#index.get(id);
      const item = index === undefined ? undefined : this.#items[index];
      if (index !== undefined && item?.kind === 'tool') this.#ownItems()[index] = endTool(item, seq);
    }
    this.#tools = [];
    this.#shared.tools = false;
  }

  changed(): void {
    this.#snapshot = undefined;
  }

  /** Until the next change the same object. */
  get snapshot(): Transcript {
    if (!this.#snapshot) {
      this.#shared = { items: true, index: true, aside: true, tools: true };
      this.#snapshot = {
        ...this.view,
        items: this.#items,
        queue: this.#queue,
        questions: this.#questions,
        cursor: this.cursor,
        fold: {
          index: this.#index,
          aside: this.#aside,
          ends: this.#ends,
          tools: this.#tools,
          state: this.#state,
        },
      };
    }
    return this.#snapshot;
  }

  /** At the end, which is where a new item belongs unless facts came out of order. */
  #insert(item: Item): void {
    if (this.#aside.has(item.id)) this.#ownAside().delete(item.id);
    const items = this.#ownItems();
    let at = items.length;
    while (at > 0 && items[at - 1]!.place > item.place) at--;
    items.splice(at, 0, item);
    const index = this.#ownIndex();
    for (let i = at; i < items.length; i++) index.set(items[i]!.id, i);
  }

  #ownItems(): Item[] {
    if (this.#shared.items) this.#items = [...this.#items];
    this.#shared.items = false;
    return this.#items;
  }

  #ownIndex(): Map<string, number> {
    if (this.#shared.index) this.#index = new Map(this.#index);
    this.#shared.index = false;
    return this.#index;
  }

  #ownTools(): string[] {
    if (this.#shared.tools) this.#tools = [...this.#tools];
    this.#shared.tools = false;
    return this.#tools;
  }

  #ownAside(): Map<string, Item> {
    if (this.#shared.aside) this.#aside = new Map(this.#aside);
    this.#shared.aside = false;
    return this.#aside;
  }
}

/** The list with `item` in it, where it was or at the end, or without it. */
function follow<T extends Item>(list: T[], item: T, belongs: boolean): T[] {
  const at = list.findIndex((other) => other.id === item.id);
  if (at < 0) return belongs ? [...list, item] : list;
  return belongs ? list.with(at, item) : list.toSpliced(at, 1);
}

/** As someone ordered them; what came after that follows, oldest first. The same list where nobody did. */
function inOrder(queue: PromptItem[], { order }: StateKnown): PromptItem[] {
  if (!order || queue.length < 2) return queue;
  const places = new Map(order.value.map((id, place) => [id, place]));
  const placeOf = ({ promptId }: PromptItem) => places.get(promptId) ?? places.size;
  return queue.toSorted((a, b) => placeOf(a) - placeOf(b) || a.since - b.since);
}

/** One fact can begin two items: a call, and behind it the question about it. */
const rank = ({ kind }: Item): number => (kind === 'tool' ? 0 : 1);

/** A transcript of these items, in any order, with everything that follows from them. */
export function assemble(
  items: readonly Item[],
  ends: readonly number[],
  rest: SessionView & { cursor: number },
  state: StateKnown,
): Transcript {
  const visible = items.filter(shown).sort((a, b) => a.place - b.place || rank(a) - rank(b));
  const bySince = [...items].sort((a, b) => a.since - b.since);
  const lastEnd = ends.at(-1) ?? 0;
  return {
    ...rest,
    items: visible,
    queue: inOrder(bySince.filter(waits), state),
    questions: bySince.filter(isOpen),
    fold: {
      index: new Map(visible.map((item, i) => [item.id, i])),
      aside: new Map(bySince.filter((item) => !shown(item)).map((item) => [item.id, item])),
      ends,
      tools: bySince.filter((item) => item.kind === 'tool' && item.since > lastEnd).map((item) => item.id),
      state,
    },
  };
}
