/** The answers to a permission request: as the agent names and orders them, what lasts marked and confirmed. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { strings } from '../strings.ts';
import { Icon, type IconName } from './icon.tsx';
import { visible } from '../../base/unseen.ts';
import { isLasting, type PermissionOption } from '../../transcript/asked.ts';

export interface QuestionOptionsProps {
  options: readonly PermissionOption[];
  disabled: boolean;
  onSelect(option: PermissionOption): void;
}

const icons: Record<PermissionOption['kind'], IconName> = {
  allow_once: 'check',
  allow_always: 'checkAll',
  reject_once: 'close',
  reject_always: 'circleSlash',
};

export function QuestionOptions({ options, disabled, onSelect }: QuestionOptionsProps) {
  const [lasting, setLasting] = useState<PermissionOption | undefined>();
  const confirm = useRef<HTMLButtonElement>(null);
  const back = useRef<string | undefined>(undefined);
  const row = useRef<HTMLDivElement>(null);
  // Before the next key: it is for what has taken the place of the pressed button.
  useLayoutEffect(() => {
    if (lasting) return confirm.current?.focus();
    // Back from the confirmation: where the finger or the keyboard was.
    const buttons = [...(row.current?.querySelectorAll<HTMLElement>('button') ?? [])];
    if (back.current !== undefined) buttons.find(({ id }) => id === back.current)?.focus();
    back.current = undefined;
  }, [lasting]);
  if (lasting) {
    return (
      <div class="confirm">
        <p class="said">{strings.question.confirmLasting(visible(lasting.name))}</p>
        <div class="row">
          <button
            ref={confirm}
            type="button"
            class="b"
            disabled={disabled}
            // A key that is held down must not confirm what it has just chosen.
            onKeyDown={(event) => event.repeat && event.preventDefault()}
            onClick={() => onSelect(lasting)}
          >
            {strings.question.confirm}
          </button>
          <button
            type="button"
            class="b"
            onClick={() => {
              back.current = `answer-${lasting.optionId}`;
              setLasting(undefined);
            }}
          >
            {strings.question.back}
          </button>
        </div>
      </div>
    );
  }
  // One primary at most: the first way to allow this once.
  const primary = options.find(({ kind }) => kind === 'allow_once');
  return (
    <div class="row options" role="group" aria-label={strings.question.options} ref={row}>
      {options.map((option) => (
        <button
          key={option.optionId}
          id={`answer-${option.optionId}`}
          type="button"
          class={option === primary ? 'b p' : isLasting(option) ? 'b lasting' : 'b'}
          data-kind={option.kind}
          disabled={disabled}
          onClick={() => (isLasting(option) ? setLasting(option) : onSelect(option))}
        >
          <Icon name={icons[option.kind]} />
          <span class="words">{visible(option.name)}</span>
          {isLasting(option) && (
            <>
              {' '}
              <small>{strings.question.lasts}</small>
            </>
          )}
        </button>
      ))}
    </div>
  );
}
