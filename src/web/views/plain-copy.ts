/** A copy of a very long selection is its text alone: browsers take seconds to write down how it looks. */
import { useEffect } from 'preact/hooks';

/** Characters up to which a copy keeps its looks. */
const styledChars = 20_000;

/** A selection may begin anywhere on the page, so that the page listens. */
export function usePlainCopy(): void {
  useEffect(() => {
    addEventListener('copy', copyPlain);
    return () => removeEventListener('copy', copyPlain);
  }, []);
}

function copyPlain(event: ClipboardEvent): void {
  const text = getSelection()?.toString() ?? '';
  if (text.length <= styledChars) return;
  event.clipboardData?.setData('text/plain', text);
  event.preventDefault();
}
