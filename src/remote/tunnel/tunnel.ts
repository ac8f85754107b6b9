/** A tunnel program run for the embedded relay: started, watched, started again when it ends, and gone after close. */
import { get } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import { asOffdeskError, type OffdeskError } from '../../base/error.ts';
import type { Log } from '../../base/log.ts';
import { limits } from '../../protocol/limits.ts';
import type { TunnelStatus } from '../../protocol/tunnel.ts';
import { runProgram, type RunningProgram } from './running-program.ts';
import { shownLine } from './shown-line.ts';
import { ended, missing, silent } from './tunnel-errors.ts';
import type { TunnelProgram } from './tunnel-program.ts';
import type { TunnelReader, TunnelWay } from './tunnel-way.ts';

export interface TunnelOptions {
  way: TunnelWay;
  /** Of the embedded relay, which listens already. */
  port: number;
  /** Looks anew at each start: it may have been installed or removed since. */
  find(): TunnelProgram | undefined;
  clock: Clock;
  log: Log;
  /** From its start to an address that leads here; `limits.tunnelStartMs` unless given. */
  startMs?: number;
}

/** One run of the program. */
interface Run {
  reader: TunnelReader;
  program: RunningProgram;
  /** What it is to be said to have failed by, whatever its end will look like. */
  failure: OffdeskError | undefined;
  ranSince: number | undefined;
  /** Until it must have an address. */
  patience: Disposable | undefined;
  /** Until it is asked again whether it leads here. */
  asking: Disposable | undefined;
}

type State = Pick<TunnelStatus, 'state' | 'error' | 'retryAt'>;

export class Tunnel {
  readonly #options: TunnelOptions;
  readonly #changed = new Emitter<void>();
  /** State, address or output changed. */
  readonly onChange: Event<void> = this.#changed.event;
  #state: State = { state: 'starting', error: null, retryAt: null };
  #address: string | undefined;
  #output: string[] = [];
  #telling: Disposable | undefined;
  #retry: Disposable | undefined;
  #run: Run | undefined;
  #attempts = 0;
  #closed = false;

  constructor(options: TunnelOptions) {
    this.#options = options;
  }

  get status(): TunnelStatus {
    const url = this.address === undefined ? '' : `${this.address}/`;
    return { program: this.#options.way.kind, url, output: [...this.#output], ...this.#state };
  }

  /** By which it leads here, or, where that lasts, will again; an origin. */
  get address(): string | undefined {
    return this.#address;
  }

  start(): void {
    void this.#start();
  }

  /** Nothing of the program runs when it resolves. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#telling?.dispose();
    this.#retry?.dispose();
    this.#changed.dispose();
    this.#address = undefined;
    const run = this.#run;
    if (!run) return;
    run.patience?.dispose();
    run.asking?.dispose();
    await run.program.stop();
  }

  async #start(): Promise<void> {
    const { way, find, port, log } = this.#options;
    try {
      const found = find();
      if (!found) throw missing(way.kind);
      const { args, reader } = await way.prepare(found, port);
      if (this.#closed) return;
      this.#set({ state: 'starting', error: null, retryAt: null });
      this.#output = [];
      log.write('info', 'tunnel starts', { program: way.kind });
      this.#watch(reader, (line) => runProgram(found.launch(args), line));
    } catch (error) {
      this.#again('failed', asOffdeskError(error, 'tunnel_failed'));
    }
  }

  #watch(reader: TunnelReader, begin: (line: (text: string) => void) => RunningProgram): void {
    const { clock, startMs = limits.tunnelStartMs } = this.#options;
    const program = begin((text) => {
      reader.line(text);
      this.#show(text);
      this.#look(run);
    });
    const run: Run = {
      ...{ reader, program },
      ...{ failure: undefined, ranSince: undefined, patience: undefined, asking: undefined },
    };
    this.#run = run;
    run.patience = clock.after(startMs, () => {
      if (run.ranSince !== undefined) return;
      this.#giveUp(run, reader.problem ?? silent(this.#options.way.kind, startMs / 1000));
    });
    this.#askReady(run);
    void program.exited.then((how) => this.#ended(run, how));
  }

  /** What the lines and the program's own word on itself come to. */
  #look(run: Run): void {
    const { reader } = run;
    if (run !== this.#run || this.#closed || run.failure) return;
    if (reader.hopeless && reader.problem) return this.#giveUp(run, reader.problem);
    const running = reader.connected && reader.address !== undefined;
    if (running && this.#state.state !== 'running') {
      run.ranSince ??= this.#options.clock.now();
      this.#address = reader.address;
      this.#set({ state: 'running', error: null, retryAt: null });
    } else if (!running && this.#state.state === 'running') {
      this.#set({ state: 'starting', error: null, retryAt: null });
    } else if (!running && reader.problem && this.#state.error?.message !== reader.problem.message) {
      this.#set({ state: 'starting', error: reader.problem.toShape(), retryAt: null });
    }
  }

  #askReady(run: Run): void {
    run.asking = this.#options.clock.after(limits.tunnelReadyMs, () => {
      const { reader } = run;
      if (reader.readyUrl === undefined) return this.#askReady(run);
      void isReady(reader.readyUrl).then((ready) => {
        if (run !== this.#run || this.#closed) return;
        if (ready !== undefined) reader.connected = ready;
        this.#look(run);
        this.#askReady(run);
      });
    });
  }

  #giveUp(run: Run, error: OffdeskError): void {
    run.failure = error;
    void run.program.stop();
  }

  #ended(run: Run, how: string): void {
    run.patience?.dispose();
    run.asking?.dispose();
    if (run !== this.#run || this.#closed) return;
    this.#run = undefined;
    const { clock, way, log } = this.#options;
    const ran = run.ranSince !== undefined;
    if (run.ranSince !== undefined && clock.now() - run.ranSince >= limits.tunnelSteadyMs) this.#attempts = 0;
    const error =
      run.failure ?? (ran ? undefined : run.reader.problem) ?? ended(way.kind, how, this.#output.at(-1));
    log.write('warn', 'tunnel ended', { program: way.kind, code: error.code });
    // Whoever gets that address next must not be taken for this computer's tunnel.
    if (!way.lasting) this.#address = undefined;
    this.#again(ran ? 'ended' : 'failed', error);
  }

  #again(state: 'failed' | 'ended', error: OffdeskError): void {
    if (this.#closed) return;
    const { clock } = this.#options;
    const limited = error.code === 'tunnel_limited';
    const first = limited ? limits.tunnelLimitedMs : limits.tunnelRetryMs;
    const most = limited ? limits.tunnelLimitedMostMs : limits.tunnelRetryMostMs;
    const ms = Math.min(most, first * 2 ** Math.min(this.#attempts++, 16));
    this.#retry = clock.after(ms, () => void this.#start());
    this.#set({ state, error: error.toShape(), retryAt: clock.now() + ms });
  }

  #set(state: State): void {
    this.#state = state;
    this.#changed.fire();
  }

  #show(text: string): void {
    const line = shownLine(text);
    if (line === undefined) return;
    this.#output = [...this.#output, line].slice(-limits.tunnelLines);
    this.#telling ??= this.#options.clock.after(limits.tunnelTellMs, () => {
      this.#telling = undefined;
      this.#changed.fire();
    });
  }
}

/** Undefined where nobody answers: what the lines say counts then. */
function isReady(url: string): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: limits.tunnelReadyMs }, (response) => {
      response.destroy();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}
