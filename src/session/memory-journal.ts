/** A journal for the life of the process. */
import { Emitter } from '../base/emitter.ts';
import type { Fact } from '../protocol/facts.ts';
import { coalesce } from './coalesce.ts';
import { sizeOf, type Journal, type JournalPage, type JournalWindow, type NewFact } from './journal.ts';
import { StateFacts } from './state-facts.ts';

interface ItemIndex {
  first: number;
  facts: number[];
}

export class MemoryJournal implements Journal {
  readonly epoch: string;
  readonly #appended = new Emitter<Fact>();
  readonly onAppend = this.#appended.event;
  readonly #facts: Fact[] = [];
  readonly #items: ItemIndex[] = [];
  readonly #itemById = new Map<string, ItemIndex>();
  readonly #state = new StateFacts();

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
    if (fact.item !== undefined) this.#index(fact.item, fact.seq);
    this.#appended.fire(fact);
    return fact;
  }

  #index(item: string, seq: number): void {
    const known = this.#itemById.get(item);
    if (known) {
      known.facts.push(seq);
      return;
    }
    const index = { first: seq, facts: [seq] };
    this.#itemById.set(item, index);
    this.#items.push(index);
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

  page(before: number, items: number, maxBytes: number): Promise<JournalPage> {
    let end = this.#items.length;
    while (end > 0 && this.#items[end - 1]!.first >= before) end--;
    const numbers: number[] = [];
    let bytes = 0;
    let begin = end;
    while (begin > 0 && end - begin < items) {
      const own = this.#items[begin - 1]!.facts;
      const size = own.reduce((sum, seq) => sum + sizeOf(this.#facts[seq - 1]!), 0);
      if (begin < end && bytes + size > maxBytes) break;
      numbers.push(...own);
      bytes += size;
      begin--;
    }
    const facts = numbers.sort((a, b) => a - b).map((seq) => this.#facts[seq - 1]!);
    return Promise.resolve({ facts: coalesce(facts), from: begin > 0 ? this.#items[begin]!.first : null });
  }
}
