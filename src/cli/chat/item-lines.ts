/** An item of the conversation as lines of text for a terminal; nothing in it can redraw one. */
import { plainLine, plainLines } from '../../base/plain-text.ts';
import type { Answer } from '../../protocol/facts.ts';
import type { Block, Item, QuestionItem } from '../../transcript/items.ts';

export interface ItemLines {
  text: string;
  tone: 'own' | 'agent' | 'quiet' | 'warning';
}

const outputLines = 12;

export function linesOf(item: Item): ItemLines {
  switch (item.kind) {
    case 'prompt': {
      const from = item.origin.kind === 'desk' ? '' : ` (${plainLine(item.origin.name ?? '')})`;
      const end = item.message ? `\n  ${plainLines(item.message)}` : '';
      const stopped = item.state === 'cancelled' ? '\n  Stopped.' : '';
      return { tone: 'own', text: `> ${blocksText(item.blocks)}${from}${end}${stopped}` };
    }
    case 'message':
      return {
        tone: item.role === 'user' ? 'own' : 'agent',
        text: plainLines(item.text) + item.blocks.map((block) => ` [${plainLine(block.type)}]`).join(''),
      };
    case 'thought':
      return { tone: 'quiet', text: `Thought: ${plainLines(item.text)}` };
    case 'tool': {
      const mark = { pending: '○', in_progress: '◐', completed: '●', failed: '✗', cancelled: '–' }[
        item.status
      ];
      const changes = item.content.flatMap((part) => (part.type === 'diff' ? [diffLines(part)] : []));
      return {
        tone: 'quiet',
        text: [`${mark} ${plainLine(item.title)}`, ...changes, tail(item.output)].filter(Boolean).join('\n'),
      };
    }
    case 'plan':
      return {
        tone: 'quiet',
        text: item.entries
          .map(
            ({ content, status }) =>
              `${status === 'completed' ? '●' : status === 'in_progress' ? '◐' : '○'} ${plainLine(content)}`,
          )
          .join('\n'),
      };
    case 'question':
      return { tone: 'quiet', text: `? ${askedOf(item)}${closedBy(item)}` };
    case 'notice':
      return { tone: 'warning', text: plainLines([item.title, item.description].filter(Boolean).join(' ')) };
    case 'compaction':
      return { tone: 'quiet', text: 'The conversation so far was summed up.' };
    case 'unknown':
      return { tone: 'quiet', text: plainLine(item.updateKind) };
  }
}

/** Whether nothing further comes to it. `working`: a turn runs. */
export function settled(item: Item, last: boolean, working: boolean): boolean {
  switch (item.kind) {
    case 'prompt':
      return item.state !== 'running' || !last;
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

export function askedOf({ request }: QuestionItem): string {
  const tool = request?.['toolCall'] as { title?: unknown } | undefined;
  return plainLine(tool?.title) || plainLine(request?.['message']) || 'The agent asks.';
}

function closedBy({ state }: QuestionItem): string {
  if (state.kind !== 'answered') return state.kind === 'withdrawn' ? ' (taken back)' : '';
  const who = state.by.kind === 'desk' ? 'here' : `by ${plainLine(state.by.name ?? 'another device')}`;
  return ` (${wordOf(state.answer)} ${who})`;
}

function wordOf(answer: Answer): string {
  if ('action' in answer) return answer.action === 'accept' ? 'answered' : 'declined';
  return answer.outcome === 'selected' ? 'answered' : 'cancelled';
}

function blocksText(blocks: readonly Block[]): string {
  return blocks
    .map((block) =>
      block.type === 'text' ? plainLines(String(block['text'])) : `[${plainLine(block.type)}]`,
    )
    .join(' ');
}

function diffLines({
  path,
  oldText,
  newText,
}: {
  path: string;
  oldText: string | null;
  newText: string;
}): string {
  const count = (text: string | null): number => (text ? text.split('\n').length : 0);
  return `  ${plainLine(path)}: ${count(oldText)} → ${count(newText)} lines`;
}

function tail(output: string): string {
  const lines = plainLines(output).trimEnd().split('\n');
  const shown = lines.slice(-outputLines).map((line) => `  ${line}`);
  const hidden = lines.length - shown.length;
  return [...(hidden > 0 ? [`  … ${hidden} lines`] : []), ...shown].join('\n').trimEnd();
}
