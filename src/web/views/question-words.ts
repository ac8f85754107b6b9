/** How a question of the agent is named: its title, one line of it, and how it was answered. */
import type { Answer } from '../../protocol/facts.ts';
import {
  isLasting,
  optionsOf,
  readAsked,
  type Asked,
  type PermissionOption,
} from '../../transcript/asked.ts';
import type { QuestionItem, Raw, ToolItem } from '../../transcript/items.ts';
import { asRecord } from '../../transcript/raw.ts';
import { strings } from '../strings.ts';
import { nameOf } from './words.ts';

/** As `readAsked`, in this language. */
export interface AskedWords extends Asked {
  title: string;
}

/** `tool`: the call it is about, if shown; it fills what the request leaves out. */
export function askedOf(
  request: Raw | null,
  tool: ToolItem | undefined,
  agent: string,
  cwd: string,
): AskedWords {
  const asked = readAsked(request, tool, cwd);
  const { asks, input, inputCut } = asked;
  const words = inputCut === 0 ? input : `${input}\n${strings.question.cut(inputCut)}`;
  return { ...asked, title: titleOf(asks, agent), input: words };
}

function titleOf(kind: string, agent: string): string {
  const { question } = strings;
  switch (kind) {
    case 'execute':
      return question.command(agent);
    case 'edit':
      return question.edit(agent);
    case 'delete':
      return question.remove(agent);
    case 'move':
      return question.move(agent);
    case 'read':
    case 'search':
      return question.read(agent);
    case 'fetch':
      return question.fetch(agent);
    case 'plan':
      return question.plan(agent);
    case 'switch_mode':
      return question.mode(agent);
    default:
      return question.other(agent);
  }
}

/** One line that names what was asked, for lists and for the closed question. */
export function subjectOf(item: QuestionItem, tool: ToolItem | undefined): string {
  if (item.questionKind === 'elicitation') return textIn(item.request, 'message') ?? strings.question.label;
  const asked = readAsked(item.request, tool, '');
  const title = textIn(asRecord(item.request?.['toolCall']), 'title');
  return asked.exact ?? title ?? asked.diffs[0]?.path ?? asked.paths[0] ?? strings.question.label;
}

/** "Allowed by Pixel 9". */
export function closedWords(item: QuestionItem): string {
  if (item.state.kind === 'withdrawn') return strings.answered.withdrawn;
  if (item.state.kind === 'open') return strings.activity.waiting;
  const by = nameOf(item.state.by);
  return answerWords(item.state.answer, optionsOf(item.request), by);
}

function answerWords(answer: Answer, options: PermissionOption[], by: string): string {
  const { answered } = strings;
  if ('action' in answer) {
    if (answer.action === 'accept') return answered.accepted(by);
    return answer.action === 'decline' ? answered.declined(by) : answered.cancelled(by);
  }
  if (answer.outcome === 'cancelled') return answered.cancelled(by);
  const option = options.find(({ optionId }) => optionId === answer.optionId);
  if (!option) return answered.accepted(by);
  const verb = option.kind.startsWith('allow') ? answered.allowed(by) : answered.rejected(by);
  return isLasting(option) ? `${verb} · ${option.name}` : verb;
}

function textIn(raw: Raw | null | undefined, key: string): string | undefined {
  const value = raw?.[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
