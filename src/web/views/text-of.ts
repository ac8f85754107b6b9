/** The text of a part of the page as a reader sees its lines, read without laying anything out. */

/** Begin and end a line. */
const lines = new Set(
  'ADDRESS ARTICLE BR DD DETAILS DIV DL DT FIGURE FOOTER HEADER HR LI MAIN NAV SECTION SUMMARY TR'.split(' '),
);
/** A blank line stands before and after them. */
const paragraphs = new Set('BLOCKQUOTE H1 H2 H3 H4 H5 H6 OL P PRE TABLE UL'.split(' '));
/** What is no text to be read: controls have a text of their own, which no selection has. */
const controls = new Set('BUTTON INPUT SELECT TEXTAREA SCRIPT STYLE'.split(' '));
/** White space as it is written. */
const exact = 'pre, .plain';

export function textOf(root: Element): string {
  const said = new Said();
  read(root, said, root.closest(exact) !== null);
  return said.text;
}

// Asked of each of some 100,000 elements: several times as fast as by selectors.
const isPassedOver = (element: Element): boolean =>
  controls.has(element.tagName) ||
  element.hasAttribute('hidden') ||
  element.getAttribute('aria-hidden') === 'true';
const isExact = (element: Element): boolean =>
  element.tagName === 'PRE' || element.classList.contains('plain');

function read(element: Element, said: Said, asWritten: boolean): void {
  const breaks = paragraphs.has(element.tagName) ? 2 : lines.has(element.tagName) ? 1 : 0;
  said.breaks(breaks);
  const folded = element instanceof HTMLDetailsElement && !element.open;
  for (let child = element.firstChild; child; child = child.nextSibling) {
    if (child instanceof Text) {
      // Between two elements of HTML a line break is none.
      if (asWritten || !/^\s*\n\s*$/.test(child.data)) said.add(child.data);
    } else if (child instanceof Element && !isPassedOver(child)) {
      if (folded && child.tagName !== 'SUMMARY') continue;
      read(child, said, asWritten || isExact(child));
      if (/^T[DH]$/.test(child.tagName) && child.nextElementSibling) said.add('\t');
    }
  }
  said.breaks(breaks);
}

/** Grows in pieces; breaks that come together are as many as the largest of them. */
class Said {
  readonly #pieces: string[] = [];
  #due = 0;

  get text(): string {
    return this.#pieces.join('');
  }

  breaks(count: number): void {
    this.#due = Math.max(this.#due, count);
  }

  add(text: string): void {
    if (text === '') return;
    const last = this.#pieces.at(-1);
    // A text that ends with a line break has one of them; before the first there are none.
    const there = last === undefined ? this.#due : Number(last.endsWith('\n'));
    this.#pieces.push('\n'.repeat(Math.max(0, this.#due - there)), text);
    this.#due = 0;
  }
}
