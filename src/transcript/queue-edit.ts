/** What waits in the queue, as its view shows it: places, new texts, and the way back of one that was removed. */
import type { PromptBlock } from '../protocol/facts.ts';
import type { PromptItem, Transcript } from './items.ts';
import { isNamed } from './mention.ts';

/** Of a prompt at `index` moved one place: the prompt that shall follow it, null for the end; undefined if it is there already. */
export function beforeWhenMoved(
  queue: readonly PromptItem[],
  index: number,
  by: -1 | 1,
): string | null | undefined {
  const target = index + by;
  if (target < 0 || target >= queue.length) return undefined;
  return queue[by === -1 ? target : target + 1]?.promptId ?? null;
}

export function textOfBlocks(blocks: readonly PromptBlock[]): string {
  return blocks
    .filter(({ type }) => type === 'text')
    .map((block) => String(block['text'] ?? ''))
    .join('\n');
}

/** As a line: its text, else the names of what goes with it. */
export function wordsOfBlocks(blocks: readonly PromptBlock[]): string {
  return textOfBlocks(blocks) || blocks.map((block) => String(block['name'] ?? '')).join(', ');
}

/**
 * The prompt with another text: one block of it, then what was attached, without the files that the new text no
 * longer names while the old one did.
 */
export function withText(blocks: readonly PromptBlock[], text: string): PromptBlock[] {
  const old = textOfBlocks(blocks);
  const rest = blocks.filter((block) => {
    if (block.type === 'text') return false;
    const name = block.type === 'resource_link' ? String(block['name'] ?? '') : '';
    return name === '' || !isNamed(old, name) || isNamed(text, name);
  });
  const written = text.trim();
  return [
    ...(written === '' ? [] : [{ type: 'text', text: written }]),
    ...rest.map((block) => ({ ...block })),
  ];
}

/** One that this surface removed, for as long as it can be taken back. */
export interface Removed {
  promptId: string;
  blocks: PromptBlock[];
  /** The one that followed it, null at the end. */
  before: string | null;
  /** The journal has its removal. */
  done?: boolean;
  /** Of the prompt that takes its place, once it was taken back. */
  id?: string;
}

export function removedFrom(queue: readonly PromptItem[], promptId: string): Removed | undefined {
  const index = queue.findIndex((item) => item.promptId === promptId);
  const item = queue[index];
  if (!item) return undefined;
  const blocks = item.blocks.map((block) => ({ ...block }));
  return { promptId, blocks, before: queue[index + 1]?.promptId ?? null };
}

/** What became of a removal that was asked for, as the journal has it; `late`: its turn began first. */
export function removalOf({ fold }: Transcript, promptId: string): 'asked' | 'done' | 'late' {
  const id = `p:${promptId}`;
  if (fold.index.has(id)) return 'late';
  const item = fold.aside.get(id);
  return item?.kind === 'prompt' && item.state === 'removed' ? 'done' : 'asked';
}

/** Where one that was put back belongs; undefined while it is not there yet, or where it stands right already. */
export function placeAgain(
  queue: readonly PromptItem[],
  promptId: string,
  before: string | null,
): string | undefined {
  if (before === null || !queue.some((item) => item.promptId === promptId)) return undefined;
  // The one that followed it may have begun meanwhile: then the end is as good as any.
  return queue.some((item) => item.promptId === before) ? before : undefined;
}
