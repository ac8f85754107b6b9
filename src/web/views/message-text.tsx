/** An agent's message: drawn in sections, so that a very long one is never drawn at once and grows at its end alone. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { strings } from '../strings.ts';
import { MarkdownView } from './markdown-view.tsx';
import { sectionsOf } from './markdown-sections.ts';
import { memo } from './memo.ts';
import { nextFrame } from './frame.ts';
import { prose } from './exact-text.ts';

/** Sections at both ends that show without a tap. */
const ends = 2;

export function MessageText({ text, growing }: { text: string; growing: boolean }) {
  const sections = useMemo(() => sectionsOf(text), [text]);
  /** Sections from the start that are drawn, once all are wanted. */
  const [drawn, setDrawn] = useState<number | undefined>(undefined);
  const all = sections.length;
  const more = drawn !== undefined && drawn < all - ends;
  useEffect(() => {
    if (more) nextFrame(() => setDrawn((count) => (count ?? ends) + 1));
  }, [more, drawn]);
  if (all === 1) return <MarkdownView text={prose(text)} growing={growing} />;
  const start = all <= 2 * ends + 1 ? all : Math.min(all, drawn ?? ends);
  const end = Math.max(start, all - ends);
  const between = sections.slice(start, end).reduce((sum, section) => sum + section.length, 0);
  return (
    <>
      {sections.slice(0, start).map((section, index) => (
        <Section key={index} text={section} growing={growing && index === all - 1} />
      ))}
      {between > 0 && (
        <button
          type="button"
          class="more"
          disabled={drawn !== undefined}
          aria-expanded={false}
          onClick={() => setDrawn(ends)}
        >
          {strings.transcript.between(Math.round(between / 1_000))}
        </button>
      )}
      {sections.slice(end).map((section, index) => (
        <Section key={end + index} text={section} growing={growing && end + index === all - 1} />
      ))}
    </>
  );
}

const Section = memo(function Section({ text, growing }: { text: string; growing: boolean }) {
  return (
    <div class="section">
      <MarkdownView text={prose(text)} growing={growing} />
    </div>
  );
});
