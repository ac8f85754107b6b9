/** What subagents did, under the calls that started them. */
import { useRef } from 'preact/hooks';
import type { Item } from '../../transcript/items.ts';

export interface Nested {
  /** What stands in the conversation itself. */
  top: readonly Item[];
  /** Under a call, by its `toolCallId`, in order. A list that did not change is the same object. */
  under: ReadonlyMap<string, readonly Item[]>;
  /** Of an item under a call, the id of the item at the top. */
  rootOf: ReadonlyMap<string, string>;
}

export function parentIdOf(item: Item): string | undefined {
  return item.kind === 'tool' || item.kind === 'message' || item.kind === 'thought' ? item.parent : undefined;
}

/** What is under a call that is not among `items` stays at the top. */
export function nest(items: readonly Item[], before?: Nested): Nested {
  if (!items.some((item) => parentIdOf(item) !== undefined))
    return { top: items, under: new Map(), rootOf: new Map() };
  const calls = new Map(
    items.flatMap((item) => (item.kind === 'tool' ? [[item.toolCallId, item] as const] : [])),
  );
  const under = new Map<string, Item[]>();
  const rootOf = new Map<string, string>();
  const top: Item[] = [];
  for (const item of items) {
    const root = rootItem(item, calls);
    const parent = parentIdOf(item);
    if (root === undefined || parent === undefined) {
      top.push(item);
      continue;
    }
    rootOf.set(item.id, root.id);
    const list = under.get(parent);
    if (list) list.push(item);
    else under.set(parent, [item]);
  }
  const same = [...under].map(([id, list]): [string, readonly Item[]] => {
    const old = before?.under.get(id);
    return [id, old && sameItems(old, list) ? old : list];
  });
  return { top, under: new Map(same), rootOf };
}

/** The call at the top that this is under; undefined for what is under none, or under itself. */
function rootItem(item: Item, calls: ReadonlyMap<string, Item>): Item | undefined {
  let at: Item = item;
  // A circle, which only a mistaken or hostile agent makes, has no root.
  for (let steps = 0; steps <= calls.size; steps++) {
    const parent = parentIdOf(at);
    const next = parent === undefined ? undefined : calls.get(parent);
    if (!next) return at === item ? undefined : at;
    at = next;
  }
  return undefined;
}

function sameItems(a: readonly Item[], b: readonly Item[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

export function useNested(items: readonly Item[]): Nested {
  const last = useRef<{ items: readonly Item[]; nested: Nested } | undefined>(undefined);
  if (last.current?.items !== items) last.current = { items, nested: nest(items, last.current?.nested) };
  return last.current.nested;
}
