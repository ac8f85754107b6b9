/** The indexes of a journal: files for what is older than the newest segment, memory for the rest. */
import { join } from 'node:path';
import type { Fact } from '../../protocol/facts.ts';
import { fateOf, standsAnew } from '../fates.ts';
import { StateFacts } from '../state-facts.ts';
import { FactTable } from './fact-table.ts';
import { FateTable } from './fate-table.ts';
import { ItemTable, type ItemEntry } from './item-table.ts';
import type { Header } from './lines.ts';
import { Mark } from './mark.ts';

/** A cache of the segments: where it is missing or does not fit, it is made anew from them. */
export class JournalIndex {
  readonly state = new StateFacts();
  readonly facts: FactTable;
  readonly items: ItemTable;
  readonly fates: FateTable;
  readonly mark: Mark;
  /** The item of the fact that was added last. */
  #lastItem: ItemEntry | undefined;

  /** Empty until `load`. Throws what `fs` throws. */
  constructor(folder: string) {
    this.mark = new Mark(join(folder, 'mark'));
    this.facts = new FactTable(join(folder, 'facts.idx'));
    this.items = new ItemTable(join(folder, 'items.idx'), this.state);
    this.fates = new FateTable(join(folder, 'fates.idx'));
  }

  /** Whether the files hold all that came before this segment. */
  covers(header: Header): boolean {
    return (
      this.facts.onDisk >= header.first - 1 &&
      this.items.onDisk >= header.items &&
      this.fates.onDisk >= header.fates
    );
  }

  /** Goes on where this segment begins; false where the files are of another time, and then of no use. */
  load(header: Pick<Header, 'first' | 'items' | 'fates' | 'state'>): boolean {
    for (const fact of header.state) this.state.add(fact);
    this.facts.load(header.first - 1);
    this.fates.load(header.fates);
    return this.items.load(header.items, header.first - 1);
  }

  /** A fact that is written in full. */
  add(fact: Fact, offset: number): void {
    this.facts.addFull(offset, this.#join(fact));
    const known = fact.event && fateOf(fact.event);
    if (known) this.fates.add(known.id, fact.seq);
    // After the lookup: the end of a prompt still belongs to its item.
    this.state.add(fact);
  }

  /** The next fact continues the one before; `base` is the number of the run's first. */
  addShort(offset: number, base: number): void {
    this.facts.addShort(offset, base);
    if (this.#lastItem) this.items.extend(this.#lastItem, this.facts.head);
  }

  /** `stand`: the fact that is shown in place of the damaged one. */
  addDamaged(stand: Fact): void {
    this.facts.addDamaged(this.#join(stand));
  }

  /** The fact before it in its item. */
  #join(fact: Fact): number {
    const known = fact.item === undefined ? undefined : this.items.find(fact.item);
    this.#lastItem = known && standsAnew(fact, known.last) ? undefined : known;
    const before = this.#lastItem?.last ?? 0;
    if (this.#lastItem) this.items.extend(this.#lastItem, fact.seq);
    else if (fact.item !== undefined) this.#lastItem = this.items.begin(fact.item, fact.seq);
    return before;
  }

  /** Writes everything to the files. Throws what `fs` throws, and is then as before. */
  store(): void {
    this.mark.setIndexed(0);
    this.facts.write();
    this.items.write();
    this.fates.write();
    this.mark.setIndexed(this.facts.head + 1);
    this.facts.commit();
    this.items.commit();
    this.fates.commit();
  }

  /** After `store`: it would survive a loss of power. */
  async sync(): Promise<void> {
    const { indexed } = this.mark;
    await Promise.all([this.facts.sync(), this.items.sync(), this.fates.sync()]);
    if (this.mark.indexed === indexed) this.mark.setSynced(indexed);
  }

  close(): void {
    for (const part of [this.facts, this.items, this.fates, this.mark]) part.close();
  }
}
