/** The host's end of the thread that knows the files: starts it when somebody asks, and anew after a crash. */
import { basename, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { OffdeskError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import type { Ask, FoundFile, FromWorker, ToWorker } from './worker-messages.ts';

export interface FilesWorkerOptions {
  log: Log;
  /** Files in a list. */
  most: number;
  /** The built worker, where it is not beside this program. */
  path?: string;
}

interface Waiting {
  ask: Ask;
  /** It was under way when the worker before this one crashed. */
  again: boolean;
  resolve(files: FoundFile[]): void;
  reject(error: OffdeskError): void;
}

/** The worker's heap; the table of paths is beside it. */
const heapMb = 2048;

export class FilesWorker {
  readonly #options: FilesWorkerOptions;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #last = 0;

  constructor(options: FilesWorkerOptions) {
    this.#options = options;
  }

  /**
   * Rejects with `superseded` when `signal` aborts, with `closed` when it is stopped, and with `internal` where there is no
   * list or the worker crashed twice.
   */
  search(ask: Ask, signal: AbortSignal): Promise<FoundFile[]> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(superseded());
      const waiting: Waiting = { ask, again: false, resolve, reject };
      const forget = () => this.#forget(waiting);
      signal.addEventListener('abort', forget, { once: true });
      waiting.resolve = (files) => (signal.removeEventListener('abort', forget), resolve(files));
      waiting.reject = (error) => (signal.removeEventListener('abort', forget), reject(error));
      this.#ask(waiting);
    });
  }

  /** Absolute paths that came or went in folders that the shell watches. */
  touch(paths: readonly string[]): void {
    if (this.#worker) this.#tell({ kind: 'touch', paths });
  }

  /** For tests: what happens when it crashes. */
  crash(): Promise<number> | undefined {
    return this.#worker?.terminate();
  }

  /** Nothing is left of it; who asks later starts another one. */
  stop(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
    for (const { reject } of this.#take()) reject(new OffdeskError('closed', 'Remote control has stopped.'));
  }

  #ask(waiting: Waiting): void {
    const id = ++this.#last;
    this.#waiting.set(id, waiting);
    this.#tell({ kind: 'search', id, ...waiting.ask });
  }

  #forget(waiting: Waiting): void {
    for (const [id, one] of this.#waiting) {
      if (one !== waiting) continue;
      this.#waiting.delete(id);
      this.#tell({ kind: 'forget', id });
    }
    waiting.reject(superseded());
  }

  #tell(message: ToWorker): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(message);
  }

  #take(): Waiting[] {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    return waiting;
  }

  #start(): Worker {
    const path = this.#options.path ?? ownPath();
    const options = {
      workerData: { most: this.#options.most },
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
      execArgv: [],
      // It writes nothing. Without these the first one has the main thread open its own output, which takes as long again.
      ...{ stdout: true, stderr: true },
    };
    // From the sources, in tests, tsx has to read it.
    const worker = path.endsWith('.ts')
      ? new Worker(`require('tsx/cjs');require(${JSON.stringify(path)})`, { ...options, eval: true })
      : new Worker(path, options);
    worker.unref();
    worker.on('message', (message: FromWorker) => this.#answer(message));
    worker.on('error', (error) => {
      const { code } = error as NodeJS.ErrnoException;
      this.#options.log.write('error', 'the files worker crashed', { error: error.name, code });
    });
    worker.once('exit', () => this.#ended(worker));
    return worker;
  }

  #answer(message: FromWorker): void {
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    this.#waiting.delete(message.id);
    if (message.kind === 'found') waiting.resolve(message.files);
    else waiting.reject(noList(message.message));
  }

  /** Who waits asks the next one; a question that ended two is not asked again. */
  #ended(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const waiting of this.#take()) {
      if (waiting.again) waiting.reject(noList('The search ended unexpectedly.'));
      else {
        waiting.again = true;
        this.#ask(waiting);
      }
    }
  }
}

function ownPath(): string {
  return join(__dirname, basename(__filename).endsWith('.ts') ? 'worker.ts' : 'files.js');
}

function superseded(): OffdeskError {
  return new OffdeskError('superseded', 'A newer search took its place.');
}

function noList(message: string): OffdeskError {
  return new OffdeskError('internal', `The files could not be listed: ${message}`, 'Type on to try again.');
}
