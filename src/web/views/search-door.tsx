/** The ways to a session's search: a button, a key, and its views, which load when they are first shown. */
import { useEffect } from 'preact/hooks';
import type { SessionClient } from '../client/session-client.ts';
import { strings } from '../strings.ts';
import { IconButton } from './icon-button.tsx';
import { late } from './late.tsx';

export const SearchBar = late(async () => (await import('./on-demand.ts')).SearchBar);
export const SearchResults = late(async () => (await import('./on-demand.ts')).SearchResults);

/** For a header. */
export function SearchButton({ session }: { session: SessionClient }) {
  const { open } = session.search;
  return (
    <IconButton
      class="icon find"
      icon="search"
      name={strings.search.open}
      aria-expanded={open.value}
      onClick={() => (open.value ? session.search.close() : (open.value = true))}
    />
  );
}

/**
 * Ctrl-F or Cmd-F opens it: the browser's own search knows only what is on the page. What is typed before its part of
 * the page is there is for it, not for the message.
 */
export function useSearchKey(session: SessionClient): void {
  useEffect(() => {
    const { search } = session;
    let awaited = false;
    const onKeyDown = (event: KeyboardEvent) => {
      const input = document.querySelector<HTMLInputElement>('.search input');
      const { activeElement } = document;
      if (isSearchKey(event)) {
        // Pressed again in it: the browser's own, for who wants that.
        if (input && input === activeElement) return;
        event.preventDefault();
        search.open.value = true;
        search.chosen.value = null;
        input?.focus();
        awaited = !input;
        if (awaited && activeElement instanceof HTMLElement) activeElement.blur();
        return;
      }
      awaited &&= !input && search.open.value && activeElement === document.body;
      if (!awaited || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Backspace') search.query.value = search.query.value.slice(0, -1);
      else if (event.key.length === 1) search.query.value += event.key;
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [session]);
}

const isSearchKey = ({ key, shiftKey, altKey, ctrlKey, metaKey }: KeyboardEvent): boolean =>
  key.toLowerCase() === 'f' && !shiftKey && !altKey && (ctrlKey || metaKey);
