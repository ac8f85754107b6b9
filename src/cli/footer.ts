/** Lines that stay at the terminal's bottom while others are printed above; plain lines where there is no terminal. */
import type { WriteStream } from 'node:tty';
import { plainLines } from '../base/plain-text.ts';

export class Footer {
  readonly #out: WriteStream;
  #lines: string[] = [];

  constructor(out: WriteStream) {
    this.#out = out;
  }

  /** Line breaks are kept, other control characters are not: much of what is said comes from outside. */
  print(text: string): void {
    const lines = this.#lines;
    this.clear();
    this.#out.write(`${plainLines(text)}\n`);
    this.draw(lines);
  }

  draw(lines: string[]): void {
    if (!this.#out.isTTY) {
      const last = lines.at(-1);
      if (last !== undefined && last !== this.#lines.at(-1)) this.#out.write(`${last}\n`);
      this.#lines = lines;
      return;
    }
    this.clear();
    const width = this.#out.columns || 80;
    // A longer status line would wrap, and clearing would miss a row; the lines of a QR code are made of escapes.
    this.#lines = lines.map((line) => (line.includes('\u001b') ? line : line.slice(0, width - 1)));
    if (this.#lines.length > 0) this.#out.write(this.#lines.join('\n'));
  }

  clear(): void {
    if (this.#out.isTTY && this.#lines.length > 0) {
      const above = this.#lines.length - 1;
      // A terminal may keep what "erase below" erases from the top, so one line is erased as a line.
      this.#out.write(above > 0 ? `\r\u001b[${above}A\u001b[0J` : '\r\u001b[2K');
      this.#lines = [];
    }
  }
}
