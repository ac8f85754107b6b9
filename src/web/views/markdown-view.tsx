/** An agent's text: sanitised Markdown, code coloured as soon as the colours are loaded. */
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { renderMarkdown } from './markdown-loader.ts';

/** Larger blocks stay plain: colouring them would hold up the page. */
const maxHighlight = 20_000;

export function MarkdownView({ text, growing }: { text: string; growing: boolean }) {
  const render = renderMarkdown.value;
  const html = useMemo(() => render?.(text), [render, text]);
  const root = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!growing && root.current) void colour(root.current);
  }, [html, growing]);
  if (html === undefined) return <div class="md plain">{text}</div>;
  return <div class="md" ref={root} dangerouslySetInnerHTML={{ __html: html }} />;
}

async function colour(root: HTMLElement): Promise<void> {
  const blocks = [...root.querySelectorAll<HTMLElement>('pre.code[data-language]:not([data-language=""])')];
  if (blocks.length === 0) return;
  try {
    const { highlight } = await import('./highlight.ts');
    for (const block of blocks) {
      const code = block.querySelector('code');
      const text = code?.textContent ?? '';
      if (!code || text.length > maxHighlight) continue;
      const html = highlight(text, block.dataset['language'] ?? '');
      if (html !== undefined) code.innerHTML = html;
    }
  } catch {
    // Offline before the colours were cached: plain code reads as well.
  }
}
