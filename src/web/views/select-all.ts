/**
 * Selecting all of a page of which most is not laid out. A browser would lay out all of it at once, which stalls the
 * page for seconds: what is far from the reader stays as it is, and a copy has its text all the same.
 */
import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import { textOf } from './text-of.ts';

/** Parts that are laid out as they come near (`content-visibility: auto` in the style). */
const lateParts = '.item, .section, .term .chunk';
/** So many more are laid out without a stall. */
const few = 8;
/** Of the box: what comes this near is laid out, before it is seen. */
const near = '150%';

/** `box`: scrolls; `content`: what is in it. */
export function useSelectAll(box: RefObject<HTMLElement>, content: RefObject<HTMLElement>): void {
  useEffect(() => {
    const on = new AbortController();
    const { signal } = on;
    let all: AllSelected | undefined;
    let pressed = false;
    const press = (is: boolean) => () => void (pressed = is);
    addEventListener('pointerdown', press(true), { signal, capture: true });
    for (const up of ['pointerup', 'pointercancel'])
      addEventListener(up, press(false), { signal, capture: true });
    addEventListener(
      'selectstart',
      ({ target }) => {
        // Of the whole page, by keys or a menu; with a pointer a selection is drawn from there.
        if (pressed || target !== document.body || !box.current || !content.current) return;
        all?.end();
        all = AllSelected.begin(box.current, content.current);
      },
      { signal },
    );
    document.addEventListener('selectionchange', () => all?.look(), { signal });
    addEventListener('copy', (event) => all?.copy(event), { signal, capture: true });
    return () => {
      on.abort();
      all?.end();
    };
  }, []);
}

class AllSelected {
  readonly #content: HTMLElement;
  /** They stay without layout until they come near. */
  readonly #far: ReadonlySet<HTMLElement>;
  readonly #watch: IntersectionObserver;
  /** Where the selection began and ended when it was all; undefined until the browser has made it. */
  #ends: unknown[] | undefined;
  #over = false;

  /** Undefined where the browser may do it alone. */
  static begin(box: HTMLElement, content: HTMLElement): AllSelected | undefined {
    const far = [...content.querySelectorAll<HTMLElement>(lateParts)].filter(isNotLaidOut);
    return far.length > few ? new AllSelected(box, content, far) : undefined;
  }

  private constructor(box: HTMLElement, content: HTMLElement, far: HTMLElement[]) {
    this.#content = content;
    this.#far = new Set(far);
    this.#watch = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries)
          if (isIntersecting) this.#show(target as HTMLElement);
      },
      { root: box, rootMargin: near },
    );
    for (const part of far) {
      part.style.contentVisibility = 'hidden';
      this.#watch.observe(part);
    }
  }

  /** The selection may be another one by now. */
  look(): void {
    const selection = getSelection();
    if (this.#over || !selection) return;
    const { anchorNode, anchorOffset, focusNode, focusOffset, isCollapsed } = selection;
    const ends = [anchorNode, anchorOffset, focusNode, focusOffset];
    this.#ends ??= ends;
    if (isCollapsed || ends.some((end, at) => end !== this.#ends?.[at])) this.end();
  }

  copy(event: ClipboardEvent): void {
    if (this.#over) return;
    event.clipboardData?.setData('text/plain', textOf(this.#content));
    event.preventDefault();
    // Else a copy of what is laid out alone would take its place.
    event.stopImmediatePropagation();
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#watch.disconnect();
    for (const part of this.#far) part.style.contentVisibility = '';
  }

  #show(part: HTMLElement): void {
    this.#watch.unobserve(part);
    part.style.contentVisibility = '';
  }
}

/** By its content: the part itself always has a box. */
function isNotLaidOut({ firstElementChild }: HTMLElement): boolean {
  return firstElementChild?.checkVisibility?.({ contentVisibilityAuto: true }) === false;
}
