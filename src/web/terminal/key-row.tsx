/** The row of keys that a phone's keyboard lacks; it never takes the focus, so the keyboard stays where it is. */
import { useState } from 'preact/hooks';
import type { Signal } from '@preact/signals';
import { rowKeys, type RowKey } from './keys.ts';
import { words } from './words.ts';

export interface KeyRowProps {
  /** Held for the next key. */
  ctrl: Signal<boolean>;
  onKey(key: RowKey): void;
  onPaste(text: string): void;
}

/** A press must not move the focus out of the terminal. */
const stay = (event: Event) => event.preventDefault();

export function KeyRow({ ctrl, onKey, onPaste }: KeyRowProps) {
  const said = words();
  const [asking, setAsking] = useState(false);
  const paste = () => {
    const reading = isSecureContext ? navigator.clipboard?.readText() : undefined;
    // Without a clipboard to read, or where it was refused, the reader pastes into a field.
    if (!reading) setAsking(true);
    else void reading.then(onPaste, () => setAsking(true));
  };
  const key = (name: RowKey) => (
    <button
      key={name}
      type="button"
      class="key"
      aria-label={said.key[name]}
      onPointerDown={stay}
      onClick={() => onKey(name)}
    >
      {said.cap[name]}
    </button>
  );
  return (
    <>
      {asking && (
        <PasteField
          onDone={(text) => {
            setAsking(false);
            if (text !== '') onPaste(text);
          }}
        />
      )}
      <div class="keys" role="toolbar" aria-label={said.keys}>
        {key('escape')}
        <button
          type="button"
          class="key"
          aria-label={said.ctrl}
          aria-pressed={ctrl.value}
          onPointerDown={stay}
          onClick={() => (ctrl.value = !ctrl.value)}
        >
          {said.ctrlCap}
        </button>
        {rowKeys.filter((name) => name !== 'escape').map(key)}
        <button type="button" class="key" onPointerDown={stay} onClick={paste}>
          {said.paste}
        </button>
      </div>
    </>
  );
}

function PasteField({ onDone }: { onDone: (text: string) => void }) {
  const said = words();
  const [text, setText] = useState('');
  return (
    <form
      class="term-note"
      onSubmit={(event) => {
        event.preventDefault();
        onDone(text);
      }}
    >
      <textarea
        class="paste"
        rows={2}
        aria-label={said.pasteHere}
        placeholder={said.pasteHere}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" class="b small p" disabled={text === ''}>
        {said.pasteSend}
      </button>
      <button type="button" class="b small" onClick={() => onDone('')}>
        {said.cancel}
      </button>
    </form>
  );
}
