/** A text that is being written, and the place in it. */
import type { Press } from './press.ts';

export class LineEditor {
  #text = '';
  #at = 0;

  constructor(text = '') {
    this.set(text);
  }

  get text(): string {
    return this.#text;
  }

  /** With the place marked by the reversed character, or a blank at the end. */
  get parts(): { before: string; at: string; after: string } {
    const [at = ' '] = this.#text.slice(this.#at);
    const here = at === '\n' ? ' ' : at;
    const next = at === '\n' ? this.#at : this.#at + at.length;
    return { before: this.#text.slice(0, this.#at), at: here, after: this.#text.slice(next) };
  }

  /** Where the next character goes. */
  get place(): number {
    return this.#at;
  }

  set(text: string, place = text.length): void {
    this.#text = text;
    this.#at = place;
  }

  /** False for a key that means nothing here. */
  press({ text, name, ctrl }: Press): boolean {
    if (ctrl) return this.#control(text);
    switch (name) {
      case undefined:
        this.#replace(this.#at, this.#at, text);
        return text !== '';
      case 'left':
        this.#at = this.#before();
        return true;
      case 'right':
        this.#at += [...this.#text.slice(this.#at)][0]?.length ?? 0;
        return true;
      case 'home':
        this.#at = 0;
        return true;
      case 'end':
        this.#at = this.#text.length;
        return true;
      case 'backspace':
        this.#replace(this.#before(), this.#at, '');
        return true;
      default:
        return false;
    }
  }

  #control(letter: string): boolean {
    switch (letter) {
      case 'a':
        this.#at = 0;
        return true;
      case 'e':
        this.#at = this.#text.length;
        return true;
      case 'u':
        this.#replace(0, this.#at, '');
        return true;
      case 'w':
        this.#replace(/\S*\s*$/.exec(this.#text.slice(0, this.#at))?.index ?? 0, this.#at, '');
        return true;
      default:
        return false;
    }
  }

  #before(): number {
    return this.#at - ([...this.#text.slice(0, this.#at)].at(-1)?.length ?? 0);
  }

  #replace(from: number, to: number, text: string): void {
    this.#text = this.#text.slice(0, from) + text + this.#text.slice(to);
    this.#at = from + text.length;
  }
}
