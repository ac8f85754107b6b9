/** A terminal that several clients share: one program, one size, each looking as fast as it can (docs/SPEC.md, O). */
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { errorFrom } from '../base/error.ts';
import { limits } from '../protocol/limits.ts';
import { terminalUnread, type TerminalRow } from '../protocol/terminals.ts';
import { plainLine } from '../base/plain-text.ts';
import type { Pty, PtyExit } from './pty.ts';
import { Screen, type Size } from './screen.ts';
import { Viewer, type Told } from './viewer.ts';

/** Who types or shows a terminal; the same object for as long as it is connected. */
export interface Person {
  readonly name: string;
}

export interface TerminalFacts {
  id: string;
  name: string;
  cwd: string;
  session?: string | undefined;
  /** An agent began it, not a person. */
  agent?: boolean | undefined;
}

interface Full {
  /** Resolves once all of it was read, or its program has ended. */
  readonly over: Promise<void>;
  end(): void;
}

export class SharedTerminal {
  readonly id: string;
  readonly #facts: TerminalFacts;
  readonly #pty: Pty;
  readonly #clock: Clock;
  readonly #screen: Screen;
  readonly #viewers = new Map<Viewer, Person>();
  readonly #changed = new Emitter<void>();
  readonly #data = new Emitter<string>();
  /** What its row says has changed. */
  readonly onChange = this.#changed.event;
  /** All that it puts out. */
  readonly onData = this.#data.event;
  readonly exited: Promise<PtyExit>;
  #exit: PtyExit | undefined;
  #size: Size;
  /** Whose size it has: who typed last, or opened it. */
  #sizer: Person | undefined;
  /** The sizes that clients show. */
  readonly #sizes = new WeakMap<Person, Size>();
  #paused = false;
  #tool: string | undefined;
  #disposed = false;
  /** So much was written that its program has not read that no more is taken. */
  #full: Full | undefined;

  constructor(pty: Pty, facts: TerminalFacts, size: Size, clock: Clock, by?: Person) {
    this.id = facts.id;
    this.#facts = facts;
    this.#pty = pty;
    this.#clock = clock;
    this.#size = size;
    this.#sizer = by;
    if (by) this.#sizes.set(by, size);
    this.#screen = new Screen(size);
    this.#screen.onAnswer((data) => {
      // A program that asks and never reads gets no more answers, as no more of what is typed.
      if (!this.#full) this.#put(data);
    });
    pty.onRead(() => this.#read());
    this.#screen.onParsed(() => this.#flow());
    pty.onData((data) => this.#output(data));
    this.exited = new Promise((resolve) => {
      pty.onExit((exit) => {
        this.#exit = exit;
        resolve(exit);
        this.#read();
        this.#changed.fire();
      });
    });
  }

  get running(): boolean {
    return this.#exit === undefined;
  }

  get session(): string | undefined {
    return this.#facts.session;
  }

  /** The agent's tool call that runs in it. */
  get tool(): string | undefined {
    return this.#tool;
  }

  set tool(id: string | undefined) {
    if (this.#tool === id) return;
    this.#tool = id;
    this.#changed.fire();
  }

  get row(): TerminalRow {
    const { id, name, cwd, session, agent } = this.#facts;
    const exit = this.#exit;
    const tool = this.#tool;
    return {
      ...{ id, name: plainLine(name, limits.titleChars), cwd },
      ...this.#size,
      sizedBy: this.#sizer?.name ?? null,
      running: exit === undefined,
      ...(exit && { exitCode: exit.code }),
      ...(exit?.signal !== undefined && { signal: exit.signal }),
      ...(session !== undefined && { session }),
      ...(agent && { agent }),
      ...(tool !== undefined && { tool }),
      ...(this.#full && { unread: true }),
    };
  }

  /** `start` it once the client has its `first` screen. */
  view(person: Person, told: Told): Viewer & Disposable {
    const viewer = new Viewer({ told, clock: this.#clock, screen: this.#screen });
    this.#viewers.set(viewer, person);
    return viewer;
  }

  leave(viewer: Viewer): void {
    viewer.dispose();
    this.#viewers.delete(viewer);
  }

  /**
   * Its size becomes that of who types. Throws `terminal_unread` where no more is taken: nothing of it is. What resolves
   * does so once more will be.
   */
  input(data: string, by: Person): Promise<void> | undefined {
    if (this.#exit) return undefined;
    this.#sizedBy(by);
    if (data === '') return this.#full?.over;
    if (this.#full) throw errorFrom(terminalUnread);
    return this.#put(data)?.over;
  }

  /** What this client shows; the terminal's own, if it is the client's to say. */
  resize(size: Size, by: Person): void {
    this.#sizes.set(by, size);
    const there = this.#sizer !== undefined && [...this.#viewers.values()].includes(this.#sizer);
    if (!there || this.#sizer === by) this.#sizedBy(by);
  }

  /** All that runs in it is gone when it resolves; what it showed stays. */
  kill(): Promise<void> {
    return this.#pty.kill();
  }

  /** Nobody looks any more, and nothing of it is kept. All that ran in it is gone when it resolves. Idempotent. */
  async close(): Promise<void> {
    if (!this.#disposed) this.#dispose();
    await this.#pty.kill();
  }

  /** Not while it is full; what it is then. */
  #put(data: string): Full | undefined {
    this.#pty.write(data);
    if (this.#pty.unread < limits.terminalUnreadChars) return undefined;
    let end = () => {};
    const over = new Promise<void>((resolve) => (end = resolve));
    this.#full = { over, end };
    this.#changed.fire();
    return this.#full;
  }

  #read(): void {
    this.#full?.end();
    if (!this.#full) return;
    this.#full = undefined;
    this.#changed.fire();
  }

  #dispose(): void {
    this.#disposed = true;
    this.#full?.end();
    for (const viewer of [...this.#viewers.keys()]) this.leave(viewer);
    this.#screen.dispose();
    this.#changed.dispose();
    this.#data.dispose();
  }

  #output(data: string): void {
    if (this.#disposed) return;
    // First: somebody waits for the echo of a key.
    for (const viewer of this.#viewers.keys()) viewer.output(data);
    this.#screen.write(data);
    this.#flow();
    this.#data.fire(data);
  }

  /** What puts out more than can be parsed has to wait. */
  #flow(): void {
    const { waiting } = this.#screen;
    if (!this.#paused && waiting > limits.terminalUnparsedChars) {
      this.#paused = true;
      this.#pty.pause();
    } else if (this.#paused && waiting <= limits.terminalUnparsedChars / 2) {
      this.#paused = false;
      this.#pty.resume();
    }
  }

  #sizedBy(by: Person): void {
    const size = this.#sizes.get(by);
    if (!size || this.#exit) return;
    const { cols, rows } = this.#size;
    if (this.#sizer === by && size.cols === cols && size.rows === rows) return;
    this.#sizer = by;
    if (size.cols !== cols || size.rows !== rows) {
      this.#size = size;
      this.#pty.resize(size.cols, size.rows);
      this.#screen.resize(size);
      for (const viewer of this.#viewers.keys()) viewer.resize(size);
    }
    this.#changed.fire();
  }
}
