/** A question in the conversation: what was asked, and who answered it. */
import { visible } from '../../base/unseen.ts';
import type { QuestionItem, ToolItem } from '../../transcript/items.ts';
import type { AnswerState } from '../client/answers.ts';
import { strings } from '../strings.ts';
import { Icon } from './icon.tsx';
import { closedWords, subjectOf } from './question-words.ts';

export interface QuestionRowProps {
  item: QuestionItem;
  tool: ToolItem | undefined;
  /** What became of this device's own answer. */
  answer: AnswerState | undefined;
}

export function QuestionRow({ item, tool, answer }: QuestionRowProps) {
  const late = answer?.kind === 'alreadyAnswered' ? ` ${strings.answered.already(answer.by)}` : '';
  // An open one has its card above the composer.
  if (item.state.kind === 'open') return null;
  return (
    <div class="asked-row">
      <Icon name="shield" />
      {/* The call stands right above: naming it again would be noise. */}
      {!tool && (
        <span class={item.questionKind === 'permission' ? 'what mono' : 'what'}>
          {visible(subjectOf(item, tool))}
        </span>
      )}
      <span class="state">{closedWords(item) + late}</span>
    </div>
  );
}
