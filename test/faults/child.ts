/** One process of a round as the harness holds it: commands to it, its results, its end. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** Of a command to a process that is neither dead nor frozen. */
const replyMs = 60_000;

export interface ChildOptions {
  name: string;
  script: string;
  env: Record<string, string>;
  cwd: string;
  /** Its stderr is appended here. */
  log: string;
}

export class Child {
  readonly name: string;
  readonly pid: number;
  readonly exited: Promise<void>;
  ended = false;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  readonly #ready: Promise<void>;
  #next = 1;

  constructor({ name, script, env, cwd, log }: ChildOptions) {
    this.name = name;
    const stderr = openSync(log, 'a');
    this.#child = spawn(process.execPath, [script], {
      cwd,
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['pipe', 'pipe', stderr],
    }) as ChildProcessByStdio<Writable, Readable, null>;
    closeSync(stderr);
    this.pid = this.#child.pid ?? -1;
    children.add(this);
    this.#child.stdin.on('error', () => undefined);
    this.exited = new Promise((resolve) => {
      this.#child.once('error', () => this.#end(resolve));
      this.#child.once('exit', () => this.#end(resolve));
    });
    this.#ready = new Promise((resolve, reject) => {
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        const value = parse(line);
        if (!value) return;
        if ('ready' in value) return resolve();
        const waiting = this.#pending.get(value['id'] as number);
        this.#pending.delete(value['id'] as number);
        if ('error' in value) waiting?.reject(new Error(`${name}: ${String(value['error'])}`));
        else waiting?.resolve(value['result']);
      });
      void this.exited.then(() => reject(new ChildEnded(name)));
    });
    this.#ready.catch(() => undefined);
  }

  /** Rejects with ChildEnded when it ends first. */
  async call<T = unknown>(cmd: string, fields: object = {}): Promise<T> {
    await this.#ready;
    if (this.ended) throw new ChildEnded(this.name);
    const id = this.#next++;
    const result = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      const late = setTimeout(() => reject(new Error(`${this.name} did not answer ${cmd}`)), replyMs);
      late.unref();
    });
    this.#child.stdin.write(`${JSON.stringify({ id, cmd, ...fields })}\n`);
    return (await result) as T;
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.ended && this.pid > 0) process.kill(this.pid, signal);
  }

  /** By the end of its stdin; idempotent. */
  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.exited;
  }

  #end(resolve: () => void): void {
    this.ended = true;
    children.delete(this);
    for (const { reject } of this.#pending.values()) reject(new ChildEnded(this.name));
    this.#pending.clear();
    resolve();
  }
}

export class ChildEnded extends Error {
  constructor(name: string) {
    super(`${name} has ended`);
  }
}

const children = new Set<Child>();
process.once('exit', () => {
  for (const child of children) child.signal('SIGKILL');
});

function parse(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
