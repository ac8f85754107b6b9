/** A change to a file: its path, +n −m, the lines, long ones folded with a count of what is hidden. */
import { useMemo, useState } from 'preact/hooks';
import { strings } from '../strings.ts';
import type { DiffLine, LineDiff } from './line-diff.ts';

/** Longer changes show this many lines first. */
const shownLines = 14;

const marks: Record<DiffLine['kind'], string> = { same: ' ', added: '+', removed: '−', gap: ' ' };

export function DiffCount({ diff }: { diff: LineDiff }) {
  return (
    <span class="count" aria-label={strings.diffCount(diff.added, diff.removed)}>
      {diff.added > 0 && <span class="plus">+{diff.added}</span>}
      {diff.removed > 0 && <span class="minus">−{diff.removed}</span>}
    </span>
  );
}

export function DiffView({ diff, label }: { diff: LineDiff; label: string }) {
  const [whole, setWhole] = useState(false);
  const hidden = Math.max(0, diff.lines.length - shownLines);
  // Two or three hidden lines are not worth a tap.
  const folded = hidden > 3 && !whole;
  const lines = useMemo(() => (folded ? diff.lines.slice(0, shownLines) : diff.lines), [diff, folded]);
  return (
    <div class="diff">
      <pre tabindex={0} aria-label={label}>
        {lines.map((line, index) => (
          <span key={index} class={line.kind}>
            {`${marks[line.kind]} ${line.text}\n`}
          </span>
        ))}
      </pre>
      {hidden > 3 && (
        <button type="button" class="more" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? strings.showLess : strings.showMore(hidden + diff.hidden)}
        </button>
      )}
      {diff.hidden > 0 && whole && <p class="note">{strings.tooManyLines(diff.hidden)}</p>}
    </div>
  );
}
