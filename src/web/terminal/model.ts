/** One shared terminal on this page: an xterm.js that follows it, whoever shows it, whole or its last lines. */
import { effect, signal } from '@preact/signals';
import { Terminal } from '@xterm/xterm';
import type { Disposable } from '../../base/disposable.ts';
import { limits } from '../../protocol/limits.ts';
import { methods } from '../../protocol/methods.ts';
import type { TerminalOutput, TerminalRow, TerminalScreen } from '../../protocol/terminals.ts';
import type { HostClient } from '../client/host-client.ts';
import { TerminalFeed } from './feed.ts';
import { inert } from './inert.ts';
import { styledDocument } from './styled-document.ts';

/** A link that a program put on the screen, which nobody follows without having seen where it leads. */
export type Offered = { url: URL } | null;

export class TerminalModel implements Disposable {
  readonly id: string;
  readonly term: Terminal;
  readonly feed: TerminalFeed;
  /** Grows with what was drawn. */
  readonly drawn = signal(0);
  readonly link = signal<Offered>(null);
  readonly #host: HostClient;
  readonly #unfollow: () => void;

  constructor(host: HostClient, id: string) {
    this.id = id;
    this.#host = host;
    const row = this.row;
    this.term = new Terminal({
      ...(row && { cols: row.cols, rows: row.rows }),
      allowProposedApi: false,
      documentOverride: styledDocument(),
      scrollback: limits.terminalScrollback,
      minimumContrastRatio: 4.5,
      macOptionIsMeta: true,
      linkHandler: {
        activate: (_event, text) => {
          const url = URL.canParse(text) ? new URL(text) : undefined;
          if (url?.protocol === 'https:' || url?.protocol === 'http:') this.link.value = { url };
        },
      },
    });
    const { term } = this;
    inert(term);
    term.onWriteParsed(() => this.drawn.value++);
    this.feed = new TerminalFeed(host, id, {
      anew: (screen, parsed) => this.#anew(screen, parsed),
      output: (output, parsed) => this.#output(output, parsed),
    });
    this.#unfollow = effect(() => {
      term.options.disableStdin = !this.mayType;
    });
  }

  /** What the host says of it; undefined once it is gone. */
  get row(): TerminalRow | undefined {
    return this.#host.state.value?.terminals?.find(({ id }) => id === this.id);
  }

  get mayControl(): boolean {
    return this.#host.state.value?.you.scope === 'control';
  }

  get mayType(): boolean {
    return this.mayControl && this.#host.phase.value.kind === 'ready' && (this.row?.running ?? false);
  }

  input(data: string): void {
    if (!this.mayType) return;
    for (let at = 0; at < Math.max(1, data.length); at += limits.terminalInputChars)
      this.#send(methods.terminal.input, { data: data.slice(at, at + limits.terminalInputChars) });
  }

  /** What fits here; the host knows whose turn it is. */
  resize(cols: number, rows: number): void {
    if (this.mayType) this.#send(methods.terminal.resize, { cols, rows });
  }

  close(): Promise<unknown> {
    return this.#host.request(methods.terminal.close, { id: this.id });
  }

  dispose(): void {
    this.#unfollow();
    this.feed.dispose();
    this.term.dispose();
  }

  /** Its failure shows as the terminal's own state. */
  #send(method: string, params: object): void {
    void this.#host.request(method, { id: this.id, ...params }).catch(() => undefined);
  }

  #anew({ cols, rows, screen }: TerminalScreen, parsed: () => void): void {
    // What was written before is parsed before it is thrown away.
    this.term.write('', () => {
      this.term.reset();
      this.term.resize(cols, rows);
    });
    this.term.write(screen, parsed);
  }

  #output({ data, size }: TerminalOutput, parsed: () => void): void {
    if (size) this.term.write('', () => this.term.resize(size.cols, size.rows));
    this.term.write(data, parsed);
  }
}

/** The models of a page, each as long as somebody shows it. */
const models = new WeakMap<HostClient, Map<string, { model: TerminalModel; users: number }>>();

export function takeModel(host: HostClient, id: string): TerminalModel {
  const known = models.get(host) ?? new Map<string, { model: TerminalModel; users: number }>();
  models.set(host, known);
  const entry = known.get(id) ?? { model: new TerminalModel(host, id), users: 0 };
  known.set(id, entry);
  entry.users++;
  return entry.model;
}

export function leaveModel(host: HostClient, id: string): void {
  const entry = models.get(host)?.get(id);
  if (!entry || --entry.users > 0) return;
  models.get(host)?.delete(id);
  entry.model.dispose();
}
