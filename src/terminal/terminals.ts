/** The terminals of a host: opened within bounds, looked up by id, and kept a while after their end. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { OffdeskError } from '../base/error.ts';
import { limits } from '../protocol/limits.ts';
import type { PtyPort, PtyWish } from './pty.ts';
import type { Size } from './screen.ts';
import { SharedTerminal, type Person } from './terminal.ts';

export interface OpenWish extends Omit<PtyWish, 'cols' | 'rows'> {
  name: string;
  size: Size;
  /** It ends with this session. */
  session?: string | undefined;
  /** An agent begins it, not a person. */
  agent?: boolean;
  /** Who opens it has it in its size. */
  by?: Person;
}

export class Terminals {
  readonly #ports: { pty: PtyPort; clock: Clock };
  /** Oldest first. */
  readonly #all = new Map<string, SharedTerminal>();
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  /** Being opened. */
  #opening = 0;
  /** How often all were closed: what was being opened then is closed, too. */
  #closings = 0;

  constructor(ports: { pty: PtyPort; clock: Clock }) {
    this.#ports = ports;
  }

  get all(): SharedTerminal[] {
    return [...this.#all.values()];
  }

  /** Throws `terminal_unknown`. */
  get(id: string): SharedTerminal {
    const terminal = this.#all.get(id);
    if (terminal) return terminal;
    throw new OffdeskError(
      'terminal_unknown',
      'This terminal is not there any more.',
      'Terminals end when remote control stops; open a new one.',
    );
  }

  available(): Promise<boolean> {
    return this.#ports.pty.available();
  }

  /** Rejects with `terminal_limit`, or as PtyPort. */
  async open({ name, size, session, agent, by, ...wish }: OpenWish): Promise<SharedTerminal> {
    const running = this.all.filter((terminal) => terminal.running).length;
    if (running + this.#opening >= limits.terminals) throw tooMany();
    const closings = this.#closings;
    this.#opening++;
    try {
      const pty = await this.#ports.pty.spawn({ ...wish, ...size });
      const facts = { id: randomUUID(), name, cwd: wish.cwd, session, agent };
      const terminal = new SharedTerminal(pty, facts, size, this.#ports.clock, by);
      if (closings !== this.#closings) {
        await terminal.close();
        throw new OffdeskError('closed', 'Remote control was stopped.');
      }
      this.#all.set(terminal.id, terminal);
      terminal.onChange(() => this.#changed.fire());
      void terminal.exited.then(() => this.#forgetOldest());
      this.#changed.fire();
      return terminal;
    } finally {
      this.#opening--;
    }
  }

  /** Forgets it; all that ran in it is gone when it resolves. */
  async close(id: string): Promise<void> {
    const terminal = this.#all.get(id);
    if (!terminal) return;
    this.#all.delete(id);
    this.#changed.fire();
    await terminal.close();
  }

  async closeAll(): Promise<void> {
    this.#closings++;
    await Promise.all(this.all.map(({ id }) => this.close(id)));
  }

  #forgetOldest(): void {
    const ended = this.all.filter((terminal) => !terminal.running);
    for (const { id } of ended.slice(0, Math.max(0, ended.length - limits.endedTerminals)))
      // Its program is over: nothing is left behind by it.
      void this.close(id).catch(() => {});
  }
}

function tooMany(): OffdeskError {
  return new OffdeskError(
    'terminal_limit',
    `${limits.terminals} terminals run already.`,
    'Close one of them first.',
  );
}
