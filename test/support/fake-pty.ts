/** Pseudoterminals without programs, for tests: what is typed is echoed, what the test says is put out. */
import { Emitter } from '../../src/base/emitter.ts';
import type { Pty, PtyExit, PtyPort, PtyWish } from '../../src/terminal/pty.ts';

export class FakePty implements Pty {
  readonly wish: PtyWish;
  readonly pid: number;
  readonly #data = new Emitter<string>();
  readonly #exit = new Emitter<PtyExit>();
  readonly onData = this.#data.event;
  readonly onExit = this.#exit.event;
  paused = false;
  unread = 0;
  readonly onRead = new Emitter<void>().event;
  readonly sizes: string[] = [];
  readonly typed: string[] = [];
  #waiting: string[] = [];
  #ended: Promise<void> | undefined;

  constructor(wish: PtyWish, pid: number) {
    this.wish = wish;
    this.pid = pid;
  }

  /** Like a program: while it is paused it waits. */
  print(data: string): void {
    if (this.#ended) return;
    if (this.paused) this.#waiting.push(data);
    else this.#data.fire(data);
  }

  end(exit: PtyExit): void {
    if (this.#ended) return;
    this.resume();
    this.#ended = Promise.resolve();
    this.#exit.fire(exit);
  }

  write(data: string): void {
    this.typed.push(data);
    if (data.includes('\x03')) this.end({ code: 130 });
    else if (/^exit (\d+)\r$/.test(data)) this.end({ code: Number(/\d+/.exec(data)![0]) });
    else this.print(data.replaceAll('\r', '\r\n'));
  }

  resize(cols: number, rows: number): void {
    this.sizes.push(`${cols}x${rows}`);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    while (!this.paused && this.#waiting.length > 0) this.#data.fire(this.#waiting.shift()!);
  }

  kill(): Promise<void> {
    this.end({ code: 0, signal: 'SIGHUP' });
    return Promise.resolve();
  }
}

export class FakePtys implements PtyPort {
  readonly all: FakePty[] = [];
  available = () => Promise.resolve(true);

  spawn(wish: PtyWish): Promise<FakePty> {
    const pty = new FakePty(wish, 1_000_000 + this.all.length);
    this.all.push(pty);
    return Promise.resolve(pty);
  }
}
