/** Whether a journal tells the same as another one, by everything that it can be asked. */
import assert from 'node:assert/strict';
import type { Fact } from '../../../src/protocol/facts.ts';
import type { Journal } from '../../../src/session/journal.ts';

export async function readAll(journal: Journal, bytes: number): Promise<Fact[]> {
  const facts: Fact[] = [];
  while ((facts.at(-1)?.seq ?? 0) < journal.head) {
    const more = await journal.read(facts.at(-1)?.seq ?? 0, bytes);
    assert.ok(more.length > 0, 'a read gave nothing');
    for (const fact of more) facts.push(fact);
  }
  return facts;
}

/** `bytes`: of reads. `quick`: what takes long is left out. */
export async function assertSame(
  actual: Journal,
  expected: Journal,
  bytes: number,
  quick = false,
): Promise<void> {
  assert.equal(actual.head, expected.head);
  const facts = await readAll(expected, 1e9);
  assert.deepEqual(await readAll(actual, bytes), facts);
  for (const items of [0, 1, 3, 1000]) assert.deepEqual(await actual.tail(items), await expected.tail(items));
  for (let seq = 0; !quick && seq <= facts.length + 1; seq++) {
    assert.equal(await actual.itemsAfter(seq), await expected.itemsAfter(seq), `items after ${seq}`);
    for (const place of [{ before: seq }, { at: seq }]) {
      assert.deepEqual(await actual.page(place, 2, 1e9), await expected.page(place, 2, 1e9));
    }
  }
  for (const place of [{ before: facts.length + 1 }, { at: 1 }]) {
    assert.deepEqual(await actual.page(place, 1e9, 1e9), await expected.page(place, 1e9, 1e9));
  }
  const ids = facts.flatMap(({ event }) => (event && 'id' in event ? [event.id] : []));
  for (const id of new Set([...ids, 'never seen'])) {
    assert.equal(await actual.fate(id), await expected.fate(id), `the fate of ${id}`);
  }
}
