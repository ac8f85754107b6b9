/** A tunnel program that runs: its lines, its end, and that it never outlives this process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { win32 } from 'node:path';
import type { Readable } from 'node:stream';
import { limits } from '../../protocol/limits.ts';
import type { Launch } from './tunnel-program.ts';

export interface RunningProgram {
  /** How it ended, such as `code 1` or `SIGKILL`; resolves when nothing of it is left to be stopped. */
  readonly exited: Promise<string>;
  /** Resolves when it is gone. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Runs beside the program, in its group, and reads a pipe whose other end this process holds: the pipe ends with this
 * process, however that ends, and then the group is asked to end, and ended. The group's number cannot be another's,
 * since this shell is in it. Windows: libuv's job object ends what is not detached together with this process.
 */
const guard = [
  '{ trap "" TERM INT HUP; read -r _ <&3; kill -s TERM -- -$$; sleep "$0"; kill -s KILL -- -$$; } >/dev/null 2>&1 &',
  'exec 3<&-; exec "$@"',
].join(' ');

const windows = process.platform === 'win32';

/** Throws what `spawn` throws for what cannot be a command; one that is not there ends at once. */
export function runProgram(launch: Launch, line: (text: string) => void): RunningProgram {
  const { command, args, env, windowsVerbatimArguments } = launch;
  const child = windows
    ? spawn(command, args, {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        windowsHide: true,
        windowsVerbatimArguments,
      })
    : spawn('/bin/sh', ['-c', guard, String(limits.tunnelStopMs / 1000), command, ...args], {
        env,
        stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
        detached: true,
      });
  return new Running(child, line);
}

class Running implements RunningProgram {
  readonly exited: Promise<string>;
  readonly #child: ChildProcess;
  #gone = false;

  constructor(child: ChildProcess, line: (text: string) => void) {
    this.#child = child;
    for (const output of [child.stdout, child.stderr]) if (output) readLines(output, line);
    child.stdio[3]?.on('error', () => {});
    this.exited = new Promise((resolve) => {
      const ended = (how: string) => {
        this.#gone = true;
        // What it started goes with it, and the guard has nothing left to guard.
        this.#signal('SIGKILL');
        child.stdout?.destroy();
        child.stderr?.destroy();
        resolve(how);
      };
      child.once('error', (error) => ended(error.message));
      // What it said last may still be on its way.
      child.once('exit', (code, signal) =>
        setImmediate(() => ended(signal ? signal : `code ${code ?? 'unknown'}`)),
      );
    });
  }

  async stop(): Promise<void> {
    if (!this.#gone) {
      this.#signal('SIGTERM');
      const timer = setTimeout(() => this.#signal('SIGKILL'), limits.tunnelStopMs);
      await this.exited;
      clearTimeout(timer);
    }
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      if (!windows) process.kill(-pid, signal);
      else if (!this.#gone) endTree(pid);
    } catch {
      // It is gone.
    }
  }
}

/** By its full path: Windows looks for a bare name in the working folder first. */
function endTree(pid: number): void {
  const program = win32.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'taskkill.exe');
  spawn(program, ['/pid', String(pid), '/T', '/F'], { windowsHide: true }).on('error', () => {});
}

function readLines(output: Readable, line: (text: string) => void): void {
  let rest = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split(/\r?\n/);
    rest = (parts.pop() ?? '').slice(0, limits.tunnelReadChars);
    for (const part of parts) line(part.slice(0, limits.tunnelReadChars));
  });
  output.on('end', () => {
    if (rest !== '') line(rest);
    rest = '';
  });
  output.on('error', () => {});
}
