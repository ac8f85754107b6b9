/** A journal for the life of the process. */
import { Emitter } from '../base/emitter.ts';
import type { Fact } from '../protocol/facts.ts';
import { coalesce } from './coalesce.ts';
import { findInItem } from './find.ts';
import {
  sizeOf,
  type Fate,
  type Journal,
  type JournalPage,
  type JournalWindow,
  type NewFact,
  type PagePlace,
  type SearchPage,
} from './journal.ts';
import { fateOf, standsAnew } from './fates.ts';
import { StateFacts } from './state-facts.ts';

interface ItemIndex {
  first: number;
  facts: number[];
}

export class MemoryJournal implements Journal {
  readonly epoch: string;
  readonly trouble = undefined;
  readonly onTrouble = new Emitter<void>().event;
  readonly #appended = new Emitter<Fact>();
  readonly onAppend = this.#appended.event;
  readonly #facts: Fact[] = [];
  readonly #items: ItemIndex[] = [];
  readonly #itemById = new Map<string, ItemIndex>();
  readonly #state = new StateFacts();
  readonly #fates = new Map<string, Fate>();

  /** `epoch`: fresh for each journal, such as a random UUID. */
  constructor(epoch: string) {
    this.epoch = epoch;
  }

  get head(): number {
    return this.#facts.length;
  }

  append(newFact: NewFact): Fact {
    const fact: Fact = { seq: this.#facts.length + 1, ...newFact };
    this.#facts.push(fact);
    this.#state.add(fact);
    const known = fact.event && fateOf(fact.event);
    if (known) this.#fates.set(known.id, known.fate);
    if (fact.item !== undefined) this.#index(fact, fact.item);
    this.#appended.fire(fact);
    return fact;
  }

  #index(fact: Fact, item: string): void {
    const { seq } = fact;
    const known = this.#itemById.get(item);
    if (known && !standsAnew(fact, known.facts.at(-1)!)) {
      known.facts.push(seq);
      return;
    }
    const index = { first: seq, facts: [seq] };
    this.#itemById.set(item, index);
    this.#items.push(index);
  }

  appendSafely(fact: NewFact): Fact {
    return this.append(fact);
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }

  read(seq: number, maxBytes: number): Promise<Fact[]> {
    const result: Fact[] = [];
    let bytes = 0;
    for (let i = Math.max(0, seq); i < this.#facts.length; i++) {
      const fact = this.#facts[i]!;
      result.push(fact);
      bytes += sizeOf(fact);
      if (bytes >= maxBytes) break;
    }
    return Promise.resolve(result);
  }

  tail(items: number): Promise<JournalWindow> {
    const firstIndex = this.#items.length - items;
    const start = firstIndex <= 0 ? 1 : (this.#items[firstIndex]?.first ?? this.head + 1);
    const from = firstIndex <= 0 ? null : start;
    return Promise.resolve({ state: this.#state.before(start), start, from });
  }

  page(place: PagePlace, items: number, maxBytes: number): Promise<JournalPage> {
    const edge = 'before' in place ? place.before : place.at;
    let at = this.#items.length;
    while (at > 0 && this.#items[at - 1]!.first >= edge) at--;
    const forward = 'at' in place;
    let begin = at;
    let end = at;
    const numbers: number[] = [];
    let bytes = 0;
    while (end - begin < items && (forward ? end < this.#items.length : begin > 0)) {
      const own = this.#items[forward ? end : begin - 1]!.facts;
      const size = own.reduce((sum, seq) => sum + sizeOf(this.#facts[seq - 1]!), 0);
      if (begin < end && bytes + size > maxBytes) break;
      numbers.push(...own);
      bytes += size;
      if (forward) end++;
      else begin--;
    }
    const facts = numbers.sort((a, b) => a - b).map((seq) => this.#facts[seq - 1]!);
    return Promise.resolve({
      facts: coalesce(facts),
      from: begin > 0 ? (this.#items[begin]?.first ?? this.head + 1) : null,
      next: this.#items[end]?.first ?? null,
    });
  }

  itemsAfter(seq: number): Promise<number> {
    return Promise.resolve(this.#items.filter(({ first }) => first > seq).length);
  }

  fate(id: string): Promise<Fate | undefined> {
    return Promise.resolve(this.#fates.get(id));
  }

  search(query: string, before: number, limit: number): Promise<SearchPage> {
    const items = this.#items.filter(({ first }) => first < before).reverse();
    const found = items.flatMap(({ facts }) => {
      const hit = findInItem(
        facts.map((seq) => this.#facts[seq - 1]!),
        query,
      );
      return hit ? [hit] : [];
    });
    const hits = found.slice(0, limit);
    return Promise.resolve({ hits, next: found.length > limit ? hits.at(-1)!.seq : null });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
