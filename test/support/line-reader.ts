/** Reads a process's output by lines and JSON lines, each of which can be awaited, bounded. */
import type { Readable } from 'node:stream';
import { within } from './wait.ts';

/** Of one stream; what comes after is dropped. */
const bytesKept = 4 * 1024 * 1024;

/** The lines of a stream, kept up to a bound, each of which can be awaited once. */
export class LineReader {
  readonly #name: string;
  #lines: string[] = [];
  #partial = '';
  #bytes = 0;
  #ended: Error | undefined;
  #taken = 0;
  #waiters = new Set<() => void>();

  constructor(stream: Readable, name: string) {
    this.#name = name;
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => this.#add(text));
    stream.once('end', () => this.fail(new Error(`${name} ended`)));
    stream.once('error', (error) => this.fail(error));
  }

  /** Everything so far. */
  get text(): string {
    return [...this.#lines, this.#partial].join('\n');
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** The next line after the last awaited one that fits. Lines in between are passed over. */
  async waitForLine(fits: (line: string) => boolean, timeoutMs = 30_000): Promise<string> {
    const found = await this.#wait((line) => (fits(line) ? line : undefined), timeoutMs);
    return found;
  }

  /** The next JSON object line that fits; lines that are no JSON objects are passed over. */
  async waitForJson<T = Record<string, unknown>>(
    fits: (value: Record<string, unknown>) => boolean,
    timeoutMs = 30_000,
  ): Promise<T> {
    return this.#wait((line) => {
      const value = jsonObject(line);
      return value && fits(value) ? (value as T) : undefined;
    }, timeoutMs);
  }

  /** All JSON object lines so far. */
  get json(): Record<string, unknown>[] {
    return this.#lines.map(jsonObject).filter((value) => value !== undefined);
  }

  /** The stream is over: what waits is told. */
  fail(error: Error): void {
    this.#ended ??= error;
    if (this.#partial) this.#lines.push(this.#partial);
    this.#partial = '';
    this.#wake();
  }

  async #wait<T>(take: (line: string) => T | undefined, timeoutMs: number): Promise<T> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      while (this.#taken < this.#lines.length) {
        const line = this.#lines[this.#taken++] ?? '';
        const value = take(line);
        if (value !== undefined) return value;
      }
      if (this.#ended)
        throw new Error(`${this.#ended.message} before the line came; it had:\n${this.text.slice(-4000)}`);
      const more = new Promise<void>((resolve) => this.#waiters.add(resolve));
      await within(more, Math.max(1, end - performance.now()), `a line of ${this.#name}`).catch(
        (error: unknown) => {
          throw new Error(
            `no such line of ${this.#name} in ${timeoutMs} ms; it had:\n${this.text.slice(-4000)}`,
            { cause: error },
          );
        },
      );
    }
  }

  #add(text: string): void {
    this.#bytes += text.length;
    if (this.#bytes > bytesKept) return;
    const parts = (this.#partial + text).split(/\r?\n/);
    this.#partial = parts.pop() ?? '';
    this.#lines.push(...parts);
    if (parts.length > 0) this.#wake();
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter();
    this.#waiters.clear();
  }
}

function jsonObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
