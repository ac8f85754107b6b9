/** What the user thinks of a plan, written beside its answers. */
import { strings } from '../strings.ts';

export interface PlanCommentProps {
  text: string;
  disabled: boolean;
  onChange(text: string): void;
}

export function PlanComment({ text, disabled, onChange }: PlanCommentProps) {
  return (
    <div class="comment">
      <textarea
        rows={1}
        aria-label={strings.question.comment}
        placeholder={strings.question.comment}
        value={text}
        disabled={disabled}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </div>
  );
}
