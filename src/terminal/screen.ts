/** What a terminal shows, kept without a window: whoever comes late gets it whole, and queries have one answer. */
import { SerializeAddon } from '@xterm/addon-serialize';
import { Terminal } from '@xterm/headless';
import { Emitter } from '../base/emitter.ts';
import { limits } from '../protocol/limits.ts';

export interface Size {
  cols: number;
  rows: number;
}

/** What came, in order. */
export type Step = { data: string } | { size: Size };

/** All that the terminal showed at a place of its output, as protocol/terminals.ts has it. */
export interface Snapshot extends Size {
  at: number;
  screen: string;
}

export class Screen {
  readonly #terminal: Terminal;
  readonly #serialize = new SerializeAddon();
  readonly #parsed = new Emitter<void>();
  readonly #answer = new Emitter<string>();
  /** Something more was parsed. */
  readonly onParsed = this.#parsed.event;
  /** What the terminal answers a program that asked it. */
  readonly onAnswer = this.#answer.event;
  #steps: Step[] = [];
  /** Put out so far, and parsed so far, in UTF-16 units. */
  #head = 0;
  #at = 0;
  #parsing: Step | undefined;
  #disposed = false;

  constructor({ cols, rows }: Size) {
    const scrollback = limits.terminalScrollback;
    this.#terminal = new Terminal({ cols, rows, scrollback, allowProposedApi: true, logLevel: 'off' });
    this.#terminal.loadAddon(this.#serialize);
    this.#terminal.onData((data) => this.#answer.fire(data));
  }

  get head(): number {
    return this.#head;
  }

  /** Put out and not parsed yet. */
  get waiting(): number {
    return this.#head - this.#at;
  }

  write(data: string): void {
    this.#head += data.length;
    const last = this.#steps.at(-1);
    if (last && 'data' in last && last.data.length + data.length <= limits.terminalSliceChars)
      last.data += data;
    else
      for (let from = 0; from < data.length; from += limits.terminalSliceChars)
        this.#steps.push({ data: data.slice(from, from + limits.terminalSliceChars) });
    this.#next();
  }

  /** From what is put out next on. */
  resize(size: Size): void {
    this.#steps.push({ size });
    this.#next();
  }

  /** As of all that was parsed by now; `rest`: what came since. `scrollback`: lines of it; all unless given. */
  snapshot(scrollback?: number): { shown: Snapshot; rest: readonly Step[] } {
    const { cols, rows } = this.#terminal;
    const shown = {
      at: this.#at,
      cols,
      rows,
      screen: this.#serialize.serialize(scrollback === undefined ? {} : { scrollback }),
    };
    return { shown, rest: this.#parsing ? [this.#parsing, ...this.#steps] : [...this.#steps] };
  }

  dispose(): void {
    this.#disposed = true;
    this.#steps = [];
    this.#parsed.dispose();
    this.#terminal.dispose();
  }

  /** A slice at a time: what else happens here waits no longer than one. */
  #next(): void {
    while (!this.#parsing && !this.#disposed) {
      const step = this.#steps.shift();
      if (!step) return;
      if ('size' in step) {
        this.#terminal.resize(step.size.cols, step.size.rows);
        continue;
      }
      this.#parsing = step;
      this.#terminal.write(step.data, () => {
        this.#parsing = undefined;
        this.#at += step.data.length;
        // Not at once: xterm would go on for 12 ms.
        setImmediate(() => this.#next());
        this.#parsed.fire();
      });
    }
  }
}
