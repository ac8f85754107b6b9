/** An item of the conversation as lines of text for a terminal; nothing in it can redraw one. */
import { plainLine, plainLines } from '../../base/plain-text.ts';
import type { Answer } from '../../protocol/facts.ts';
import { optionsOf } from '../../transcript/asked.ts';
import type { Block, Item, QuestionItem, ToolItem } from '../../transcript/items.ts';
import { changeLines } from './asked-lines.ts';
import { firstOf, linesIn, type Line, type Tone } from './lines.ts';

const outputLines = 12;
const changedLines = 40;
/** Of one item; the rest is on every other surface. */
const shownLines = 2_000;

/** Lines of at most `cells`; a blank one before each prompt. `brief`: of a tool call its title, the rest is asked about. */
export function itemLines(item: Item, cells: number, brief = false): Line[] {
  if (item.kind === 'tool') return toolLines(item, cells, brief);
  const lines = wordsOf(item).flatMap(([text, tone]) =>
    linesIn(text, tone, cells, item.kind === 'message' ? 0 : 2),
  );
  const before: Line[] = item.kind === 'prompt' ? [{ text: '', tone: 'plain' }] : [];
  return firstOf([...before, ...lines], shownLines);
}

function wordsOf(item: Exclude<Item, ToolItem>): [text: string, tone: Tone][] {
  switch (item.kind) {
    case 'prompt': {
      const from = item.origin.kind === 'desk' ? '' : ` (${plainLine(item.origin.name ?? '')})`;
      return [[`> ${blocksText(item.blocks)}${from}`, 'own']];
    }
    case 'message': {
      const blocks = item.blocks.map((block) => ` [${plainLine(block.type)}]`).join('');
      return [[plainLines(item.text) + blocks, item.role === 'user' ? 'own' : 'plain']];
    }
    case 'thought':
      return [[`Thought: ${plainLines(item.text)}`, 'quiet']];
    case 'plan':
      return item.entries.map(({ content, status }) => [`${marks[status]} ${plainLine(content)}`, 'quiet']);
    case 'question':
      return [[`? ${askedOf(item)}${closedBy(item)}`, 'quiet']];
    case 'notice':
      return [[plainLines([item.title, item.description].filter(Boolean).join(' ')), 'warning']];
    case 'compaction':
      return [['The conversation so far was summed up.', 'quiet']];
    case 'unknown':
      return [[plainLine(item.updateKind), 'quiet']];
  }
}

const marks = { pending: '○', in_progress: '◐', completed: '●', failed: '✗', cancelled: '–' } as const;

function toolLines(item: ToolItem, cells: number, brief: boolean): Line[] {
  const words = {
    failed: ' (failed)',
    cancelled: ' (cancelled)',
    pending: '',
    in_progress: '',
    completed: '',
  };
  const changes = item.content.flatMap((part) => (part.type === 'diff' ? changeLines(part, '', cells) : []));
  const output = plainLines(item.output).trimEnd();
  const all = output === '' ? [] : output.split('\n');
  const shown = all.slice(-outputLines);
  const hidden = all.length - shown.length;
  const head = linesIn(
    `${marks[item.status]} ${plainLine(item.title)}${words[item.status]}`,
    'quiet',
    cells,
    2,
  );
  if (brief) return head;
  return [
    ...head,
    ...firstOf(changes, changedLines),
    ...(hidden > 0 ? linesIn(`  … ${hidden} lines`, 'quiet', cells) : []),
    ...shown.flatMap((line) => linesIn(`  ${line}`, 'quiet', cells, 4)),
  ];
}

/** Whether nothing further comes to it. `working`: a turn runs. */
export function settled(item: Item, last: boolean, working: boolean): boolean {
  switch (item.kind) {
    case 'prompt':
      return !last || !working;
    case 'tool':
      return item.status !== 'pending' && item.status !== 'in_progress';
    case 'question':
      return item.state.kind !== 'open';
    case 'plan':
      return !working;
    default:
      return !last || !working;
  }
}

function askedOf({ request }: QuestionItem): string {
  const tool = request?.['toolCall'] as { title?: unknown } | undefined;
  return plainLine(tool?.title) || plainLine(request?.['message']) || 'The agent asks.';
}

function closedBy({ state, request }: QuestionItem): string {
  if (state.kind !== 'answered') return state.kind === 'withdrawn' ? ' (taken back)' : '';
  const who = state.by.kind === 'desk' ? 'here' : `by ${plainLine(state.by.name ?? 'another device')}`;
  return ` (${wordOf(state.answer, request)} ${who})`;
}

function wordOf(answer: Answer, request: QuestionItem['request']): string {
  if ('action' in answer) return answer.action === 'accept' ? 'answered' : 'declined';
  if (answer.outcome === 'cancelled') return 'cancelled';
  const option = optionsOf(request).find(({ optionId }) => optionId === answer.optionId);
  if (!option) return 'answered';
  return option.kind.startsWith('allow') ? 'allowed' : 'rejected';
}

function blocksText(blocks: readonly Block[]): string {
  return blocks
    .map((block) =>
      block.type === 'text' ? plainLines(String(block['text'])) : `[${plainLine(block.type)}]`,
    )
    .join(' ');
}
