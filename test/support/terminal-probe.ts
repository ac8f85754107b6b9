/** A terminal as a client sees it, for tests: an xterm of its own that gets what the host sends, and acknowledges it. */
import assert from 'node:assert/strict';
import { Terminal } from '@xterm/headless';
import { methods } from '../../src/protocol/methods.ts';
import type { TerminalAnew, TerminalOutput, TerminalScreen } from '../../src/protocol/terminals.ts';
import type { ProbeClient } from './probe-client.ts';
import { eventually } from './wait.ts';

export class TerminalProbe {
  readonly id: string;
  readonly #client: ProbeClient;
  #terminal!: Terminal;
  #at = 0;
  /** Acknowledges what it has parsed; a stalled one does not. */
  acks = true;
  /** Fresh screens that it got, because it was behind. */
  anew = 0;
  chars = 0;
  readonly #left: () => void;

  private constructor(client: ProbeClient, id: string) {
    this.id = id;
    this.#client = client;
    this.#left = client.onTerminal((message) => this.#take(message));
  }

  static async attach(client: ProbeClient, id: string): Promise<TerminalProbe> {
    const probe = new TerminalProbe(client, id);
    probe.#begin(await client.request<TerminalScreen>(methods.terminal.attach, { id }));
    return probe;
  }

  /** Rows of the screen as text, without trailing spaces. */
  get rows(): string[] {
    const { active } = this.#terminal.buffer;
    return Array.from(
      { length: this.#terminal.rows },
      (_, row) => active.getLine(active.viewportY + row)?.translateToString(true) ?? '',
    );
  }

  /** All lines that it has, scrollback included. */
  get lines(): string[] {
    const { active } = this.#terminal.buffer;
    return Array.from(
      { length: active.length },
      (_, row) => active.getLine(row)?.translateToString(true) ?? '',
    );
  }

  get text(): string {
    return this.rows.join('\n').trimEnd();
  }

  get size(): string {
    return `${this.#terminal.cols}x${this.#terminal.rows}`;
  }

  get alternate(): boolean {
    return this.#terminal.buffer.active.type === 'alternate';
  }

  get cursor(): { x: number; y: number } {
    const { cursorX: x, cursorY: y } = this.#terminal.buffer.active;
    return { x, y };
  }

  type(data: string): Promise<unknown> {
    return this.#client.request(methods.terminal.input, { id: this.id, data });
  }

  resize(cols: number, rows: number): Promise<unknown> {
    return this.#client.request(methods.terminal.resize, { id: this.id, cols, rows });
  }

  /** Until the screen has it. */
  shows(what: string | RegExp): Promise<unknown> {
    const fits = () => (typeof what === 'string' ? this.text.includes(what) : what.test(this.text));
    return eventually(
      () => {
        assert.ok(fits(), this.text.slice(-400));
        return true;
      },
      { what: `a screen with ${String(what)}`, timeoutMs: 60_000 },
    );
  }

  ack(): void {
    void this.#client.connection.agent.notify(methods.terminal.ack, { id: this.id, at: this.#at });
  }

  dispose(): void {
    this.#left();
    this.#terminal.dispose();
  }

  #take({ method, params }: { method: string; params: TerminalOutput | TerminalAnew }): void {
    if (params.id !== this.id) return;
    if ('screen' in params) {
      assert.equal(method, methods.terminal.screen);
      this.anew++;
      this.#terminal.dispose();
      this.#begin(params);
      return;
    }
    const { at, data, size } = params;
    assert.equal(at - data.length, this.#at, 'output without a gap');
    this.#at = at;
    this.chars += data.length;
    const terminal = this.#terminal;
    if (size) terminal.write('', () => terminal.resize(size.cols, size.rows));
    terminal.write(data, () => this.#parsed(at));
  }

  #begin({ at, cols, rows, screen }: TerminalScreen): void {
    this.#terminal = new Terminal({ cols, rows, allowProposedApi: true, scrollback: 5_000 });
    this.#at = at;
    this.#terminal.write(screen, () => this.#parsed(at));
  }

  #parsed(at: number): void {
    if (this.acks) void this.#client.connection.agent.notify(methods.terminal.ack, { id: this.id, at });
  }
}
