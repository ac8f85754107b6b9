/** The terminal's colours, as the page's variables have them now: of VS Code's theme, or our own. */
import type { ITheme } from '@xterm/xterm';

/** By the names of terminal-view.css. */
const ansi = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;

/** `at`: an element of the page; the browser works out variables, mixes and system colours. */
export function themeOf(at: HTMLElement): ITheme {
  const probe = document.createElement('span');
  probe.hidden = true;
  // Else a reader's own colours would make all of them one.
  probe.style.setProperty('forced-color-adjust', 'none');
  at.append(probe);
  const style = getComputedStyle(probe);
  const read = (name: string): string => {
    probe.style.color = `var(--term-${name})`;
    return style.color;
  };
  const theme: Record<string, string> = {
    background: read('ground'),
    foreground: read('ink'),
    cursor: read('cursor'),
    cursorAccent: read('ground'),
    selectionBackground: read('selection'),
  };
  for (const name of ansi) {
    theme[name] = read(name);
    theme[`bright${name[0]!.toUpperCase()}${name.slice(1)}`] = read(`bright-${name}`);
  }
  probe.remove();
  return theme;
}

/** Calls when the colours may be others: a theme at the desk, the system's appearance on a phone. */
export function onThemeChange(call: () => void): () => void {
  const queries = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((query) =>
    matchMedia(query),
  );
  for (const query of queries) query.addEventListener('change', call);
  // VS Code writes its variables to the page's element and its kind to the body.
  const observer = new MutationObserver(call);
  observer.observe(document.documentElement, { attributeFilter: ['style', 'class'] });
  observer.observe(document.body, { attributeFilter: ['class'] });
  return () => {
    observer.disconnect();
    for (const query of queries) query.removeEventListener('change', call);
  };
}
