/** What a tool said: its last lines while it works, folded then, and a window of it however long it is. */
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { memo } from './memo.ts';
import { strings } from '../strings.ts';
import { carriedColours, piecesOf } from './ansi.ts';
import { Icon } from './icon.tsx';
import { TextLines } from './text-lines.ts';

/** Lines that show without a tap: the last ones of a tool that works, or that failed. */
const tailLines = 10;
/** Lines that are drawn with one tap, and at most at once. */
const step = 400;
const most = 4_000;
/** Lines that are drawn again together; more than this of what is before is not looked at for its colours. */
const chunkLines = 100;
const colourChars = 4_000;

export interface OutputViewProps {
  text: string;
  /** More may come. */
  live: boolean;
  failed: boolean;
  label?: string;
}

export function OutputView({ text, live, failed, label = strings.output }: OutputViewProps) {
  const lines = useMemo(() => new TextLines(text), [text]);
  const [open, setOpen] = useState(false);
  if (lines.count === 0) return null;
  const tail = !open && (live || failed);
  const whole = tail && lines.count <= tailLines;
  return (
    <div class="output">
      {!whole && (
        <button type="button" class="more" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name={open ? 'chevronDown' : 'chevronRight'} />
          {open ? label : strings.showOutput(lines.count)}
        </button>
      )}
      {open && <LinesWindow lines={lines} live={live} label={label} />}
      {tail && (
        <pre class="term" tabindex={0} aria-label={label}>
          <Chunks lines={lines} begin={lines.count - tailLines} end={lines.count} />
        </pre>
      )}
    </div>
  );
}

interface Shown {
  begin: number;
  /** Null follows the end. */
  end: number | null;
}

function LinesWindow({ lines, live, label }: { lines: TextLines; live: boolean; label: string }) {
  const { count } = lines;
  const [shown, setShown] = useState<Shown>({ begin: Math.max(0, count - step), end: null });
  const end = Math.min(shown.end ?? count, count);
  // A text that was replaced by a shorter one.
  const begin = Math.max(0, Math.min(shown.begin, end - 1), end - most);
  const box = useRef<HTMLPreElement>(null);
  const content = useRef<HTMLSpanElement>(null);
  /** Where to stand after the next drawing: at the end, or as far from it as before. */
  const hold = useRef<number | null>(live || begin > 0 ? 0 : null);
  /** As last set or seen: lines are drawn late, and only a reader goes up. */
  const top = useRef(0);
  const keep = () => {
    const pre = box.current;
    if (!pre || hold.current === null) return;
    pre.scrollTop = pre.scrollHeight - pre.clientHeight - hold.current;
    top.current = pre.scrollTop;
  };
  useLayoutEffect(() => {
    keep();
    // What comes at the end must not move who reads elsewhere.
    if (live && (shown.end !== null || hold.current !== 0)) hold.current = null;
  }, [lines, begin, end]);
  useLayoutEffect(() => {
    const drawn = content.current;
    if (!drawn) return;
    const observer = new ResizeObserver(keep);
    observer.observe(drawn);
    return () => observer.disconnect();
  }, []);
  const onScroll = () => {
    const pre = box.current;
    if (!pre) return;
    const moved = pre.scrollTop - top.current;
    top.current = pre.scrollTop;
    if (Math.abs(moved) <= 1) return;
    const toGo = pre.scrollHeight - pre.clientHeight - pre.scrollTop;
    if (live && shown.end === null && toGo < 24) hold.current = 0;
    else if (!live || moved < 0) hold.current = null;
  };
  const earlier = () => {
    const pre = box.current;
    if (pre) hold.current = pre.scrollHeight - pre.clientHeight - pre.scrollTop;
    const next = Math.max(0, begin - step);
    setShown({ begin: next, end: end - next > most ? next + most : shown.end });
  };
  const later = () => {
    const next = Math.min(count, end + step);
    setShown({ begin: Math.max(begin, next - most), end: next >= count ? null : next });
  };
  const start = () => {
    setShown({ begin: 0, end: Math.min(count, step) });
    if (box.current) box.current.scrollTop = 0;
  };
  return (
    <>
      {begin > 0 && (
        <div class="around">
          <button type="button" class="more" onClick={earlier}>
            {strings.transcript.earlierLines(Math.min(step, begin), begin)}
          </button>
          {begin > step && (
            <button type="button" class="text" onClick={start}>
              {strings.transcript.firstLines}
            </button>
          )}
        </div>
      )}
      <pre class="term" ref={box} tabindex={0} aria-label={label} onScroll={onScroll}>
        <span class="drawn" ref={content}>
          <Chunks lines={lines} begin={begin} end={end} />
        </span>
      </pre>
      {end < count && (
        <button type="button" class="more" onClick={later}>
          {strings.transcript.laterLines(Math.min(step, count - end), count - end)}
        </button>
      )}
    </>
  );
}

/** In pieces that stay as they are when lines come at either end. */
function Chunks({ lines, begin, end }: { lines: TextLines; begin: number; end: number }) {
  const first = Math.max(0, begin);
  const chunks = [];
  for (let at = first; at < end;) {
    const next = Math.min(end, (Math.floor(at / chunkLines) + 1) * chunkLines);
    const carried = carriedColours(lines.before(at, colourChars));
    chunks.push(<Chunk key={Math.floor(at / chunkLines)} text={carried + lines.slice(at, next)} />);
    at = next;
  }
  return <>{chunks}</>;
}

const Chunk = memo(function Chunk({ text }: { text: string }) {
  return (
    <span class="chunk">
      {piecesOf(text).map((piece, index) =>
        piece.className === '' ? (
          piece.text
        ) : (
          <span key={index} class={piece.className}>
            {piece.text}
          </span>
        ),
      )}
    </span>
  );
});
