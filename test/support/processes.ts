/** Child processes of the tests: bounded in life, read by lines, and ended with all their descendants. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { eventually, within } from './wait.ts';

/** Carried by every process that a test starts and by what that one starts: so a leftover is found. */
const markerName = 'OFFDESK_TEST_RUN';
const bytesKept = 4 * 1024 * 1024;

export interface StartOptions {
  /** For error messages. */
  name?: string;
  cwd?: string;
  /** Added to the environment of the tests; `undefined` removes a variable. */
  env?: Record<string, string | undefined>;
  /** Begin with this environment instead of the tests' own. */
  baseEnv?: NodeJS.ProcessEnv;
  /** The process is killed after this time, in milliseconds; 10 minutes by default. */
  lifetimeMs?: number;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export class TestProcess {
  readonly pid: number;
  readonly name: string;
  readonly stdin: Writable;
  readonly stdout: LineReader;
  readonly stderr: LineReader;
  readonly exited: Promise<Exit>;
  /** Set once it has ended. */
  exit: Exit | undefined;
  readonly #marker: string;

  constructor(command: string, args: readonly string[], options: StartOptions = {}) {
    this.name = options.name ?? [command, ...args].join(' ').slice(0, 80);
    this.#marker = randomUUID();
    const env = { ...(options.baseEnv ?? process.env), ...options.env, [markerName]: this.#marker };
    const child = spawn(command, args, {
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
      // A process group of its own: a terminal's Ctrl-C goes to the tests alone, which then end it.
      detached: true,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    this.pid = child.pid ?? -1;
    this.stdin = child.stdin;
    // Writing to a process that has just ended is not an error of the test.
    child.stdin.on('error', () => undefined);
    this.stdout = new LineReader(child.stdout, `${this.name}: stdout`);
    this.stderr = new LineReader(child.stderr, `${this.name}: stderr`);
    running.add(this);
    const timer = setTimeout(() => this.kill(), options.lifetimeMs ?? 600_000);
    this.exited = new Promise((resolve) => {
      const end = (exit: Exit): void => {
        clearTimeout(timer);
        running.delete(this);
        this.exit ??= exit;
        resolve(this.exit);
      };
      child.once('error', (error) => {
        this.stderr.fail(error);
        this.stdout.fail(error);
        if (child.pid === undefined) end({ code: null, signal: null });
      });
      child.once('close', (code, signal) => end({ code, signal }));
      child.once('exit', (code, signal) => {
        this.exit = { code, signal };
        // The rest of the output comes before 'close', unless an orphan keeps the pipe open: then no longer than this.
        setTimeout(() => end({ code, signal }), 500);
      });
    });
  }

  /** Everything it printed, for error messages. */
  get output(): string {
    return `--- ${this.name}: stdout\n${this.stdout.text}\n--- stderr\n${this.stderr.text}`;
  }

  writeLine(line: string): void {
    this.stdin.write(`${line}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.exit && this.pid > 0) process.kill(this.pid, signal);
  }

  /** Waits for the end; the error holds what was printed. */
  async waitForExit(timeoutMs = 30_000): Promise<Exit> {
    try {
      return await within(this.exited, timeoutMs, `the end of ${this.name}`);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.output}`, { cause: error });
    }
  }

  /** Processes that it or its descendants started and that still run, orphans included. */
  leftovers(): RunningProcess[] {
    return processesWithEnv(markerName, this.#marker).filter(({ pid }) => pid !== this.pid || !this.exit);
  }

  /** Asks it to end by `signal`, waits, kills what does not. Idempotent. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', timeoutMs = 10_000): Promise<Exit> {
    this.signal(signal);
    await within(this.exited, timeoutMs, 'the end').catch(() => undefined);
    this.kill();
    const exit = await this.waitForExit(10_000);
    await eventually(() => this.leftovers().length === 0, {
      what: `${this.name} to be gone`,
      timeoutMs: 10_000,
    });
    return exit;
  }

  /** SIGKILL to it and to all that descends from it. */
  kill(): void {
    // A program may have cleaned its children's environment: the tree is looked at too.
    const tree = this.exit ? [] : processTree(this.pid);
    for (const { pid } of [...this.leftovers(), ...tree]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended in between.
      }
    }
  }
}

const running = new Set<TestProcess>();
process.once('exit', () => {
  for (const child of running) child.kill();
});

/** Starts a process with bounded life. */
export function start(command: string, args: readonly string[], options: StartOptions = {}): TestProcess {
  return new TestProcess(command, args, options);
}

export interface RunResult extends Exit {
  stdout: string;
  stderr: string;
}

/** Runs a command to its end; fails on another exit code than 0 unless `anyCode`. */
export async function run(
  command: string,
  args: readonly string[],
  options: StartOptions & { input?: string; anyCode?: boolean; timeoutMs?: number } = {},
): Promise<RunResult> {
  const child = start(command, args, options);
  child.stdin.end(options.input ?? '');
  try {
    const exit = await child.waitForExit(options.timeoutMs ?? 60_000);
    if (exit.code !== 0 && !options.anyCode)
      throw new Error(`${child.name} ended with ${exit.code ?? exit.signal}\n${child.output}`);
    return { ...exit, stdout: child.stdout.text, stderr: child.stderr.text };
  } finally {
    child.kill();
  }
}

/** The lines of a stream, kept up to a bound, each of which can be awaited once. */
export class LineReader {
  readonly #name: string;
  #lines: string[] = [];
  #partial = '';
  #bytes = 0;
  #ended: Error | undefined;
  #taken = 0;
  #waiters = new Set<() => void>();

  constructor(stream: Readable, name: string) {
    this.#name = name;
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => this.#add(text));
    stream.once('end', () => this.fail(new Error(`${name} ended`)));
    stream.once('error', (error) => this.fail(error));
  }

  /** Everything so far. */
  get text(): string {
    return [...this.#lines, this.#partial].join('\n');
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** The next line after the last awaited one that fits. Lines in between are passed over. */
  async waitForLine(fits: (line: string) => boolean, timeoutMs = 30_000): Promise<string> {
    const found = await this.#wait((line) => (fits(line) ? line : undefined), timeoutMs);
    return found;
  }

  /** The next JSON object line that fits; lines that are no JSON objects are passed over. */
  async waitForJson<T = Record<string, unknown>>(
    fits: (value: Record<string, unknown>) => boolean,
    timeoutMs = 30_000,
  ): Promise<T> {
    return this.#wait((line) => {
      const value = jsonObject(line);
      return value && fits(value) ? (value as T) : undefined;
    }, timeoutMs);
  }

  /** All JSON object lines so far. */
  get json(): Record<string, unknown>[] {
    return this.#lines.map(jsonObject).filter((value) => value !== undefined);
  }

  /** The stream is over: what waits is told. */
  fail(error: Error): void {
    this.#ended ??= error;
    if (this.#partial) this.#lines.push(this.#partial);
    this.#partial = '';
    this.#wake();
  }

  async #wait<T>(take: (line: string) => T | undefined, timeoutMs: number): Promise<T> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      while (this.#taken < this.#lines.length) {
        const line = this.#lines[this.#taken++] ?? '';
        const value = take(line);
        if (value !== undefined) return value;
      }
      if (this.#ended)
        throw new Error(`${this.#ended.message} before the line came; it had:\n${this.text.slice(-4000)}`);
      const more = new Promise<void>((resolve) => this.#waiters.add(resolve));
      await within(more, Math.max(1, end - performance.now()), `a line of ${this.#name}`).catch(
        (error: unknown) => {
          throw new Error(
            `no such line of ${this.#name} in ${timeoutMs} ms; it had:\n${this.text.slice(-4000)}`,
            { cause: error },
          );
        },
      );
    }
  }

  #add(text: string): void {
    this.#bytes += text.length;
    if (this.#bytes > bytesKept) return;
    const parts = (this.#partial + text).split(/\r?\n/);
    this.#partial = parts.pop() ?? '';
    this.#lines.push(...parts);
    if (parts.length > 0) this.#wake();
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter();
    this.#waiters.clear();
  }
}

function jsonObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

export interface RunningProcess {
  pid: number;
  parent: number;
  command: string;
}

/** All processes that are not zombies. Linux: from /proc. */
export function allProcesses(): RunningProcess[] {
  const found: RunningProcess[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      // The name, in parentheses, may hold anything: fields are counted from the last parenthesis.
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z' || state === 'X') continue;
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      found.push({ pid: Number(entry), parent: Number(parent), command });
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

/** A process and everything below it, while their parents live. */
export function processTree(pid: number): RunningProcess[] {
  const all = allProcesses();
  const tree = all.filter((process) => process.pid === pid);
  for (let at = 0; at < tree.length; at++) {
    const parent = tree[at]?.pid;
    tree.push(...all.filter((process) => process.parent === parent));
  }
  return tree;
}

export function isRunning(pid: number): boolean {
  return allProcesses().some((process) => process.pid === pid);
}

function processesWithEnv(name: string, value: string): RunningProcess[] {
  const wanted = Buffer.from(`${name}=${value}`);
  return allProcesses().filter(({ pid }) => {
    try {
      return readFileSync(`/proc/${pid}/environ`).includes(wanted);
    } catch {
      return false;
    }
  });
}
