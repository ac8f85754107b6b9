/** Child processes of the tests: bounded in life, read by lines, and ended with all their descendants. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';
import { LineReader } from './line-reader.ts';
import { processTree, processesWithEnv, type RunningProcess } from './process-table.ts';
import { eventually, within } from './wait.ts';

/** Carried by every process that a test starts and by what that one starts: so a leftover is found. */
const markerName = 'OFFDESK_TEST_RUN';
/** Carried by all of a stage of test/run.mjs, which looks for leftovers of its own. */
const stageName = 'OFFDESK_TEST_STAGE';

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
    const env = {
      ...(options.baseEnv ?? process.env),
      ...options.env,
      [markerName]: this.#marker,
      [stageName]: process.env[stageName],
    };
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
        // After a turn of the event loop: where this process stood still for that time, the rest is there, unread.
        setTimeout(() => setImmediate(() => setImmediate(() => end({ code, signal }))), 500);
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
  async stop(signal: NodeJS.Signals = 'SIGTERM', timeoutMs = 30_000): Promise<Exit> {
    this.signal(signal);
    await within(this.exited, timeoutMs, 'the end').catch(() => undefined);
    this.kill();
    const exit = await this.waitForExit();
    await eventually(() => this.leftovers().length === 0, { what: `${this.name} to be gone` });
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
