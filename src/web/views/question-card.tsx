/** An open question of the agent, above the composer: exactly what is asked, and the answers where the thumb is. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { sentenceOf } from '../../base/error.ts';
import type { Answer } from '../../protocol/facts.ts';
import type { QuestionItem, ToolItem } from '../../transcript/items.ts';
import type { AnswerState } from '../client/answers.ts';
import { strings } from '../strings.ts';
import { DiffCount, DiffView } from './diff-view.tsx';
import { ElicitationForm } from './elicitation-form.tsx';
import { readUnifiedDiff } from './line-diff.ts';
import { askedOf, isLasting, optionsOf, type PermissionOption } from './question-words.ts';
import { FileChange } from './tool-view.tsx';
import { folderName, shortPath } from './words.ts';

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
}

export function QuestionCard(props: QuestionCardProps) {
  const { item, tool, agent, cwd, more, mayAnswer, connected, state, onAnswer } = props;
  const asked = useMemo(() => askedOf(item.request, tool, agent, cwd), [item, tool, agent, cwd]);
  const elicitation = item.questionKind === 'elicitation';
  const title = elicitation ? strings.question.form(agent) : asked.title;
  const busy = state !== undefined && state.kind !== 'refused';
  return (
    <section class="ask" aria-label={title}>
      <h2 class="t">{title}</h2>
      {elicitation ? (
        <ElicitationForm
          key={item.questionId}
          request={item.request ?? {}}
          disabled={!mayAnswer || busy}
          onAnswer={onAnswer}
        />
      ) : (
        <>
          <AskedFor asked={asked} cwd={cwd} />
          <Options options={optionsOf(item.request)} disabled={!mayAnswer || busy} onAnswer={onAnswer} />
        </>
      )}
      {!mayAnswer && <p class="note">{strings.question.viewOnly}</p>}
      {state?.kind === 'sending' && (
        <p class="note">{connected ? strings.question.sending : strings.question.waitingHere}</p>
      )}
      {state?.kind === 'alreadyAnswered' && <p class="note">{strings.answered.already(state.by)}</p>}
      {state?.kind === 'refused' && <p class="note bad">{sentenceOf(state.error)}</p>}
      {more > 0 && <p class="note">{strings.question.more(more)}</p>}
    </section>
  );
}

function AskedFor({ asked, cwd }: { asked: ReturnType<typeof askedOf>; cwd: string }) {
  const patch = useMemo(
    () => (asked.patch === undefined ? undefined : readUnifiedDiff(asked.patch)),
    [asked.patch],
  );
  return (
    <div class="asked">
      {asked.exact !== undefined && <pre tabindex={0}>{asked.exact}</pre>}
      {asked.diffs.map((content, index) => (
        <FileChange key={index} content={content} cwd={cwd} />
      ))}
      {patch && (
        <div class="change">
          <div class="file">
            <DiffCount diff={patch} />
          </div>
          <DiffView diff={patch} label={strings.question.label} />
        </div>
      )}
      {asked.paths.length > 0 && (
        <pre tabindex={0}>{asked.paths.map((path) => shortPath(path, cwd)).join('\n')}</pre>
      )}
      {asked.note !== undefined && <p class="said">{asked.note}</p>}
      {asked.folder !== '' && (
        <p class="in" title={asked.folder}>
          {strings.question.where(folderName(asked.folder))}
        </p>
      )}
    </div>
  );
}

interface OptionsProps {
  options: PermissionOption[];
  disabled: boolean;
  onAnswer(answer: Answer): void;
}

function Options({ options, disabled, onAnswer }: OptionsProps) {
  const [lasting, setLasting] = useState<PermissionOption | undefined>();
  const confirm = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (lasting) confirm.current?.focus();
  }, [lasting]);
  const select = (option: PermissionOption) => onAnswer({ outcome: 'selected', optionId: option.optionId });
  if (lasting) {
    return (
      <div class="confirm">
        <p class="said">{strings.question.confirmLasting(lasting.name)}</p>
        <div class="row">
          <button ref={confirm} type="button" class="b" disabled={disabled} onClick={() => select(lasting)}>
            {strings.question.confirm}
          </button>
          <button type="button" class="b" onClick={() => setLasting(undefined)}>
            {strings.question.back}
          </button>
        </div>
      </div>
    );
  }
  const once = options.filter((option) => !isLasting(option));
  // One primary at most: the first way to allow this once.
  const primary = once.find((option) => option.kind === 'allow_once');
  const ordered = primary ? [primary, ...once.filter((option) => option !== primary)] : once;
  return (
    <>
      <div class="row">
        {ordered.map((option) => (
          <button
            key={option.optionId}
            type="button"
            class={option === primary ? 'b p' : 'b'}
            disabled={disabled}
            onClick={() => select(option)}
          >
            {option.name}
          </button>
        ))}
      </div>
      {options.filter(isLasting).map((option) => (
        <button
          key={option.optionId}
          type="button"
          class="b quiet"
          disabled={disabled}
          onClick={() => setLasting(option)}
        >
          {option.name}
        </button>
      ))}
    </>
  );
}
