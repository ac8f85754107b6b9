/** The items in the order in which they are printed, each turn that did not end well followed by a line that says so. */
import { plainLines } from '../../base/plain-text.ts';
import type { Item, PromptItem } from '../../transcript/items.ts';
import { itemLines, settled } from './item-lines.ts';
import { linesIn, type Line } from './lines.ts';

export type Entry = { id: string; item: Item } | { id: string; end: PromptItem };

/** `begun`: the turn that the first items are of, where its prompt is not among them. */
export function entriesOf(items: readonly Item[], begun?: PromptItem): Entry[] {
  const entries: Entry[] = [];
  let turn = begun;
  const end = (): void => {
    if (turn && endWords(turn) !== undefined) entries.push({ id: `end:${turn.promptId}`, end: turn });
    turn = undefined;
  };
  for (const item of items) {
    if (item.kind === 'prompt') {
      end();
      turn = item;
    }
    entries.push({ id: item.id, item });
  }
  end();
  return entries;
}

/** Those before it do not change any more. `working`: a turn runs. */
export function firstOpen(entries: readonly Entry[], working: boolean): number {
  const open = entries.findIndex(
    (entry, index) => 'item' in entry && !settled(entry.item, index === entries.length - 1, working),
  );
  return open === -1 ? entries.length : open;
}

/** `asked`: the call that a question on the screen is about, which shows the rest of it. */
export function entryLines(entry: Entry, cells: number, asked?: string): Line[] {
  if ('end' in entry) {
    const tone = entry.end.state === 'cancelled' ? 'warning' : 'bad';
    return linesIn(endWords(entry.end) ?? '', tone, cells);
  }
  const { item } = entry;
  return itemLines(item, cells, item.kind === 'tool' && item.toolCallId === asked);
}

function endWords({ state, message }: PromptItem): string | undefined {
  switch (state) {
    case 'cancelled':
      return 'Stopped.';
    case 'failed':
      return plainLines(message ?? 'The turn failed.');
    case 'interrupted':
      return plainLines(message ?? 'The turn was interrupted. Send the message again.');
    default:
      return undefined;
  }
}
