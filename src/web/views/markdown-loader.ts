/** The Markdown renderer in a bundle of its own: it loads beside the handshake instead of before it. */
import { signal } from '@preact/signals';

/** Sanitised HTML of a text; undefined until it is loaded, when texts show as they are. */
export const renderMarkdown = signal<((text: string) => string) | undefined>(undefined);

/** Call once, when the page starts. */
export function loadMarkdown(): void {
  import('./safe-html.ts').then(
    ({ safeHtml }) => (renderMarkdown.value = safeHtml),
    // Offline before it was cached: plain text reads as well.
    () => undefined,
  );
}
