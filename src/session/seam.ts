/** Where what an agent tells of its session goes on after what the journal has of it. */
import type { TurnMark } from './turn-marks.ts';

/** An answer as long as this is not given twice. */
const tellingChars = 24;

/**
 * How many of the `told` turns come before all that the journal lacks; undefined where that is not certain. Both
 * oldest first, of one session of the agent's.
 *
 * No turn is told twice: the last turn of the journal that the agent has is its last sure one (`done` and `plain`, so
 * it is told, and as it was) or one that came after it, and nothing that looks like one of these comes behind the seam.
 */
export function seam(journaled: readonly TurnMark[], told: readonly TurnMark[]): number | undefined {
  const place = journaled.findLastIndex(({ done, plain }) => done && plain);
  const sure = journaled[place];
  const later = journaled.slice(place + 1);
  const joins = ({ pieces, prompt }: TurnMark, one: TurnMark) =>
    pieces > 1 && prompt !== one.prompt && prompt.includes(one.prompt);
  // Two prompts, one of them the journal's, that look like one: where it was left lies within.
  if (told.some((mark) => [...(sure ? [sure] : []), ...later].some((one) => joins(mark, one))))
    return undefined;
  let from = 0;
  if (sure) {
    const like = (mark: TurnMark) => isSame(sure, mark);
    // Said here once and there again, or condensed by the agent: then nobody knows which one it is.
    const found = told.filter(like).length;
    if (found === 0 || found > journaled.filter(like).length) return undefined;
    from = told.findLastIndex(like) + 1;
  }
  const isLater = (mark: TurnMark) => later.some((one) => isSame(one, mark));
  const to = Math.max(from, told.findLastIndex(isLater) + 1);
  // Something was said between what the journal has, or perhaps it is what the journal has, in another form.
  if (!told.slice(from, to).every(isLater)) return undefined;
  const missed = later.some((one) => !one.plain && !told.some((mark) => isSame(one, mark)));
  return missed && to < told.length ? undefined : to;
}

function isSame(mark: TurnMark, told: TurnMark): boolean {
  // The partial answer of an interrupted turn, and what was said before a call that is not told again, are a part.
  if (!mark.answer.startsWith(told.answer) && !told.answer.startsWith(mark.answer)) return false;
  if (mark.plain) return mark.prompt === told.prompt;
  if (mark.prompt !== '' && told.prompt.includes(mark.prompt)) return true;
  return Math.min(mark.answer.length, told.answer.length) >= tellingChars;
}
