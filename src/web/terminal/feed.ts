/** One shared terminal followed over all connections: nothing is missing, nothing comes twice, all is acknowledged. */
import { signal } from '@preact/signals';
import type { Disposable } from '../../base/disposable.ts';
import { asOffdeskError, type ErrorShape } from '../../base/error.ts';
import { limits } from '../../protocol/limits.ts';
import { methods } from '../../protocol/methods.ts';
import {
  terminalAnew,
  terminalOutput,
  terminalScreen,
  type TerminalOutput,
  type TerminalScreen,
} from '../../protocol/terminals.ts';
import type { HostClient } from '../client/host-client.ts';

/** What shows it. `parsed` is called once it has taken it all in. */
export interface FeedScreen {
  anew(screen: TerminalScreen, parsed: () => void): void;
  output(output: TerminalOutput, parsed: () => void): void;
}

export type FeedState = 'apart' | 'attaching' | 'live' | { error: ErrorShape };

export type FeedHost = Pick<HostClient, 'phase' | 'news' | 'request' | 'notify'>;

export class TerminalFeed implements Disposable {
  readonly state = signal<FeedState>('apart');
  readonly #host: FeedHost;
  readonly #id: string;
  readonly #screen: FeedScreen;
  readonly #news: Disposable;
  readonly #unfollow: () => void;
  /** Came before the answer to attach, which may be handled after them. */
  #early: TerminalOutput[] | undefined;
  #taken = 0;
  #acked = 0;
  /** Counts attachments: what belongs to an earlier one is not looked at. */
  #turn = 0;

  constructor(host: FeedHost, id: string, screen: FeedScreen) {
    this.#host = host;
    this.#id = id;
    this.#screen = screen;
    this.#news = host.news(({ method, params }) => this.#notified(method, params));
    this.#unfollow = host.phase.subscribe(({ kind }) => {
      if (kind === 'ready') void this.#attach();
      else this.#leave();
    });
  }

  dispose(): void {
    const attached = this.state.value === 'live' || this.state.value === 'attaching';
    this.#unfollow();
    this.#news.dispose();
    this.#leave();
    if (attached) void this.#host.request(methods.terminal.detach, { id: this.#id }).catch(() => undefined);
  }

  #leave(): void {
    this.#turn++;
    this.#early = undefined;
    if (typeof this.state.value !== 'object') this.state.value = 'apart';
  }

  async #attach(): Promise<void> {
    this.#leave();
    const turn = this.#turn;
    this.#early = [];
    this.state.value = 'attaching';
    try {
      const answer = await this.#host.request(methods.terminal.attach, { id: this.#id });
      if (turn !== this.#turn) return;
      const early = this.#early;
      this.#early = undefined;
      this.#anew(terminalScreen.parse(answer));
      for (const output of early) this.#output(output);
      this.state.value = 'live';
    } catch (thrown) {
      const error = asOffdeskError(thrown);
      if (turn !== this.#turn || error.code === 'closed') return;
      this.#early = undefined;
      this.state.value = { error: error.toShape() };
    }
  }

  #notified(method: string, params: unknown): void {
    if (method === methods.terminal.output) {
      const output = terminalOutput.safeParse(params);
      if (!output.success || output.data.id !== this.#id) return;
      if (this.#early) this.#early.push(output.data);
      else if (this.state.value === 'live') this.#output(output.data);
    } else if (method === methods.terminal.screen) {
      const screen = terminalAnew.safeParse(params);
      if (!screen.success || screen.data.id !== this.#id) return;
      if (this.#early) this.#early = [];
      // One that overtook the answer to attach is followed by that answer, which is as good.
      else this.#anew(screen.data);
    }
  }

  #anew(screen: TerminalScreen): void {
    const turn = this.#turn;
    this.#taken = screen.at;
    this.#acked = 0;
    this.#screen.anew(screen, () => this.#parsed(turn, screen.at));
  }

  #output(output: TerminalOutput): void {
    // What it brings is here already; a size alone ends where the data before it did.
    if (output.at < this.#taken || (output.at === this.#taken && !output.size)) return;
    const turn = this.#turn;
    this.#taken = output.at;
    this.#screen.output(output, () => this.#parsed(turn, output.at));
  }

  /** At once where all was parsed, else after a good part. */
  #parsed(turn: number, at: number): void {
    if (turn !== this.#turn) return;
    if (at < this.#taken && at - this.#acked < limits.terminalMergeChars) return;
    this.#acked = at;
    this.#host.notify(methods.terminal.ack, { id: this.#id, at });
  }
}
