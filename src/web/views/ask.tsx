/** A question before what cannot be taken back: the safe answer has the focus. */
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';

export interface AskProps {
  question: string;
  back: string;
  act: string;
  onBack(): void;
  onAct(): void;
}

/** What cannot be taken back, or stops what runs. */
export function Ask({ question, back, act, onBack, onAct }: AskProps) {
  const id = useId();
  const safe = useRef<HTMLButtonElement>(null);
  // A second tap at the same place must not confirm.
  useLayoutEffect(() => safe.current?.focus(), []);
  return (
    <div class="control risk" role="alertdialog" aria-label={act} aria-describedby={id}>
      <p class="said" id={id}>
        <Icon name="warning" /> {question}
      </p>
      <div class="row">
        <button ref={safe} type="button" class="b" onClick={onBack}>
          {back}
        </button>
        <button type="button" class="b bad" onClick={onAct}>
          {act}
        </button>
      </div>
    </div>
  );
}
