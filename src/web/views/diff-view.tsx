/** The lines of a change: one under the other, or side by side where there is room; long ones folded with a count. */
import { useMemo, useState } from 'preact/hooks';
import { strings } from '../strings.ts';
import { exactText } from './exact-text.ts';
import { rowsOf, type DiffLine, type DiffRow, type LineDiff } from './line-diff.ts';
import { useWide } from './use-wide.ts';

/** Longer changes show this many lines first, then as many more with each tap. */
const shownLines = 14;
const step = 400;
/** What a line has beyond this is counted, not shown. */
const lineChars = 1_000;

const marks: Record<DiffLine['kind'], string> = { same: ' ', added: '+', removed: '−', gap: ' ' };

export function DiffCount({ diff }: { diff: LineDiff }) {
  return (
    <span class="count" role="img" aria-label={strings.diffCount(diff.added, diff.removed)}>
      {diff.added > 0 && <span class="plus">+{diff.added}</span>}
      {diff.removed > 0 && <span class="minus">−{diff.removed}</span>}
    </span>
  );
}

export function DiffView({ diff, label }: { diff: LineDiff; label: string }) {
  const [room, setRoom] = useState(shownLines);
  const wide = useWide() && diff.added > 0 && diff.removed > 0;
  const all = diff.lines.length;
  // Two or three hidden lines are not worth a tap.
  const end = all - room > 3 ? room : all;
  const lines = useMemo(() => diff.lines.slice(0, end), [diff, end]);
  const rest = all - end + diff.hidden;
  return (
    <div class="diff">
      {wide ? <Columns lines={lines} label={label} /> : <Lines lines={lines} label={label} />}
      {(end < all || all > shownLines + 3) && (
        // One button for both: what unfolded it has the focus still.
        <button
          type="button"
          class="more"
          aria-expanded={end === all}
          onClick={() => setRoom(end < all ? room + step : shownLines)}
        >
          {end < all ? strings.showMore(rest) : strings.showLess}
        </button>
      )}
      {diff.hidden > 0 && end === all && <p class="note">{strings.tooManyLines(diff.hidden)}</p>}
    </div>
  );
}

interface LinesProps {
  lines: readonly DiffLine[];
  label: string;
}

function Lines({ lines, label }: LinesProps) {
  return (
    <pre tabindex={0} aria-label={label}>
      {lines.map((line, index) => (
        <span key={index} class={line.kind}>
          {`${marks[line.kind]} ${shown(line)}\n`}
        </span>
      ))}
    </pre>
  );
}

function Columns({ lines, label }: LinesProps) {
  const rows = useMemo(() => rowsOf(lines), [lines]);
  return (
    <div class="columns mono" role="table" tabindex={0} aria-label={label}>
      <div role="row" class="hidden">
        <span role="columnheader">{strings.transcript.before}</span>
        <span role="columnheader">{strings.transcript.after}</span>
      </div>
      {rows.map((row, index) => (
        <Row key={index} row={row} />
      ))}
    </div>
  );
}

function Row({ row: { before, after } }: { row: DiffRow }) {
  return (
    <div role="row" class="row2">
      <span role="cell" class={before?.kind ?? 'none'}>
        {before && `${marks[before.kind]} ${shown(before)}`}
      </span>
      <span role="cell" class={after?.kind ?? 'none'}>
        {after && `${marks[after.kind]} ${shown(after)}`}
      </span>
    </div>
  );
}

function shown({ text }: DiffLine): string {
  const rest = text.length - lineChars;
  const start = exactText(rest > 0 ? text.slice(0, lineChars) : text);
  return rest > 0 ? start + strings.transcript.moreCharacters(rest) : start;
}
