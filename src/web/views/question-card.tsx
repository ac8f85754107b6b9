/** An open question of the agent, above the composer: exactly what is asked, and the answers where the thumb is. */
import { useMemo, useState } from 'preact/hooks';
import { sentenceOf } from '../../base/error.ts';
import type { Answer } from '../../protocol/facts.ts';
import { optionsOf } from '../../transcript/asked.ts';
import type { QuestionItem, ToolItem } from '../../transcript/items.ts';
import type { AnswerState } from '../client/answers.ts';
import { strings } from '../strings.ts';
import { AskedFor } from './asked-for.tsx';
import { late } from './late.tsx';
import { PlanComment } from './plan-comment.tsx';
import { QuestionOptions } from './question-options.tsx';
import { askedOf } from './question-words.ts';
import { errorWords } from './words.ts';

const ElicitationForm = late(async () => (await import('./on-demand.ts')).ElicitationForm);

export interface QuestionCardProps {
  item: QuestionItem;
  tool: ToolItem | undefined;
  agent: string;
  cwd: string;
  /** How many more wait after this one. */
  more: number;
  mayAnswer: boolean;
  connected: boolean;
  state: AnswerState | undefined;
  onAnswer(answer: Answer): void;
  /** Sends what was written beside an answer as the next message; undefined where nothing may be written. */
  onComment: ((text: string) => void) | undefined;
}

export function QuestionCard(props: QuestionCardProps) {
  const { item, tool, agent, cwd, more, mayAnswer, connected, state, onAnswer, onComment } = props;
  const asked = useMemo(() => askedOf(item.request, tool, agent, cwd), [item, tool, agent, cwd]);
  const [comment, setComment] = useState('');
  const [reading, setReading] = useState(false);
  const elicitation = item.questionKind === 'elicitation';
  const title = elicitation ? strings.question.form(agent) : asked.title;
  const busy = state !== undefined && state.kind !== 'refused';
  const disabled = !mayAnswer || busy;
  const refused = state?.kind === 'refused' ? state.error : undefined;
  const plan = !elicitation && asked.plan !== undefined;
  return (
    <section class={plan ? `ask plan-ask${reading ? ' reading' : ''}` : 'ask'} aria-label={title}>
      <h2 class="t">{title}</h2>
      {elicitation ? (
        <ElicitationForm
          key={item.questionId}
          request={item.request ?? {}}
          disabled={disabled}
          refused={refused}
          onAnswer={onAnswer}
        />
      ) : (
        <>
          <AskedFor asked={asked} cwd={cwd} />
          {plan && (
            <button type="button" class="text" aria-expanded={reading} onClick={() => setReading(!reading)}>
              {reading ? strings.question.planAnswer : strings.question.planRead}
            </button>
          )}
          {plan && onComment && mayAnswer && !reading && (
            <PlanComment text={comment} disabled={disabled} onChange={setComment} />
          )}
          {!reading && (
            <QuestionOptions
              options={optionsOf(item.request)}
              disabled={disabled}
              onSelect={({ optionId }) => {
                onAnswer({ outcome: 'selected', optionId });
                // After the answer: what the agent does now comes first, then this.
                if (plan && comment.trim() !== '') onComment?.(comment.trim());
              }}
            />
          )}
        </>
      )}
      {!mayAnswer && <p class="note">{strings.question.viewOnly}</p>}
      {state?.kind === 'sending' && (
        <p class="note">{connected ? strings.question.sending : strings.question.waitingHere}</p>
      )}
      {state?.kind === 'alreadyAnswered' && <p class="note">{strings.answered.already(state.by)}</p>}
      {refused && refused.field === undefined && (
        <p class="note bad" role="alert">
          {sentenceOf(errorWords(refused))}
        </p>
      )}
      {more > 0 && <p class="note">{strings.question.more(more)}</p>}
    </section>
  );
}
