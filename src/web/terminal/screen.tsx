/** The terminal itself in the page: as large as there is room, or as somebody else sized it and made to fit. */
import { FitAddon } from '@xterm/addon-fit';
import type { Signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { withCtrl } from './keys.ts';
import type { TerminalModel } from './model.ts';
import { onThemeChange, themeOf } from './theme.ts';
import { styleCells } from './styled-document.ts';
import { scrollByTouch } from './touch-scroll.ts';

export interface Size {
  cols: number;
  rows: number;
}

export interface ScreenProps {
  model: TerminalModel;
  /** What the typing goes into, for screen readers. */
  label: string;
  reader: boolean;
  ctrl: Signal<boolean>;
  /** What would fit here. */
  fitted: Signal<Size | null>;
  /** The keyboard's way out. */
  onLeave(): void;
}

/** Smaller than this nobody reads; then it scrolls in its box. */
const smallestPx = 5;

export function Screen({ model, label, reader, ctrl, fitted, onLeave }: ScreenProps) {
  const box = useRef<HTMLDivElement>(null);
  const leave = useRef(onLeave);
  leave.current = onLeave;
  const { term } = model;
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    if (term.element) element.append(term.element);
    else {
      term.open(element);
      styleCells(term);
    }
    const dress = () => (term.options.theme = themeOf(element));
    dress();
    const fit = new FitAddon();
    term.loadAddon(fit);
    let room: Size | null = null;
    const shrink = () => scaleTo(term, element, room);
    const measure = () => {
      wearFont(term, element);
      const size = element.clientHeight > 0 && withoutSizeLine(element, () => fit.proposeDimensions());
      if (size) {
        room = fit.proposeDimensions() ?? null;
        fitted.value = size;
        model.resize(size.cols, size.rows);
      }
      shrink();
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    const typed = term.onData((data) => {
      // That this page has the focus or lost it: it is one of several that look, and nobody typed.
      if (data === '\u001b[I' || data === '\u001b[O') return;
      model.input(ctrl.value ? withCtrl(data) : data);
      ctrl.value = false;
    });
    const bytes = term.onBinary((data) => model.input(data));
    const resized = term.onResize(shrink);
    const undress = onThemeChange(dress);
    const still = scrollByTouch(term, element, (lines) => {
      const arrow = lines < 0 ? 'A' : 'B';
      const lead = term.modes.applicationCursorKeysMode ? '\u001bO' : '\u001b[';
      model.input(`${lead}${arrow}`.repeat(Math.min(Math.abs(lines), term.rows)));
    });
    const paste = (event: ClipboardEvent) => {
      // Before xterm.js, which would paste whatever it is.
      event.preventDefault();
      event.stopPropagation();
      model.paste(event.clipboardData?.getData('text/plain') ?? '');
    };
    element.addEventListener('paste', paste, true);
    term.attachCustomKeyEventHandler((event) => onKey(event, model, leave.current));
    term.focus();
    return () => {
      for (const one of [typed, bytes, resized, fit]) one.dispose();
      observer.disconnect();
      undress();
      still();
      element.removeEventListener('paste', paste, true);
      term.element?.remove();
    };
  }, [model]);
  useLayoutEffect(() => {
    term.options.screenReaderMode = reader;
    term.textarea?.setAttribute('aria-label', label);
  }, [model, reader, label]);
  return <div class="term-box" ref={box} />;
}

/** The line that offers to fit takes room, and goes once it fits: counted in, the two would chase each other. */
function withoutSizeLine<T>(element: HTMLElement, measured: () => T): T {
  const line = element.parentElement?.querySelector<HTMLElement>('.term-size');
  if (!line) return measured();
  line.style.display = 'none';
  const result = measured();
  line.style.display = '';
  return result;
}

/** The page's own, before it is made to fit. */
function wearFont(term: TerminalModel['term'], element: HTMLElement): void {
  const { fontFamily, fontSize } = getComputedStyle(element);
  term.options.fontFamily = fontFamily;
  term.options.fontSize = parseFloat(fontSize);
}

/** One that is larger than what fits is drawn smaller. */
function scaleTo(term: TerminalModel['term'], element: HTMLElement, fits: Size | null): void {
  const full = parseFloat(getComputedStyle(element).fontSize);
  const part = fits ? Math.min(1, fits.cols / term.cols, fits.rows / term.rows) : 1;
  // Rows are whole pixels high: without some room the last one would be cut.
  term.options.fontSize = part === 1 ? full : Math.max(smallestPx, Math.floor(full * part * 9.7) / 10);
}

/** False where it is no key for the program. */
function onKey(event: KeyboardEvent, { term }: TerminalModel, leave: () => void): boolean {
  const { ctrlKey, shiftKey, key, type } = event;
  if (!ctrlKey) return true;
  if (key === 'F6' || (shiftKey && key === 'Escape')) {
    if (type === 'keydown') leave();
    event.preventDefault();
    return false;
  }
  const letter = key.toLowerCase();
  if (letter === 'c' && (shiftKey || term.hasSelection())) {
    if (type === 'keydown' && term.hasSelection()) {
      void navigator.clipboard?.writeText(term.getSelection()).catch(() => undefined);
      term.clearSelection();
    }
    event.preventDefault();
    return false;
  }
  // The browser pastes, and xterm.js takes that.
  return !(letter === 'v' && shiftKey);
}
