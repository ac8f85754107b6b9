/** Text that is to be approved, with whatever hides in it made visible. */
import { partsOf } from '../../base/unseen.ts';
import { strings } from '../strings.ts';

/** In the order in which the computer reads it, whatever the direction of its letters. */
export function VisibleText({ text }: { text: string }) {
  return (
    <bdo dir="ltr">
      {partsOf(text).map((part, index) =>
        part.hidden ? (
          <mark key={index} class="unseen" title={strings.question.unseen}>
            {part.text}
          </mark>
        ) : (
          part.text
        ),
      )}
    </bdo>
  );
}
