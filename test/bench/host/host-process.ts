/** Starts a host process, commands it by JSON lines, and watches its memory from outside. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../support/ports.ts';
import { start, type TestProcess } from '../../support/processes.ts';
import { removeFolder, tempFolder } from '../../support/temp-folder.ts';
import { within } from '../../support/wait.ts';
import type { Built } from './build.ts';
import { Calls } from './calls.ts';

/** What a host process is started with. */
export interface HostOptions {
  machineFolder: string;
  cwd: string;
  webFolder: string;
  agent: { command: string; args: string[]; env?: Record<string, string> };
  /** Of the embedded relay. */
  port: number;
  /** Where phones dial instead, such as a proxy that can be cut. */
  publicUrl?: string;
}

export type HostCommand =
  | { do: 'invite' }
  | { do: 'prompt'; id: string; text: string }
  | { do: 'sessions' }
  | { do: 'jump'; ms: number }
  | { do: 'figures'; reset?: boolean; collect?: boolean; busy?: boolean }
  | { do: 'stop' };

/** Bytes and milliseconds; delays since the last reset. */
export interface HostFigures {
  rss: number;
  heapUsed: number;
  external: number;
  arrayBuffers: number;
  cpuMs: number;
  delayP50: number;
  delayP99: number;
  delayMax: number;
  /** Of processor, the longest that the event loop was not free; 0 unless `busy` was asked for before. */
  busyMax: number;
}

export interface HostProcessOptions {
  built: Built;
  /** What the agent logs, and other environment of it. */
  agentEnv?: Record<string, string>;
  /** A prepared machine folder, which stays; a new one that goes by default. */
  machineFolder?: string;
  cwd?: string;
  port?: number;
  publicUrl?: string;
}

export interface SessionRow {
  id: string;
  state: string;
}

/** Between two looks at a process's memory. */
const lookMs = 50;

export class HostProcess {
  readonly process: TestProcess;
  readonly port: number;
  /** The workspace. */
  readonly cwd: string;
  readonly #folder: string;
  readonly #calls: Calls;
  #prompts = 0;
  #peak = 0;
  readonly #watch: NodeJS.Timeout;

  private constructor(process: TestProcess, port: number, folder: string, cwd: string) {
    this.process = process;
    this.#calls = new Calls(process);
    this.port = port;
    this.#folder = folder;
    this.cwd = cwd;
    this.#watch = setInterval(() => (this.#peak = Math.max(this.#peak, this.rss())), lookMs);
  }

  static async start(options: HostProcessOptions): Promise<HostProcess> {
    const { built, agentEnv = {}, publicUrl } = options;
    const folder = tempFolder('od-bench');
    const cwd = options.cwd ?? join(folder, 'work');
    mkdirSync(cwd, { recursive: true });
    const port = options.port ?? (await freePort());
    const wanted: HostOptions = {
      machineFolder: options.machineFolder ?? join(folder, 'machine'),
      ...{ cwd, port, webFolder: built.web },
      agent: { command: process.execPath, args: [built.agent], env: agentEnv },
      ...(publicUrl === undefined ? {} : { publicUrl }),
    };
    const child = start(process.execPath, ['--expose-gc', built.host, JSON.stringify(wanted)], {
      name: 'bench host',
      lifetimeMs: 3_600_000,
    });
    try {
      await child.stdout.waitForJson(({ ready }) => ready === true, 60_000);
      return new HostProcess(child, port, folder, cwd);
    } catch (error) {
      await child.stop('SIGKILL');
      removeFolder(folder);
      throw error;
    }
  }

  /** A new link; it voids the one before. */
  async invite(): Promise<string> {
    return (await this.#call<{ url: string }>({ do: 'invite' })).url;
  }

  async sessions(): Promise<SessionRow[]> {
    return (await this.#call<{ sessions: SessionRow[] }>({ do: 'sessions' })).sessions;
  }

  /** Prompts at the desk. `ended` resolves at the end of the turn. */
  prompt(text: string, timeoutMs = 120_000): { id: string; ended: Promise<unknown> } {
    const id = `bench-prompt-${++this.#prompts}-${process.pid}`;
    return { id, ended: this.#call({ do: 'prompt', id, text }, timeoutMs) };
  }

  /** The host's clock goes on from this much later. Milliseconds. */
  async jump(ms: number): Promise<void> {
    await this.#call({ do: 'jump', ms });
  }

  figures(options: { reset?: boolean; collect?: boolean; busy?: boolean } = {}): Promise<HostFigures> {
    return this.#call<HostFigures>({ do: 'figures', ...options });
  }

  /** Resident bytes now. */
  rss(): number {
    return residentBytes(this.process.pid);
  }

  /** The most resident bytes since the last call. */
  takePeak(): number {
    const peak = Math.max(this.#peak, this.rss());
    this.#peak = 0;
    return peak;
  }

  async stop(): Promise<void> {
    clearInterval(this.#watch);
    void this.#call({ do: 'stop' }, 10_000).catch(() => undefined);
    await within(this.process.exited, 10_000, 'the end of the host').catch(() => undefined);
    await this.process.stop('SIGKILL');
    removeFolder(this.#folder);
  }

  #call<T>(command: HostCommand, timeoutMs?: number): Promise<T> {
    return this.#calls.call<T>(command, timeoutMs);
  }
}

/** 0 for a process that has ended. Linux. */
function residentBytes(pid: number): number {
  try {
    const pages = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1];
    return Number(pages) * 4096;
  } catch {
    return 0;
  }
}
