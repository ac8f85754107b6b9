/** One shared terminal on this page: an xterm.js that follows it, whoever shows it, whole or its last lines. */
import { effect, signal } from '@preact/signals';
import { Terminal } from '@xterm/xterm';
import type { Disposable } from '../../base/disposable.ts';
import { asOffdeskError } from '../../base/error.ts';
import { limits } from '../../protocol/limits.ts';
import { methods } from '../../protocol/methods.ts';
import type { TerminalOutput, TerminalRow, TerminalScreen } from '../../protocol/terminals.ts';
import { Typing } from '../../protocol/typing.ts';
import type { HostClient } from '../client/host-client.ts';
import { TerminalFeed } from './feed.ts';
import { inert } from './inert.ts';
import { addressLinks, webUrl } from './links.ts';
import { linesOf, pasteable } from './paste.ts';
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
  /** To be pasted, once somebody said so. */
  readonly pasting = signal<string | null>(null);
  readonly #host: HostClient;
  /** Of what was typed last nothing was taken, since it is more than can wait; or its end was lost on the way. */
  readonly missing = signal<'all' | 'end' | null>(null);
  readonly #typing = new Typing({
    tell: (data) => this.#send(methods.terminal.input, { data }),
    ask: (data) => this.#host.request(methods.terminal.input, { id: this.id, data }),
    dropped: (error) => {
      // Where its program does not read, its row says so.
      if (asOffdeskError(error).code !== 'terminal_unread') this.missing.value = 'end';
    },
  });
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
      linkHandler: { activate: (_event, text) => this.#offer(text) },
    });
    const { term } = this;
    inert(term);
    term.registerLinkProvider(addressLinks(term, (url) => this.#offer(url)));
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
    if (this.mayType) this.missing.value = this.#typing.type(data) ? null : 'all';
  }

  /**
   * A program that does not tell pasted text from typed one, such as an old shell, runs each line at once: of several
   * lines somebody is asked first.
   */
  paste(text: string): void {
    if (!this.mayType) return;
    const plain = pasteable(text);
    if (linesOf(plain).length > 1 && !this.term.modes.bracketedPasteMode) this.pasting.value = plain;
    else this.term.paste(plain);
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

  #offer(text: string): void {
    const url = webUrl(text);
    if (url) this.link.value = { url };
  }

  /** Nobody waits for an answer: a failure shows as the terminal's own state. */
  #send(method: string, params: object): void {
    this.#host.notify(method, { id: this.id, ...params });
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
