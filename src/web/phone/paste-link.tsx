/** A pairing link, pasted. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { strings } from '../strings.ts';

export interface PasteLinkProps {
  onLink(link: string): void;
  onCancel(): void;
}

export function PasteLink({ onLink, onCancel }: PasteLinkProps) {
  const [text, setText] = useState('');
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    box.current?.focus();
    // Browsers that ask first, or refuse, leave the field to be filled by hand.
    navigator.clipboard
      ?.readText?.()
      .then((found) => {
        if (found.includes('#i=')) setText((typed) => typed || found.trim());
      })
      .catch(() => undefined);
  }, []);
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) onLink(text.trim());
      }}
    >
      <label class="field">
        <span>{strings.phone.pasteLabel}</span>
        <input
          ref={box}
          type="text"
          inputMode="url"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <p class="fine">{strings.phone.pasteHint}</p>
      <div class="row">
        <button type="submit" class="b p" disabled={text.trim() === ''}>
          {strings.phone.pasteGo}
        </button>
        <button type="button" class="b" onClick={onCancel}>
          {strings.phone.cancel}
        </button>
      </div>
    </form>
  );
}
