/** Measures the way through the worker thread as a host goes it: the first answer, keystrokes, and the main thread meanwhile. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { usualExcludes } from '../../../src/files/excluded.ts';
import { FilesWorker } from '../../../src/files/files-worker.ts';

export interface WorkerWish {
  /** The built worker. */
  worker: string;
  /** An absolute folder; of the worker with generated paths their number after a slash. */
  folder: string;
  /** In full; each of its beginnings is a keystroke. */
  queries: string[];
}

export interface ThroughWorker {
  /** From the question to the first answer: listing, building, searching. */
  firstMs: number;
  /** Of each keystroke, to the answer in the main thread. */
  clock: number[];
  /** The main thread's longest delay, at rest and meanwhile; and the longest that our own calls there took. */
  idleBlockMs: number;
  blockMs: number;
  callMs: number;
}

const { worker: path, folder, queries } = JSON.parse(process.argv[2]!) as WorkerWish;
const delay = monitorEventLoopDelay({ resolution: 1 });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function blocked(work: () => Promise<unknown>): Promise<number> {
  delay.reset();
  delay.enable();
  await work();
  delay.disable();
  return delay.max / 1e6;
}

async function main(): Promise<void> {
  const worker = new FilesWorker({ log: { write: () => {} }, most: 2_000_000, path });
  const roots = [{ path: folder, prefix: '', exclude: usualExcludes, watched: true }];
  let callMs = 0;
  const ask = async (query: string): Promise<number> => {
    const began = performance.now();
    const answer = worker.search({ roots, query, limit: 50, recent: [] }, new AbortController().signal);
    callMs = Math.max(callMs, performance.now() - began);
    await answer;
    return performance.now() - began;
  };
  const idleBlockMs = await blocked(() => pause(3_000));
  let firstMs = 0;
  const clock: number[] = [];
  const blockMs = await blocked(async () => {
    firstMs = await ask('');
    for (const query of queries)
      for (let end = 1; end <= query.length; end++) {
        clock.push(await ask(query.slice(0, end)));
        await pause(5);
      }
  });
  worker.stop();
  const result: ThroughWorker = { firstMs, clock, idleBlockMs, blockMs, callMs };
  process.stdout.write(JSON.stringify(result));
}

void main();
