/** A question above the terminal: the safe answer has the focus, and is Escape's too. */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

export interface TermAskProps {
  label: string;
  what: ComponentChildren;
  /** The safe answer. */
  back: string;
  onBack(): void;
  /** The other one. */
  children: ComponentChildren;
}

export function TermAsk({ label, what, back, onBack, children }: TermAskProps) {
  const safe = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => safe.current?.focus(), []);
  return (
    <div
      class="term-note"
      role="alertdialog"
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        onBack();
      }}
    >
      <span class="what">{what}</span>
      <button ref={safe} type="button" class="b small" onClick={onBack}>
        {back}
      </button>
      {children}
    </div>
  );
}
