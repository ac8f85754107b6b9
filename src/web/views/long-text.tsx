/** A plain text, the rest of a very long one behind a tap. */
import { useState } from 'preact/hooks';
import { strings } from '../strings.ts';

/** Characters that show at first, and with each tap. */
const shownChars = 8_000;
const step = 64_000;

export function LongText({ text }: { text: string }) {
  const [room, setRoom] = useState(shownChars);
  const hidden = text.length - room;
  if (hidden <= 500) return <>{text}</>;
  return (
    <>
      {text.slice(0, room)}
      <button type="button" class="more" onClick={() => setRoom(room + step)}>
        {strings.transcript.moreCharacters(hidden)}
      </button>
    </>
  );
}
