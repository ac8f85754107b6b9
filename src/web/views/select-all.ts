/**
 * Selecting all of a page of which most is not laid out. A browser would lay out all of it at once, which stalls the
 * page for seconds: what is far from the reader is no part of it meanwhile, and a copy has its text all the same.
 */
import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import { textOf } from './text-of.ts';

/** Parts that are laid out as they come near (`content-visibility: auto` in the style), and those within them. */
const outer = 'div.item';
const inner = '.section';
/** As the style has it: of a height that is set beside it. */
const away = 'away';
/** So many more are laid out without a stall. */
const few = 8;
/** Heights of the box: what comes this near is laid out, before it is seen. */
const near = 1.5;

/** `box`: scrolls; `content`: what is in it. */
export function useSelectAll(
  box: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
): void {
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
  /** Without boxes until they come near. */
  readonly #far: ReadonlySet<HTMLElement>;
  readonly #watch: IntersectionObserver;
  /** Where the selection began and ended when it was all; undefined until the browser has made it. */
  #ends: unknown[] | undefined;
  #over = false;

  /** Undefined where the browser may do it alone. */
  static begin(box: HTMLElement, content: HTMLElement): AllSelected | undefined {
    const far = farFrom(box, content);
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
      { root: box, rootMargin: `${near * 100}% 0px` },
    );
    // All are measured before the first is changed.
    const heights = far.map((part) => part.getBoundingClientRect().height);
    for (const [at, part] of far.entries()) {
      part.style.height = `${heights[at]}px`;
      part.classList.add(away);
      putAway(part);
      this.#watch.observe(part);
    }
    // From now on, not from the next frame.
    content.getBoundingClientRect();
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
    for (const part of this.#far) this.#show(part);
  }

  #show(part: HTMLElement): void {
    this.#watch.unobserve(part);
    part.classList.remove(away);
    part.shadowRoot?.replaceChildren(document.createElement('slot'));
    part.style.height = '';
  }
}

/**
 * What is in a shadow tree without a slot is nowhere: it has no boxes, and a browser does not look at it. One that has
 * merely no boxes is looked at node by node as it gets selected, which takes a tenth of a second for a megabyte.
 */
function putAway(part: HTMLElement): void {
  (part.shadowRoot ?? part.attachShadow({ mode: 'open' })).replaceChildren();
}

/** By their places: to ask whether something is laid out lays it out. What is within a far part is not looked at. */
function farFrom(box: HTMLElement, content: HTMLElement): HTMLElement[] {
  const { top, bottom, height } = box.getBoundingClientRect();
  const isFar = (part: HTMLElement): boolean => {
    const rect = part.getBoundingClientRect();
    return rect.bottom < top - near * height || rect.top > bottom + near * height;
  };
  const partsIn = (element: HTMLElement, which: string) => [...element.querySelectorAll<HTMLElement>(which)];
  return partsIn(content, outer).flatMap((part) =>
    isFar(part) ? [part] : partsIn(part, inner).filter(isFar),
  );
}
