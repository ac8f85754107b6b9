/** The shared terminals as a shell in the host's own process works with them: over a connection of its own, as all do. */
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/emitter.ts';
import { clientState, methods } from '../../protocol/methods.ts';
import {
  terminalAnew,
  terminalOpenResult,
  terminalOutput,
  terminalScreen,
  type TerminalOpen,
  type TerminalOutput,
  type TerminalRow,
  type TerminalScreen,
} from '../../protocol/terminals.ts';
import { Typing } from '../../protocol/typing.ts';
import { BUILD, PROTOCOL } from '../../protocol/version.ts';
import type { RemoteHost } from '../api.ts';
import { HostLink } from './host-link.ts';
import { pipe } from './pipe.ts';

/** What shows one; it calls `taken` once it has put it on the screen. */
export interface TerminalShow {
  /** In place of all before. */
  screen(screen: TerminalScreen, taken: () => void): void;
  output(output: Omit<TerminalOutput, 'id' | 'at'>, taken: () => void): void;
}

export class DeskTerminals implements Disposable {
  readonly #store = new DisposableStore();
  readonly #link: HostLink;
  readonly #shown = new Map<string, TerminalShow>();
  /** Of terminals that are there. */
  readonly #typing = new Map<string, Typing>();
  readonly #changed = this.#store.add(new Emitter<TerminalRow[]>());
  /** A terminal came, went or changed. */
  readonly onRows = this.#changed.event;
  readonly #end = new Emitter<void>();
  /** Once: there is no connection any more, and nothing of this does anything. */
  readonly onEnd = this.#end.event;
  #rows: TerminalRow[] = [];

  constructor(host: Pick<RemoteHost, 'connectDesk'>) {
    const [here, there] = pipe();
    this.#store.add(host.connectDesk(there, { counts: false }));
    this.#link = new HostLink(here, {
      notification: (method, params) => this.#notified(method, params),
      ended: () => this.dispose(),
    });
    void this.#link
      .request('initialize', {
        protocolVersion: 1,
        clientInfo: { name: 'offdesk', title: 'Offdesk', version: BUILD },
        clientCapabilities: {},
        _meta: { offdesk: { protocol: PROTOCOL, build: BUILD } },
      })
      .catch(() => this.dispose());
  }

  get rows(): readonly TerminalRow[] {
    return this.#rows;
  }

  /** Resolves with its id; rejects as protocol/terminals.ts has it. */
  async open(wish: TerminalOpen): Promise<string> {
    return terminalOpenResult.parse(await this.#link.request(methods.terminal.open, wish)).id;
  }

  /** Shows it until disposed. Rejects with `terminal_unknown`. */
  async show(id: string, show: TerminalShow): Promise<Disposable> {
    await this.#link.request(methods.terminal.attach, { id }, (result) => {
      this.#shown.set(id, show);
      const screen = terminalScreen.parse(result);
      show.screen(screen, () => this.#taken(id, screen.at));
    });
    return {
      dispose: () => {
        if (this.#shown.get(id) !== show) return;
        this.#shown.delete(id);
        // One that is gone by then is as good.
        void this.#link.request(methods.terminal.detach, { id }).catch(() => {});
      },
    };
  }

  /**
   * Also nothing: then it only gets this desk's size. One that is gone takes nothing; its row says so. False where what
   * waits for its program is too much: nothing of it is taken.
   */
  input(id: string, data: string): boolean {
    const { input } = methods.terminal;
    const typing =
      this.#typing.get(id) ??
      new Typing({
        tell: (data) => this.#link.notify(input, { id, data }),
        ask: (data) => this.#link.request(input, { id, data }),
      });
    this.#typing.set(id, typing);
    return typing.type(data);
  }

  resize(id: string, cols: number, rows: number): void {
    this.#link.notify(methods.terminal.resize, { id, cols, rows });
  }

  async close(id: string): Promise<void> {
    await this.#link.request(methods.terminal.close, { id });
  }

  dispose(): void {
    if (this.#store.disposed) return;
    this.#shown.clear();
    this.#store.dispose();
    this.#link.close();
    this.#end.fire();
    this.#end.dispose();
  }

  #taken(id: string, at: number): void {
    this.#link.notify(methods.terminal.ack, { id, at });
  }

  #notified(method: string, params: unknown): void {
    switch (method) {
      case methods.state:
        this.#rows = clientState.parse(params).terminals ?? [];
        for (const id of this.#typing.keys())
          if (!this.#rows.some((row) => row.id === id)) this.#typing.delete(id);
        this.#changed.fire(this.#rows);
        return;
      case methods.terminal.output: {
        const { id, at, ...output } = terminalOutput.parse(params);
        this.#shown.get(id)?.output(output, () => this.#taken(id, at));
        return;
      }
      case methods.terminal.screen: {
        const { id, ...screen } = terminalAnew.parse(params);
        this.#shown.get(id)?.screen(screen, () => this.#taken(id, screen.at));
        return;
      }
    }
  }
}
