/** What a command put out in a terminal, as text for its agent: it only grows, and its end is kept (ACP terminal/output). */
import { stripVTControlCharacters } from 'node:util';

/** An escape sequence or a line's end of which more may come. */
const unfinished = /(?:\u001b(?:\[[0-?]*[ -/]*|[\]PX^_][^\u0007\u001b]*\u001b?|[ -/]*)?|\r)$/;
/** Longer than this nothing is waited for. */
const unfinishedChars = 4096;

export class PlainOutput {
  readonly #limit: number;
  #chunks: { text: string; bytes: number }[] = [];
  #bytes = 0;
  #rest = '';
  #truncated = false;

  /** In bytes of UTF-8. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get truncated(): boolean {
    return this.#truncated || this.#bytes > this.#limit;
  }

  /** Cut between characters. */
  get text(): string {
    const all = this.#chunks.map(({ text }) => text).join('');
    if (this.#bytes <= this.#limit) return all;
    const bytes = Buffer.from(all);
    let from = bytes.length - this.#limit;
    while (from < bytes.length && (bytes[from]! & 0xc0) === 0x80) from++;
    return bytes.toString('utf8', from);
  }

  write(data: string): void {
    const all = this.#rest + data;
    const end = unfinished.exec(all)?.index ?? all.length;
    const cut = all.length - end > unfinishedChars ? all.length : end;
    this.#rest = all.slice(cut);
    this.#add(plain(all.slice(0, cut)));
  }

  /** Nothing more comes. */
  end(): void {
    this.#add(plain(this.#rest));
    this.#rest = '';
  }

  #add(text: string): void {
    if (text === '') return;
    const bytes = Buffer.byteLength(text);
    this.#chunks.push({ text, bytes });
    this.#bytes += bytes;
    while (this.#bytes - this.#chunks[0]!.bytes >= this.#limit && this.#chunks.length > 1) {
      this.#bytes -= this.#chunks.shift()!.bytes;
      this.#truncated = true;
    }
  }
}

function plain(data: string): string {
  const text = stripVTControlCharacters(data).replaceAll('\r\n', '\n');
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '');
}
