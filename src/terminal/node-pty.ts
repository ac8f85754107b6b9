/** Real pseudoterminals: the native library, loaded with the first terminal, and absent where nobody built it. */
import { constants } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { IPty, spawn as spawnType } from '@lydell/node-pty';
import { Emitter } from '../base/emitter.ts';
import { OffdeskError } from '../base/error.ts';
import { limits } from '../protocol/limits.ts';
import type { Pty, PtyExit, PtyPort, PtyWish } from './pty.ts';
import { TypedBytes } from './typed-bytes.ts';

type Library = { spawn(...wish: Parameters<typeof spawnType>): IPty };

export interface NodePtyPorts {
  /** Process groups of all that runs in the terminal which this process leads, or led. */
  groupsIn(leader: number, gone: boolean): number[];
  signalGroups(groups: readonly number[], signal: NodeJS.Signals): void;
  anyRuns(groups: readonly number[]): boolean;
  /** For tests: as if the library were another one. */
  load?(): Promise<Library>;
}

export function nodePty(ports: NodePtyPorts): PtyPort {
  const load = ports.load ?? (() => import('@lydell/node-pty'));
  let library: Promise<Library> | undefined;
  const loaded = () =>
    (library ??= load().catch((cause: unknown) => {
      // It may be put right while this runs.
      library = undefined;
      throw missing(cause);
    }));
  return {
    available: () =>
      loaded().then(
        () => true,
        () => false,
      ),
    async spawn(wish) {
      const { spawn } = await loaded();
      return new NativePty(start(spawn, wish), ports);
    },
  };
}

function start(spawn: Library['spawn'], { file, args, cwd, env, cols, rows }: PtyWish): IPty {
  try {
    return spawn(file, args, { name: env['TERM'] ?? 'xterm-256color', cwd, env, cols, rows });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new OffdeskError(
      'terminal_failed',
      `The terminal could not be started: ${why.replace(/[.\s]+$/, '')}.`,
      'Check the command and its folder, then try again.',
      { cause },
    );
  }
}

function missing(cause: unknown): OffdeskError {
  return new OffdeskError(
    'terminals_missing',
    `Terminals are not part of this build of Offdesk for ${process.platform} on ${process.arch}.`,
    'Install the extension for this platform; everything else works without.',
    { cause },
  );
}

/** Between two looks whether all have ended, in milliseconds. */
const lookMs = 25;

/** One call for each that still runs. */
const running = new Set<() => void>();
let watching = false;

class NativePty implements Pty {
  readonly #pty: IPty;
  readonly #ports: NodePtyPorts;
  readonly #exit = new Emitter<PtyExit>();
  readonly onData: Pty['onData'];
  readonly onExit = this.#exit.event;
  readonly #typed: TypedBytes;
  readonly onRead: Pty['onRead'];
  #ended = false;
  #killing: Promise<void> | undefined;
  readonly #gone: Promise<void>;
  /** Groups that were asked to end: what lost its parent is not found again. */
  #asked: number[] = [];

  constructor(pty: IPty, ports: NodePtyPorts) {
    this.#pty = pty;
    this.#ports = ports;
    this.onData = (listener) => pty.onData(listener);
    // Of its Unix part (lydell's node-pty 1.1); elsewhere neither is there.
    const { fd, _socket } = pty as unknown as { fd?: number; _socket?: { destroyed: boolean } };
    this.#typed = new TypedBytes(() => (this.#ended || _socket?.destroyed !== false ? undefined : fd));
    this.onRead = this.#typed.onRead;
    this.#gone = new Promise((resolve) => {
      pty.onExit(({ exitCode, signal }) => {
        this.#ends(exitCode, signal);
        resolve();
      });
    });
    if (!watching) process.once('exit', () => running.forEach((kill) => kill()));
    watching = true;
    running.add(this.#killNow);
  }

  get pid(): number {
    return this.#pty.pid;
  }

  write(data: string): void {
    if (this.#ended || data === '') return;
    if (process.platform === 'win32') this.#pty.write(data);
    else this.#typed.write(data);
  }

  get unread(): number {
    return this.#typed.unread;
  }

  resize(cols: number, rows: number): void {
    try {
      if (!this.#ended) this.#pty.resize(cols, rows);
    } catch {
      // Its program has just ended.
    }
  }

  pause(): void {
    if (!this.#ended) this.#pty.pause();
  }

  resume(): void {
    if (!this.#ended) this.#pty.resume();
  }

  kill(): Promise<void> {
    return (this.#killing ??= this.#kill());
  }

  async #kill(): Promise<void> {
    // One that is paused would not hear of its end.
    this.resume();
    this.#signal('SIGHUP');
    await this.#until(() => !this.#anyLeft(true));
    this.#killNow();
    await this.#gone;
    // What was killed is gone a moment later.
    await this.#until(() => !this.#anyLeft(false));
  }

  /** No longer than what runs there has to end. */
  async #until(over: () => boolean): Promise<void> {
    const late = performance.now() + limits.terminalStopMs;
    while (performance.now() < late && !over()) await wait(lookMs);
  }

  /** `unknown`: what is taken for true where it can't be known. */
  #anyLeft(unknown: boolean): boolean {
    if (!this.#ended) return true;
    if (process.platform !== 'linux') return false;
    try {
      return this.#ports.anyRuns(this.#asked);
    } catch {
      return unknown;
    }
  }

  /** Where the list of processes can't be read, such as for want of file handles, at least what it leads is ended. */
  #groups(): number[] {
    try {
      return this.#ports.groupsIn(this.pid, this.#ended);
    } catch {
      return this.#ended ? [] : [this.pid];
    }
  }

  #signal(signal: NodeJS.Signals): void {
    if (process.platform === 'win32') {
      if (!this.#ended) this.#pty.kill();
      return;
    }
    // Elsewhere than on Linux its number may be another's by now.
    if (this.#ended && process.platform !== 'linux') return;
    this.#asked = [...new Set([...this.#asked, ...this.#groups()])];
    this.#ports.signalGroups(this.#asked, signal);
  }

  readonly #killNow = (): void => {
    this.#signal('SIGKILL');
    running.delete(this.#killNow);
  };

  #ends(code: number, signal: number | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#typed.dispose();
    // What outlives its shell while that is being ended has a moment longer.
    if (!this.#killing) running.delete(this.#killNow);
    this.#exit.fire(signal ? { code, signal: nameOf(signal) } : { code });
  }
}

function nameOf(signal: number): string {
  const found = Object.entries(constants.signals).find(([, number]) => number === signal);
  return found?.[0] ?? `signal ${signal}`;
}
